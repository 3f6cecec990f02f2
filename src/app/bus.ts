// The bus of one board: messages by topic and calls by URL between its apps, and with what lies outside (the desk, brokers)
// through one hook. Holds queues, subscriptions, prefixes and open calls; runs nothing, knows no wasm. Device-safe.
// Spec: topic filters MQTT 3.1.1, 4.7; routing and calls design/compat.md section 6; docs/app-api.md.
//
//   publish(topic) -> queue of every peer with a matching filter, and outside
//   call(url) -> the peer behind app/<name>/, `desk/` or the longest prefix -> reply or 5 s -> queue of the asker

import {
  E_INVALID,
  E_LIMIT,
  E_NOT_FOUND,
  E_TOO_LARGE,
  S_FORBIDDEN,
  S_NOT_FOUND,
  S_NOT_IMPLEMENTED,
  S_TIMED_OUT,
  S_UNAVAILABLE,
} from './host';

// Kinds of events.
export const TIMER = 0;
export const MESSAGE = 1;
export const CALL = 2;
export const REPLY = 3;

/** What waits in a peer's queue. Read-only once made: peers share it, and its bytes. Texts are Latin-1. */
export interface Event {
  kind: number;
  id: number; // of the timer or call
  code: number; // method of a call, status of a reply
  name: string; // topic, or URL as the receiver sees it
  bytes: Uint8Array;
  fmt: number; // WAMR's payload format: 99 attr_container, 98 raw, 0 none
  mid: number; // WAMR's message id: the asker's own number
  sender: number; // peer id of publisher, asker or server; OUTSIDE
}

/** One app on the bus. */
export interface Peer {
  id: number; // counts up from 1, never used again
  name: string;
  takes: number; // bit 1 << kind for each kind of event it handles
  filters: string[]; // subscribed
  urls: string[]; // served prefixes, bare
  queue: Event[];
  queuedBytes: number;
  dropped: number; // events that found the queue full
}

/** A call nobody has answered yet. Peers are null for the outside. */
export interface Call {
  id: number;
  mid: number;
  asker: Peer | null;
  server: Peer | null;
  dueMs: number;
}

/** The way off the board. Borrows nothing: events may be kept. Never calls back into the bus from inside. */
export interface Outside {
  /** Passes on what an app published; true = the road will bring it back here (a broker does that where this board subscribed). */
  publish(message: Event): boolean;
  /** The first app wants this filter (on), the last one gave it up. Only filters below app/ come here. */
  subscribe(filter: string, on: boolean): void;
  /** Passes a call (its name begins after `desk/`) to the desk, which answers with reply(bus, null, call.id, …); false = no link. */
  call(call: Event): boolean;
  /** The answer to a call(bus, null, …); mid is the asker's. */
  reply(reply: Event): void;
}

export interface Bus {
  nowMs: () => number;
  outside: Outside | null;
  peers: Peer[];
  calls: Call[];
  lastPeer: number;
  lastCall: number;
  echoes: { message: Event; untilMs: number }[]; // published, and on their way back
}

export const OUTSIDE = 0xfffffffd; // the outside's peer id: WAMR's id of the host
export const MAX_BYTES = 1024; // of a payload: what one message carries off the board (wire/messages.ts)
export const MAX_NAME = 256; // characters of topic or URL
export const MAX_LISTED = 16; // filters, prefixes and open calls of a peer, of each
export const MAX_QUEUED = 50; // events of a peer
export const MAX_QUEUED_BYTES = 8192;
export const CALL_MS = 5000; // a call's time for its answer

export function createBus(nowMs: () => number, outside: Outside | null): Bus {
  return { nowMs: nowMs, outside: outside, peers: [], calls: [], lastPeer: 0, lastCall: 0, echoes: [] };
}

/** Makes an empty peer a member, under a new id. */
export function join(bus: Bus, peer: Peer): void {
  peer.id = ++bus.lastPeer;
  bus.peers.push(peer);
}

export function peerNamed(bus: Bus, name: string): Peer | null {
  for (let i = 0; i < bus.peers.length; i++) if (bus.peers[i].name === name) return bus.peers[i];
  return null;
}

/** Removes a peer and everything of it: nothing arrives at it any more, callers it left waiting get `status`. */
export function leave(bus: Bus, peer: Peer, status: number): void {
  const at = bus.peers.indexOf(peer);
  if (at < 0) return;
  bus.peers.splice(at, 1);
  peer.queue.length = peer.queuedBytes = peer.urls.length = 0;
  while (peer.filters.length > 0) unsubscribe(bus, peer, peer.filters[0]);
  for (let i = bus.calls.length - 1; i >= 0; i--) {
    if (bus.calls[i].asker === peer) bus.calls.splice(i, 1);
    else if (bus.calls[i].server === peer) settle(bus, bus.calls[i], status, 0, new Uint8Array(0));
  }
}

/**
 * Queues an event; false = its queue is full (counted). Replies have room of their own, as many as there may be open calls;
 * timers always have: each has one event at most.
 */
export function post(peer: Peer, event: Event): boolean {
  const room = event.kind === REPLY ? MAX_QUEUED + MAX_LISTED : MAX_QUEUED;
  if (event.kind !== TIMER && (peer.queue.length >= room || peer.queuedBytes + event.bytes.length > MAX_QUEUED_BYTES)) {
    peer.dropped++;
    return false;
  }
  peer.queue.push(event);
  peer.queuedBytes += event.bytes.length;
  return true;
}

/** Takes the oldest event (there is one). */
export function take(peer: Peer): Event {
  const event = peer.queue.shift()!;
  peer.queuedBytes -= event.bytes.length;
  return event;
}

// ---- topics

/**
 * The full form of a topic, or of a filter where wild: `~/x` is app/<name>/x. Two roots exist: app/<app>/… reaches the desk,
 * event/… (WAMR's events) stays on the board. '' = not well formed [MQTT-4.7.1-1..3, 4.7.3-1..3] or outside the two roots.
 */
export function topicOf(peer: Peer | null, text: string, wild: boolean): string {
  const topic = peer !== null && text.substr(0, 2) === '~/' ? 'app/' + peer.name + text.substr(1) : text;
  const levels = topic.split('/');
  if (topic.length > MAX_NAME || topic.indexOf('\0') >= 0 || levels.length < 2) return '';
  if (levels[0] !== 'app' && levels[0] !== 'event') return '';
  for (let i = 1; i < levels.length; i++) {
    if (levels[i].indexOf('+') < 0 && levels[i].indexOf('#') < 0) continue;
    if (!wild || levels[i].length > 1 || (levels[i] === '#' && i < levels.length - 1)) return '';
  }
  return topic;
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
      return filter.substr(f) === '/#'; // a/# matches a
    } else if (c !== topic.charAt(t++)) {
      return false;
    }
  }
  return t === topic.length;
}

// Tells the outside about a filter's first or last subscriber.
function announce(bus: Bus, filter: string, on: boolean): void {
  if (bus.outside === null || filter.substr(0, 4) !== 'app/') return;
  for (let i = 0; i < bus.peers.length; i++) if (bus.peers[i].filters.indexOf(filter) >= 0) return;
  bus.outside.subscribe(filter, on);
}

/** Adds a full filter (topicOf) to a peer's. 0, or E_INVALID for '', E_LIMIT. Twice is once. */
export function subscribe(bus: Bus, peer: Peer, filter: string): number {
  if (filter === '') return E_INVALID;
  if (peer.filters.indexOf(filter) >= 0) return 0;
  if (peer.filters.length >= MAX_LISTED) return E_LIMIT;
  announce(bus, filter, true);
  peer.filters.push(filter);
  return 0;
}

export function unsubscribe(bus: Bus, peer: Peer, filter: string): number {
  const at = peer.filters.indexOf(filter);
  if (at < 0) return E_NOT_FOUND;
  peer.filters.splice(at, 1);
  announce(bus, filter, false);
  return 0;
}

function deliver(bus: Bus, message: Event): boolean {
  let wanted = false;
  for (let i = 0; i < bus.peers.length; i++) {
    const filters = bus.peers[i].filters;
    for (let k = 0; k < filters.length; k++) {
      if (matches(filters[k], message.name)) {
        post(bus.peers[i], message); // once, however many of its filters match
        wanted = true;
        break;
      }
    }
  }
  return wanted;
}

/** Publishes an app's message under a full topic (topicOf). Owns bytes from now on. 0, E_INVALID for '', E_TOO_LARGE. */
export function publish(bus: Bus, peer: Peer, topic: string, bytes: Uint8Array, fmt: number, mid: number): number {
  if (topic === '') return E_INVALID;
  if (bytes.length > MAX_BYTES) return E_TOO_LARGE;
  const message = { kind: MESSAGE, id: 0, code: 0, name: topic, bytes: bytes, fmt: fmt, mid: mid, sender: peer.id };
  const wanted = deliver(bus, message);
  if (bus.outside !== null && bus.outside.publish(message) && wanted) {
    bus.echoes.push({ message: message, untilMs: bus.nowMs() + CALL_MS });
    if (bus.echoes.length > MAX_LISTED) bus.echoes.shift();
  }
  return 0;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Takes a message from outside; owns bytes from now on. What the road merely brings back (see Outside.publish) is dropped. */
export function receive(bus: Bus, topic: string, bytes: Uint8Array): void {
  if (topicOf(null, topic, false) === '' || bytes.length > MAX_BYTES) return;
  const nowMs = bus.nowMs();
  for (let i = 0; i < bus.echoes.length; i++) {
    const echo = bus.echoes[i];
    if (echo.untilMs < nowMs) {
      bus.echoes.splice(i--, 1);
    } else if (echo.message.name === topic && sameBytes(echo.message.bytes, bytes)) {
      bus.echoes.splice(i, 1);
      return;
    }
  }
  deliver(bus, { kind: MESSAGE, id: 0, code: 0, name: topic, bytes: bytes, fmt: rawFmt(bytes), mid: 0, sender: OUTSIDE });
}

/** WAMR's payload format of plain bytes. */
export function rawFmt(bytes: Uint8Array): number {
  return bytes.length > 0 ? 98 : 0;
}

// ---- calls

// One leading slash says nothing: WAMR apps write /app/x/y, its tools //applets.
export function bareUrl(url: string): string {
  let at = 0;
  while (url.charAt(at) === '/') at++;
  return url.substr(at);
}

// Where the first segment of a bare URL ends: / ? or its end.
function segmentEnd(url: string, from: number): number {
  let at = from;
  while (at < url.length && url.charAt(at) !== '/' && url.charAt(at) !== '?') at++;
  return at;
}

// A registered prefix matches where it is followed by the end, / or ?.
function hasPrefix(url: string, prefix: string): boolean {
  return url.substr(0, prefix.length) === prefix && segmentEnd(url, prefix.length) === prefix.length;
}

/** The roots no app may serve. `applet` belongs to the manager. */
const RESERVED = ' app desk applet event ';

/** Routes calls under a prefix to this peer. 0, E_INVALID (bad or reserved prefix, or another's), E_LIMIT. */
export function serve(bus: Bus, peer: Peer, url: string): number {
  let prefix = bareUrl(url);
  if (prefix.charAt(prefix.length - 1) === '/') prefix = prefix.substr(0, prefix.length - 1);
  if (url.length > MAX_NAME || prefix === '' || RESERVED.indexOf(' ' + prefix.substr(0, segmentEnd(prefix, 0)) + ' ') >= 0)
    return E_INVALID;
  for (let i = 0; i < bus.peers.length; i++) {
    if (bus.peers[i].urls.indexOf(prefix) >= 0) return bus.peers[i] === peer ? 0 : E_INVALID;
  }
  if (peer.urls.length >= MAX_LISTED) return E_LIMIT;
  peer.urls.push(prefix);
  return 0;
}

function prefixOwner(bus: Bus, url: string): Peer | null {
  let best: Peer | null = null;
  let longest = 0;
  for (let i = 0; i < bus.peers.length; i++) {
    const urls = bus.peers[i].urls;
    for (let k = 0; k < urls.length; k++) {
      if (urls[k].length > longest && hasPrefix(url, urls[k])) {
        best = bus.peers[i];
        longest = urls[k].length;
      }
    }
  }
  return best;
}

/**
 * Asks `url` for an app, or for the outside (asker null). Owns bytes from now on. Returns the call's id: exactly one reply
 * with it follows (failures and silence included), or E_INVALID, E_TOO_LARGE, E_LIMIT (too many open) and none follows.
 * mid 0 takes the id.
 */
export function call(bus: Bus, asker: Peer | null, method: number, url: string, bytes: Uint8Array, fmt: number, mid: number): number {
  if (url === '' || url.length > MAX_NAME || url.indexOf('\0') >= 0) return E_INVALID;
  if (bytes.length > MAX_BYTES) return E_TOO_LARGE;
  let open = 0;
  for (let i = 0; i < bus.calls.length; i++) if (bus.calls[i].asker === asker) open++;
  if (open >= MAX_LISTED) return E_LIMIT;

  const id = (bus.lastCall = bus.lastCall === 0x7fffffff ? 1 : bus.lastCall + 1);
  const made: Call = { id: id, mid: mid || id, asker: asker, server: null, dueMs: bus.nowMs() + CALL_MS };
  const event = {
    kind: CALL,
    id: id,
    code: method,
    name: url,
    bytes: bytes,
    fmt: fmt,
    mid: made.mid,
    sender: asker === null ? OUTSIDE : asker.id,
  };
  bus.calls.push(made);
  const failed = route(bus, made, event);
  if (failed !== 0) settle(bus, made, failed, 0, new Uint8Array(0));
  return id;
}

// Finds the call's server and hands the event over; returns 0 or the status that says why not.
function route(bus: Bus, made: Call, event: Event): number {
  const bare = bareUrl(event.name);
  const end = segmentEnd(bare, 0);
  const root = bare.substr(0, end);
  if (root === 'desk' && made.asker !== null) {
    event.name = bare.substr(end + 1);
    return bus.outside !== null && bus.outside.call(event) ? 0 : S_UNAVAILABLE;
  }
  if (root === 'applet' || root === 'event') return S_FORBIDDEN;
  if (root === 'app') {
    const nameEnd = segmentEnd(bare, end + 1);
    made.server = peerNamed(bus, bare.substring(end + 1, nameEnd));
    event.name = bare.substr(nameEnd + (bare.charAt(nameEnd) === '/' ? 1 : 0));
  } else {
    made.server = prefixOwner(bus, bare);
  }
  if (made.server === null) return S_NOT_FOUND;
  if ((made.server.takes & (1 << CALL)) === 0) return S_NOT_IMPLEMENTED;
  return post(made.server, event) ? 0 : S_UNAVAILABLE;
}

function settle(bus: Bus, made: Call, status: number, fmt: number, bytes: Uint8Array): void {
  bus.calls.splice(bus.calls.indexOf(made), 1);
  const sender = made.server === null ? OUTSIDE : made.server.id;
  const event = { kind: REPLY, id: made.id, code: status, name: '', bytes: bytes, fmt: fmt, mid: made.mid, sender: sender };
  if (made.asker !== null) post(made.asker, event);
  else if (bus.outside !== null) bus.outside.reply(event);
}

/** The open call that `server` got as `id`; null = it has none such. */
export function callById(bus: Bus, server: Peer | null, id: number): Call | null {
  for (let i = 0; i < bus.calls.length; i++) if (bus.calls[i].server === server && bus.calls[i].id === id) return bus.calls[i];
  return null;
}

/** The same by what a WAMR app knows of it: the asker's message id and peer id. */
export function callByMid(bus: Bus, server: Peer, mid: number, asker: number): Call | null {
  for (let i = 0; i < bus.calls.length; i++) {
    const made = bus.calls[i];
    if (made.server === server && made.mid === mid && (made.asker === null ? OUTSIDE : made.asker.id) === asker) return made;
  }
  return null;
}

/** Answers an open call (or null: E_NOT_FOUND). Owns bytes from now on. */
export function reply(bus: Bus, made: Call | null, status: number, bytes: Uint8Array, fmt: number): number {
  if (made === null) return E_NOT_FOUND;
  if (bytes.length > MAX_BYTES) return E_TOO_LARGE;
  settle(bus, made, status, fmt, bytes);
  return 0;
}

/** Ends calls that nobody answered in 5 s. Call it at busDueMs at the latest. */
export function expire(bus: Bus): void {
  const nowMs = bus.nowMs();
  while (bus.calls.length > 0 && bus.calls[0].dueMs <= nowMs) settle(bus, bus.calls[0], S_TIMED_OUT, 0, new Uint8Array(0)); // oldest first
}

/** When expire has something to do; Infinity = never. */
export function busDueMs(bus: Bus): number {
  return bus.calls.length > 0 ? bus.calls[0].dueMs : 1 / 0;
}
