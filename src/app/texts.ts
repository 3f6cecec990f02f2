// Bytes of guest memory as host values and back. Texts are Latin-1 strings that hold the bytes as they are. Device-safe.

/** u8[at, at + n) as a string. */
export function textOf(u8: Uint8Array, at: number, n: number): string {
  let text = '';
  for (let i = 0; i < n; i++) text += String.fromCharCode(u8[at + i]);
  return text;
}

/** Writes a string and a NUL; returns the address behind it. */
export function putText(u8: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) u8[at++] = text.charCodeAt(i);
  u8[at] = 0;
  return at + 1;
}

/** A copy of u8[at, at + n). */
export function copyOf(u8: Uint8Array, at: number, n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  bytes.set(u8.subarray(at, at + n));
  return bytes;
}
