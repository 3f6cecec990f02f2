// UTF-8 <-> strings, for JSON and topics. Wrong bytes become U+FFFD, lone surrogates too; neither ever throws.
// Engines whose strings hold bytes (Latin-1) keep the low 8 bits of what does not fit. Device-safe.
// Spec: RFC 3629; one U+FFFD per wrong byte.

/** Size of text in bytes of UTF-8. */
export function utf8Size(text: string): number {
  return utf8Write(text, null, 0);
}

/** Writes text to target from `at`; returns the index after it. target must have room (utf8Size); null only counts. */
export function utf8Write(text: string, target: Uint8Array | null, at: number): number {
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c >= 0xd800 && c < 0xe000) {
      const low = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + low - 0xdc00;
        i++;
      } else c = 0xfffd;
    }
    const more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    if (target) target[at] = more === 0 ? c : ((0x7f80 >> more) & 0xff) | (c >> (6 * more));
    at++;
    for (let k = more - 1; k >= 0; k--) {
      if (target) target[at] = 0x80 | ((c >> (6 * k)) & 0x3f);
      at++;
    }
  }
  return at;
}

/** Bytes of text in an array of its own. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Size(text));
  utf8Write(text, bytes, 0);
  return bytes;
}

/** What utf8At says of a byte that begins no well-formed sequence: U+FFFD, 1 byte. A U+FFFD that was sent takes 3. */
export const UTF8_BAD = 0xfffd * 8 + 1;

/** The character at bytes[at], its sequence ending before end: code point * 8 + length in bytes. */
export function utf8At(bytes: Uint8Array, at: number, end: number): number {
  let c = bytes[at];
  if (c < 0x80) return c * 8 + 1;
  const n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (c < 0xc2 || c > 0xf4 || at + n > end) return UTF8_BAD;
  c &= 0x7f >> n;
  for (let i = 1; i < n; i++) {
    if ((bytes[at + i] & 0xc0) !== 0x80) return UTF8_BAD;
    c = (c << 6) | (bytes[at + i] & 0x3f);
  }
  const isOverlong = c < (n === 2 ? 0x80 : n === 3 ? 0x800 : 0x10000);
  return isOverlong || c >> 11 === 27 || c > 0x10ffff ? UTF8_BAD : c * 8 + n; // 27: surrogates
}

/** bytes[start, end) as a string. */
export function utf8Read(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  while (start < end) {
    const got = utf8At(bytes, start, end);
    let c = got >> 3;
    start += got & 7;
    if (c > 0xffff) {
      text += String.fromCharCode(0xd7c0 + (c >> 10));
      c = 0xdc00 + (c & 0x3ff);
    }
    text += String.fromCharCode(c);
  }
  return text;
}
