// Bytes as text: how scripts get them into an engine that is fed by text alone. Device-safe.

/** Bytes from hexadecimal text, for engines that are fed by text alone. */
export function unhex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = digit(text, 2 * i) * 16 + digit(text, 2 * i + 1);
  return bytes;
}
function digit(text: string, at: number): number {
  const c = text.charCodeAt(at);
  return c < 58 ? c - 48 : c - 87;
}
