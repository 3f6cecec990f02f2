// WebAssembly.Memory. Its buffer is the runtime's own. Growing makes another and detaches the old one, at once, whoever grows.
// An engine without ArrayBuffer.prototype.transfer and structuredClone cannot detach: there, an old buffer stays as it was.
// Spec: JS API, 5.3.

import { createMemory, growMemory, type Memory as Raw } from '../../runtime/memory';
import type { Env } from '../../runtime/native';
import { PAGE_BYTES } from '../../spec/limits';
import { limits } from './types';
import { allocate, store } from './values';
import { asInterface, Pairs, u32 } from './webidl';

export interface MemoryDescriptor {
  initial: number;
  maximum?: number;
  /** Only false: there are no threads. */
  shared?: boolean;
  /** Only "i32": there are no 64-bit memories. */
  address?: 'i32';
}

/** The buffer's bytes in another buffer; the given one is detached then. */
function moved(buffer: ArrayBuffer): ArrayBuffer {
  const { transfer } = buffer as { transfer?: () => ArrayBuffer };
  if (transfer) return transfer.call(buffer);
  return typeof structuredClone === 'function' ? structuredClone(buffer, { transfer: [buffer] }) : buffer;
}

export class Memory {
  constructor(descriptor: MemoryDescriptor) {
    const { address, initial, maximum, shared } = limits(descriptor, 'Memory');
    if (address || shared) throw new TypeError('shared and 64-bit memories are not supported');
    if (initial > 65536 || maximum > 65536 || (maximum >= 0 && initial > maximum)) throw new RangeError('a memory has at most 65536 pages');
    const type = { min: initial, max: maximum, wide: null, shared: false, pageBytes: PAGE_BYTES };
    memories.add(
      this,
      allocate('memory', () => createMemory(store, type, initial * PAGE_BYTES)),
    );
  }

  /** The current buffer: the same one until the memory grows. */
  get buffer(): ArrayBuffer {
    const raw = memories.raw(this);
    if (!watched.has(raw)) watch(raw);
    return raw.u8.buffer as ArrayBuffer;
  }

  /** Grows by delta pages; returns the size before. Throws RangeError. */
  grow(delta: number): number {
    const raw = memories.raw(this);
    const pages = u32(delta, 'delta');
    const old = growMemory(raw, pages);
    if (old < 0) throw new RangeError('the memory cannot grow so far');
    if (pages === 0 && watched.has(raw)) replaceBuffer(raw);
    return old;
  }
}

const watched = new WeakSet<Raw>();

/** Detaches buffers that JavaScript may hold when they are replaced: as one more window, like those of natives, it is given the new bytes. */
function watch(raw: Raw): void {
  watched.add(raw);
  let buffer = raw.u8.buffer as ArrayBuffer;
  raw.envs.push({
    set u8(bytes: Uint8Array<ArrayBuffer>) {
      if (buffer.byteLength > 0) moved(buffer);
      buffer = bytes.buffer;
    },
  } as Env);
}

/** What growing by nothing does as well. */
function replaceBuffer(raw: Raw): void {
  raw.u8 = new Uint8Array(moved(raw.u8.buffer as ArrayBuffer), 0, raw.bytes);
  raw.i32 = new Int32Array(raw.u8.buffer);
  for (const env of raw.envs) env.u8 = raw.u8;
}

/** Memories and their objects. */
export const memories = new Pairs<Memory, Raw>('Memory', () => Object.create(Memory.prototype));

asInterface('Memory', Memory, 1);
