// Whether a module survives: binary -> text -> the same binary, in its canonical encoding and without custom sections. Desk only.

import { readModule } from '../../src/binary/reader';
import { createWriter } from '../../src/binary/writer';
import { parseWat } from '../../src/text/parser';
import { print } from '../../src/text/printer';

/** What becomes of a valid module that should come back as it was; null = it does. */
export function roundTrip(wasm: Uint8Array, features: number): string | null {
  const writer = createWriter();
  let text = '';
  try {
    readModule(wasm, writer.events, features);
    const before = plain(writer.bytes());
    text = print(wasm);
    const after = plain(parseWat(text, { features }));
    const at = before.findIndex((byte, i) => byte !== after[i]);
    if (at < 0 && before.length === after.length) return null;
    const place = at < 0 ? Math.min(before.length, after.length) : at;
    return `another binary from byte ${place} on: ${hex(before, place)}, then ${hex(after, place)}`;
  } catch (error) {
    return text === '' ? `not printed: ${error}` : `its text is not read: ${(error as Error).message}`;
  }
}

function hex(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 8)).toString('hex') || 'its end';
}

/** A module without its custom sections. */
function plain(wasm: Uint8Array): Uint8Array {
  const parts = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    let stop = at + 1;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      size |= (wasm[stop]! & 127) << shift;
      more = wasm[stop++]! > 127;
    }
    if (wasm[at] !== 0) parts.push(wasm.subarray(at, stop + size));
    at = stop + size;
  }
  return Buffer.concat(parts);
}
