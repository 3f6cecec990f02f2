// What WebIDL does for every interface of the JS API: brands, conversions of arguments, and the shape of classes. Spec: Web IDL, 3.

/**
 * Pairs objects of the API with what they stand for in the runtime, so that one thing is always one object (the caches of the JS API,
 * 5: memories, tables, globals, tags, functions, exceptions), and an object of the API is told from any other.
 */
export class Pairs<Api extends object, Raw extends object> {
  private readonly raws = new WeakMap<object, Raw>();
  private readonly apis = new WeakMap<Raw, Api>();

  /** make: builds the object for a thing that has none yet. */
  constructor(
    private readonly what: string,
    private readonly make: (raw: Raw) => Api,
  ) {}

  add(api: Api, raw: Raw): Api {
    this.raws.set(api, raw);
    this.apis.set(raw, api);
    return api;
  }
  api(raw: Raw): Api {
    return this.apis.get(raw) ?? this.add(this.make(raw), raw);
  }
  /** What the value stands for; undefined when it is none of ours. */
  find(value: unknown): Raw | undefined {
    return this.raws.get(value as object);
  }
  /** The same for `this` and arguments that must be one. Throws TypeError. */
  raw(value: unknown): Raw {
    const raw = this.find(value);
    if (raw === undefined) throw new TypeError(`not a WebAssembly.${this.what}`);
    return raw;
  }
}

/** [EnforceRange] unsigned long. Throws TypeError. */
export function u32(value: unknown, what: string): number {
  const n = Math.trunc(Number(typeof value === 'bigint' ? refuse(what) : value));
  if (!(n >= 0 && n <= 0xffffffff)) refuse(what);
  return n + 0; // -0 is 0
}
function refuse(what: string): never {
  throw new TypeError(`${what} must be an integer from 0 to 4294967295`);
}

export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A dictionary argument: an object, or nothing at all where it is optional. Throws TypeError. */
export function dictionary(value: unknown, what: string): Record<PropertyKey, unknown> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError(`${what} must be an object`);
  return value;
}

/** The items of an iterable. Throws TypeError when it is none. */
export function list(value: unknown, what: string): unknown[] {
  const iterable = value as Iterable<unknown> | null | undefined;
  if (typeof iterable?.[Symbol.iterator] !== 'function') throw new TypeError(`${what} must be an iterable`);
  return Array.from(iterable);
}

/** A copy of a BufferSource. Throws TypeError for anything else. */
export function copyBytes(source: unknown): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  const tag = Object.prototype.toString.call(source); // also one of another realm
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]') return new Uint8Array(source as ArrayBuffer).slice();
  throw new TypeError('not a BufferSource');
}

/** Gives a class the properties of an interface: members are enumerable, and objects call themselves WebAssembly.NAME. */
export function asInterface(name: string, constructor: { prototype: object }, length: number): void {
  const { prototype } = constructor;
  Object.defineProperty(constructor, 'length', { value: length, configurable: true });
  for (const [owner, skip] of [
    [prototype, 'constructor'],
    [constructor, 'prototype length name'],
  ] as const) {
    for (const key of Object.getOwnPropertyNames(owner)) {
      if (!skip.split(' ').includes(key)) Object.defineProperty(owner, key, { enumerable: true });
    }
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: `WebAssembly.${name}`, configurable: true });
}
