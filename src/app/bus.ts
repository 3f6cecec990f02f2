// The bus of one board: messages by topic and calls by URL between its apps, and with what lies outside (the desk, brokers)
// through one hook. Holds queues, subscriptions, prefixes and open calls; runs nothing, knows no wasm. Device-safe.
// Spec: topic filters MQTT 3.1.1, 4.7; routing and calls design/compat.md section 6; docs/app-api.md.
//
//   publish(topic) -> queue of every peer with a matching filter, and outside
//   call(url) -> the peer behind app/<name>/, `desk/` or the longest prefix -> reply or 5 s -> queue of the asker

import {
  E_INVALID,
  E_LIMIT,
  E_NO_HANDLER,
  E_NOT_FOUND,
  E_TOO_LARGE,
  S_FORBIDDEN,
  S_NOT_FOUND,
  S_NOT_IMPLEMENTED,
  S_TIMED_OUT,
  S_UNAVAILABLE,
} from './host';
import { textOf } from './texts';

// Kinds of events.
export const TIMER = 0;
export const MESSAGE = 1;
export const CALL = 2;
export const REPLY = 3;

/** What waits in a peer's queue; read-only there, since peers share it and its bytes. Texts are Latin-1. */
export interface Event {
  kind: number;
  id: number; // of the timer or call
  code: number; // method of a call, status of a reply
  name: string; // topic, or URL as the receiver sees it
  bytes: Uint8Array;
  fmt: number; // WAMR's payload format; 0 = none given
  mid: number; // WAMR's message id, the asker's own number: a reply carries its call's
  from: Peer | null; // publisher, asker or server; null = the outside
  // Of a call:
  to: Peer | null; // its server
  dueMs: number; // when it expires
}

/** One app on the bus. */
export interface Peer {
  id: number; // counts up from 1, never used again
  name: string;
  takes: number; // bit 1 << kind for each kind of event it handles
  filters: string[]; // subscribed
  urls: string[]; // served prefixes, bare
  queue: Event[];
  dropped: number; // events that found the queue full
}

/** The way off the board. Events may be kept. Never calls back into the bus from inside. */
export interface Outside {
  /** Passes on what an app published; true = the road will bring it back here (a broker does that where this board subscribed). */
  publish(message: Event): boolean;
  /** The first app wants this filter (on), the last one gave it up. Only filters below app/ come here. */
  subscribe(filter: string, on: boolean): void;
  /** Passes a call (its name begins after `desk/`) to the desk, which answers with reply(bus, callById(bus, null, id), …); false = no link. */
  call(call: Event): boolean;
  /** The reply to a call(bus, null, …), with its id and mid. */
  reply(reply: Event): void;
}

/** For boards without a link. */
export const nowhere: Outside = {
  publish: () => false,
  subscribe: () => {},
  call: () => false,
  reply: () => {},
};

export interface Bus {
  nowMs: () => number;
  outside: Outside;
  peers: Peer[];
  calls: Event[]; // open ones, oldest first
  lastPeer: number;
  lastCall: number;
  echoes: any[]; // text of a message on its way back, time when that is no longer expected, text …
}

export const OUTSIDE = 0xfffffffd; // the outside's peer id: WAMR's id of the host
export const MAX_BYTES = 1024; // of a payload: what one message carries off the board (wire/messages.ts)
export const MAX_NAME = 256; // characters of topic or URL
export const MAX_LISTED = 16; // filters, prefixes and open calls of a peer, of each
export const MAX_QUEUED = 50; // events of a peer
export const MAX_QUEUED_BYTES = 8192;
export const CALL_MS = 5000; // a call's time for its answer

export const NO_BYTES = new Uint8Array(0);

export function createBus(nowMs: () => number, outside: Outside): Bus {
  return { nowMs: nowMs, outside: outside, peers: [], calls: [], lastPeer: 0, lastCall: 0, echoes: [] };
}

export function createEvent(
  kind: number,
  id: number,
  code: number,
  name: string,
  bytes: Uint8Array,
  fmt: number,
  mid: number,
  from: Peer | null,
): Event {
  return { kind: kind, id: id, code: code, name: name, bytes: bytes, fmt: fmt, mid: mid, from: from, to: null, dueMs: 0 };
}

export function peerId(peer: Peer | null): number {
  return peer === null ? OUTSIDE : peer.id;
}

/** Makes an empty peer a member, under a new id. */
export function join(bus: Bus, peer: Peer): void {
  peer.id = ++bus.lastPeer;
  bus.peers.push(peer);
}

/** Removes a peer and everything of it: nothing arrives at it any more, callers it left waiting get `status`. */
export function leave(bus: Bus, peer: Peer, status: number): void {
  const at = bus.peers.indexOf(peer);
  if (at < 0) return;
  bus.peers.splice(at, 1);
  peer.queue = [];
  peer.urls = [];
  while (peer.filters.length > 0) unsubscribe(bus, peer, peer.filters[0]);
  for (let i = bus.calls.length - 1; i >= 0; i--) {
    const open = bus.calls[i];
    if (open.from === peer) bus.calls.splice(i, 1);
    else if (open.to === peer) settle(bus, open, status, NO_BYTES, 0);
  }
}

/**
 * Queues an event; false = its queue is full (counted). Replies have room of their own, as many as there may be open calls;
 * timers always have: each is queued once at most.
 */
export function post(peer: Peer, event: Event): boolean {
  let bytes = event.bytes.length;
  for (let i = 0; i < peer.queue.length; i++) bytes += peer.queue[i].bytes.length;
  const room = event.kind === REPLY ? MAX_QUEUED + MAX_LISTED : MAX_QUEUED;
  if (event.kind !== TIMER && (peer.queue.length >= room || bytes > MAX_QUEUED_BYTES)) {
    peer.dropped++;
    return false;
  }
  peer.queue.push(event);
  return true;
}

// ---- topics

// What a broker hangs up on, and with it on the whole board: control characters and (some of) what Unicode calls no characters. And
// the space, which ends a topic on a serial line.
const ODD = /[\0-\x20\x7f]|\xc2[\x80-\x9f]|\xef\xb7[\x90-\xaf]|\xbf[\xbe\xbf]/;

/**
 * The full form of a topic, or of a filter where wild: `~/x` is app/<name>/x. Two roots exist: app/<app>/… reaches the desk,
 * event/… (WAMR's events) stays on the board. '' = not well formed [MQTT-4.7.1-1..3, 4.7.3-1..3], with odd characters, below neither
 * root, or below app/<app>/~…, where calls from and to the desk travel.
 */
export function topicOf(peer: Peer | null, text: string, wild: boolean): string {
  const topic = peer !== null && text.substring(0, 2) === '~/' ? 'app/' + peer.name + text.substring(1) : text;
  const form = wild ? /^(app|event)(\/([^+#/]*|\+))*(\/#)?$/ : /^(app|event)(\/[^+#/]*)+$/;
  const bad = topic.length > MAX_NAME || ODD.test(topic) || topic.indexOf('/') < 0 || !form.test(topic) || /^app\/[^/]*\/~/.test(topic);
  return bad ? '' : topic;
}

/** Does a (well-formed) filter match a topic? [MQTT 3.1.1, 4.7.1] */
export function matches(filter: string, topic: string): boolean {
  let t = 0;
  for (let f = 0; f < filter.length; f++) {
    const c = filter.charAt(f);
    if (c === '#') return true;
    if (c === '+') {
      while (t < topic.length && topic.charAt(t) !== '/') t++;
    } else if (t === topic.length) {
      return filter.substring(f) === '/#'; // a/# matches a
    } else if (c !== topic.charAt(t++)) {
      return false;
    }
  }
  return t === topic.length;
}

// Tells the outside about a filter's first or last subscriber.
function announce(bus: Bus, filter: string, on: boolean): void {
  for (let i = 0; i < bus.peers.length; i++) if (bus.peers[i].filters.indexOf(filter) >= 0) return;
  if (filter.charAt(0) === 'a') bus.outside.subscribe(filter, on);
}

/** Subscribes a peer. 0 (also where it is already), or E_NO_HANDLER, E_INVALID, E_LIMIT. */
export function subscribe(bus: Bus, peer: Peer, text: string): number {
  const filter = topicOf(peer, text, true);
  if ((peer.takes & (1 << MESSAGE)) === 0) return E_NO_HANDLER;
  if (filter === '') return E_INVALID;
  if (peer.filters.indexOf(filter) >= 0) return 0;
  if (peer.filters.length >= MAX_LISTED) return E_LIMIT;
  announce(bus, filter, true);
  peer.filters.push(filter);
  return 0;
}

/** Takes a subscription back. 0, or E_NOT_FOUND. */
export function unsubscribe(bus: Bus, peer: Peer, text: string): number {
  const filter = topicOf(peer, text, true);
  const at = peer.filters.indexOf(filter);
  if (at < 0) return E_NOT_FOUND;
  peer.filters.splice(at, 1);
  announce(bus, filter, false);
  return 0;
}

// Queues a message once for each peer, however many of its filters match; true = somebody wants it.
function deliver(bus: Bus, message: Event): boolean {
  let wanted = false;
  for (let i = 0; i < bus.peers.length; i++) {
    const peer = bus.peers[i];
    let k = 0;
    while (k < peer.filters.length && !matches(peer.filters[k], message.name)) k++;
    if (k < peer.filters.length) wanted = post(peer, message) || true;
  }
  return wanted;
}

// A message as one string.
function keyOf(topic: string, bytes: Uint8Array): string {
  return topic + '\0' + textOf(bytes, 0, bytes.length);
}

/** Publishes an app's message. Owns bytes from now on. 0, or E_INVALID, E_TOO_LARGE. */
export function publish(bus: Bus, peer: Peer, text: string, bytes: Uint8Array, fmt: number, mid: number): number {
  const topic = topicOf(peer, text, false);
  if (topic === '') return E_INVALID;
  if (bytes.length > MAX_BYTES) return E_TOO_LARGE;
  const message = createEvent(MESSAGE, 0, 0, topic, bytes, fmt, mid, peer);
  const wanted = deliver(bus, message);
  if (bus.outside.publish(message) && wanted) {
    bus.echoes.push(keyOf(topic, bytes), bus.nowMs() + CALL_MS);
    if (bus.echoes.length > 2 * MAX_LISTED) bus.echoes.splice(0, 2);
  }
  return 0;
}

/** Takes a message from outside; owns bytes from now on. What the road merely brings back (see Outside.publish) is dropped. */
export function receive(bus: Bus, topic: string, bytes: Uint8Array): void {
  if (topicOf(null, topic, false) === '' || bytes.length > MAX_BYTES) return;
  const key = keyOf(topic, bytes);
  for (let at = bus.echoes.indexOf(key); at >= 0; at = bus.echoes.indexOf(key)) {
    if (bus.echoes.splice(at, 2)[1] >= bus.nowMs()) return;
  }
  deliver(bus, createEvent(MESSAGE, 0, 0, topic, bytes, 0, 0, null));
}

// ---- calls

/** A URL without its leading slashes, which say nothing: WAMR apps write /app/x/y, its tools //applets. */
export function bareUrl(url: string): string {
  return url.replace(/^\/+/, '');
}

// The first segment of a bare URL: up to / ? or the end.
function rootOf(url: string): string {
  return url.split(/[/?]/)[0];
}

/** Routes calls to a prefix, and to all below it, to this peer. 0, or E_NO_HANDLER, E_INVALID (bad, reserved or another's), E_LIMIT. */
export function serve(bus: Bus, peer: Peer, url: string): number {
  const prefix = bareUrl(url).replace(/\/$/, '');
  if ((peer.takes & (1 << CALL)) === 0) return E_NO_HANDLER;
  if (url.length > MAX_NAME || /^(app|applet|desk|event|)$/.test(rootOf(prefix))) return E_INVALID;
  for (let i = 0; i < bus.peers.length; i++) {
    if (bus.peers[i].urls.indexOf(prefix) >= 0) return bus.peers[i] === peer ? 0 : E_INVALID;
  }
  if (peer.urls.length >= MAX_LISTED) return E_LIMIT;
  peer.urls.push(prefix);
  return 0;
}

/**
 * Asks `url` for an app, or for the outside (asker null). Owns bytes from now on. Returns the call's id: exactly one reply
 * with it follows (failures and silence included), or E_NO_HANDLER, E_INVALID, E_TOO_LARGE, E_LIMIT (too many open) and none
 * follows. mid 0 takes the id.
 */
export function call(bus: Bus, asker: Peer | null, method: number, url: string, bytes: Uint8Array, fmt: number, mid: number): number {
  if (asker !== null && (asker.takes & (1 << REPLY)) === 0) return E_NO_HANDLER;
  if (url === '' || url.length > MAX_NAME || url.indexOf('\0') >= 0) return E_INVALID;
  if (bytes.length > MAX_BYTES) return E_TOO_LARGE;
  let open = 0;
  for (let i = 0; i < bus.calls.length; i++) if (bus.calls[i].from === asker) open++;
  if (open >= MAX_LISTED) return E_LIMIT;

  bus.lastCall = bus.lastCall === 0x7fffffff ? 1 : bus.lastCall + 1;
  const made = createEvent(CALL, bus.lastCall, method, url, bytes, fmt, mid || bus.lastCall, asker);
  made.dueMs = bus.nowMs() + CALL_MS;
  bus.calls.push(made);
  const failed = route(bus, made);
  if (failed !== 0) settle(bus, made, failed, NO_BYTES, 0);
  return made.id;
}

// Finds the server of a call and hands the call over; returns 0 or the status that says why not.
function route(bus: Bus, made: Event): number {
  const url = bareUrl(made.name);
  const root = rootOf(url);
  if (root === 'desk' && made.from !== null) {
    made.name = url.substring(5);
    if (ODD.test(made.name) || /[+#]/.test(made.name)) return S_FORBIDDEN; // it becomes part of a topic
    return bus.outside.call(made) ? 0 : S_UNAVAILABLE;
  }
  if (root === 'applet' || root === 'event') return S_FORBIDDEN;
  const below = root === 'app' ? url.substring(4) : '';
  const name = rootOf(below);
  let longest = -1;
  for (let i = 0; i < bus.peers.length; i++) {
    const peer = bus.peers[i];
    if (name !== '' && peer.name === name) {
      made.to = peer;
      made.name = below.substring(name.length).replace(/^\//, '');
    }
    for (let k = 0; k < peer.urls.length; k++) {
      const prefix = peer.urls[k];
      const rest = url.substring(prefix.length);
      if (prefix.length <= longest || prefix + rest !== url || rootOf(rest) !== '') continue;
      made.to = peer;
      longest = prefix.length;
    }
  }
  if (made.to === null) return S_NOT_FOUND;
  if ((made.to.takes & (1 << CALL)) === 0) return S_NOT_IMPLEMENTED;
  return post(made.to, made) ? 0 : S_UNAVAILABLE;
}

function settle(bus: Bus, made: Event, status: number, bytes: Uint8Array, fmt: number): void {
  bus.calls.splice(bus.calls.indexOf(made), 1);
  const event = createEvent(REPLY, made.id, status, '', bytes, fmt, made.mid, made.to);
  if (made.from !== null) post(made.from, event);
  else bus.outside.reply(event);
}

/** The open call that `server` (null: the desk) got as `id`; null = it has none such. */
export function callById(bus: Bus, server: Peer | null, id: number): Event | null {
  for (let i = 0; i < bus.calls.length; i++) if (bus.calls[i].to === server && bus.calls[i].id === id) return bus.calls[i];
  return null;
}

/** Answers an open call (or null: E_NOT_FOUND). Owns bytes from now on. */
export function reply(bus: Bus, open: Event | null, status: number, bytes: Uint8Array, fmt: number): number {
  if (open === null) return E_NOT_FOUND;
  if (bytes.length > MAX_BYTES) return E_TOO_LARGE;
  settle(bus, open, status, bytes, fmt);
  return 0;
}

/** Ends calls that nobody answered in 5 s. Call it at busDueMs at the latest. */
export function expire(bus: Bus): void {
  while (busDueMs(bus) <= bus.nowMs()) settle(bus, bus.calls[0], S_TIMED_OUT, NO_BYTES, 0);
}

/** When expire has something to do; Infinity = never. */
export function busDueMs(bus: Bus): number {
  return bus.calls.length > 0 ? bus.calls[0].dueMs : 1 / 0;
}
