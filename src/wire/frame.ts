// Serial frames: `00 | COBS(h, seq, payload, CRC-32 LE) | 00` between console text. h = type << 5 | channel.
// Finds, checks and tells frames, text and damage apart; order, loss and meaning are line.ts's. Fixed buffers: nothing that
// arrives makes it allocate, and after any damage the next good frame is taken. Device-safe. Reference: docs/wire.md.

import { cobsDecode, cobsEncode } from './cobs';
import { crc32 } from './crc32';
import { get32, put } from './little';
import { UTF8_BAD, utf8At } from './utf8';

export const MSG = 0; // last or only piece of a message
export const PART = 1; // piece of a message, more follows
export const BLK = 2; // u16 LE number, then data; channel 1..31
export const ACK = 3; // next wanted seq u8, bitmap u32 LE (bit i = next + 1 + i arrived), free window u16 LE
export const HELLO = 4; // version u8, flags u8, boot u32 LE, window u16 LE, max payload u8, id
export const TEXT = 5; // console text, where the console cannot be shared

/** Largest payload, and largest frame on the wire with both marks (a block: h, seq, number, payload, CRC, one COBS code). */
export const MAX_PAYLOAD = 128;
export const MAX_WIRE = MAX_PAYLOAD + 11;

const MAX_PLAIN = MAX_PAYLOAD + 8;
const HALF_FRAME_BYTES = 300; // a half frame is given up after these …
const HALF_FRAME_MS = 2000; // … or this
const LINE_END_MS = 100; // a printable line is shown after this much silence: a frame would have gone on

const plain = new Uint8Array(MAX_PLAIN); // frame being written: never across calls

/**
 * Writes a frame with its closing mark to wire from `at` (room: size + 10); returns the index after it. The caller writes the opening mark where
 * the frame before did not leave one. number: of a block, -1 for other types. Borrows src[start, end), the payload.
 */
export function writeFrame(
  wire: Uint8Array,
  at: number,
  h: number,
  seq: number,
  number: number,
  src: Uint8Array,
  start: number,
  end: number,
): number {
  let n = 2;
  plain[0] = h;
  plain[1] = seq;
  if (number >= 0) n = put(plain, n, number, 2);
  while (start < end) plain[n++] = src[start++];
  n = put(plain, n, crc32(plain, 0, n, 0), 4);
  at = cobsEncode(plain, 0, n, wire, at);
  wire[at] = 0;
  return at + 1;
}

/** Where a reader puts what it finds. All bytes are borrowed until the call returns. */
export interface FrameSink {
  /** A checked frame: bytes[0] = h, bytes[1] = seq, payload (of a block: number first) = bytes[2, size). */
  onFrame(bytes: Uint8Array, size: number): void;
  /** Console text, UTF-8: a line with its end, or what stood between two frames. */
  onText(bytes: Uint8Array, start: number, end: number): void;
  /** What was neither. */
  onDamage(): void;
}

/** Printable UTF-8: TAB, LF, CR, ESC (boot loaders print colours) and no other control. The desk cleans it before a terminal sees it. */
function isText(bytes: Uint8Array, end: number): boolean {
  for (let i = 0; i < end; ) {
    const got = utf8At(bytes, i, end);
    const c = got >> 3;
    if (got === UTF8_BAD || c === 127 || (c < 32 && c !== 9 && c !== 10 && c !== 13 && c !== 27)) return false;
    i += got & 7;
  }
  return true;
}

/** Whether type, channel and size of plain bytes (without CRC) agree. */
function isSound(h: number, size: number): boolean {
  const type = h >> 5;
  const channel = h & 31;
  if (type === BLK) return channel > 0 && size > 4 && size <= 4 + MAX_PAYLOAD;
  if (channel > 0 || size > 2 + MAX_PAYLOAD) return false;
  return type === ACK ? size === 9 : type === HELLO ? size > 11 : type <= TEXT;
}

export interface FrameReader {
  /** Takes the stream in pieces of any size. */
  feed(src: Uint8Array, start: number, end: number, nowMs: number): void;
  /** Gives up what is overdue; returns when to call again, Infinity = no need. */
  tick(nowMs: number): number;
}

export function createFrameReader(sink: FrameSink): FrameReader {
  const raw = new Uint8Array(HALF_FRAME_BYTES); // since the last mark, as on the wire
  const frame = new Uint8Array(MAX_PLAIN);
  let used = 0;
  let over = false; // too long for a frame: text or noise until the next mark
  let firstAt = 0; // ms, of the first byte in raw
  let lastAt = 0;

  /** Tells raw[0, end) apart into text and damage. */
  function tell(end: number): void {
    if (end === 0) return;
    if (isText(raw, end)) sink.onText(raw, 0, end);
    else sink.onDamage();
  }

  function flush(): void {
    const end = used;
    used = 0; // first: a sink that throws leaves a clean state
    tell(end);
  }

  /** A mark ends a frame: all that came since the last one, or, where a line was printed into a run of frames, what follows its end. */
  function mark(): void {
    const end = used;
    for (let from = 0; from < end && !over; from++) {
      if (from > 0 && raw[from - 1] !== 10) continue;
      const size = cobsDecode(raw, from, end, frame) - 4;
      if (size < 2 || !isSound(frame[0], size) || get32(frame, size) !== crc32(frame, 0, size, 0)) continue;
      used = 0;
      tell(from);
      sink.onFrame(frame, size);
      return;
    }
    over = false;
    flush();
  }

  function tick(nowMs: number): number {
    if (used === 0) return Infinity;
    const due = raw[used - 1] === 10 && isText(raw, used) ? lastAt + LINE_END_MS : firstAt + HALF_FRAME_MS;
    if (nowMs < due) return due;
    flush();
    return Infinity;
  }

  function feed(src: Uint8Array, start: number, end: number, nowMs: number): void {
    tick(nowMs);
    for (let i = start; i < end; i++) {
      const byte = src[i];
      if (byte === 0) mark();
      else {
        if (used === 0) firstAt = nowMs;
        raw[used++] = byte;
        if (used === HALF_FRAME_BYTES) over = true;
        if (over && (byte === 10 || used === HALF_FRAME_BYTES)) flush();
      }
    }
    lastAt = nowMs;
  }

  return { feed: feed, tick: tick };
}
