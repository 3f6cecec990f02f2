// Text that was compiled ahead of time, as a blob of its own beside the module, so that compiling never changes a package. It is good for one
// module, target, options and compiler, which is what its key says, and in pieces, so that a loader may take one function at a time.
// How it is checked and what each refusal means: docs/jstext.md. Device-safe.
//
//    0  "\0jst"    4  u32 format    8  key, 32 bytes    40  u32 bytes behind 76    44  SHA-256 of these, 32 bytes
//   76  u8 length and characters: target    the same: options    leb128: how many pieces    leb128 each: their lengths    text, ASCII
//
// Key: SHA-256 over "package\ntarget\noptions\ncompiler"; package: the SHA-256 of the module's bytes in hex.

import { ARTDAMAGE, ARTEFACT, ARTFORMAT, ARTKEY } from '../errors/codes';
import { createSha256, hexOf, sha256Hex, sha256Update } from '../wire/sha256';
import type { TextOptions } from './module';
import { COMPILER } from './version.gen';

const MAGIC = '\0jst';
const FORMAT = 1;
const HEAD = 76;

/** Makes the SHA-256 of bytes[start, end) in hex. A desk has a faster one. */
export type Digest = (bytes: Uint8Array, start: number, end: number) => string;

export interface Artefact {
  target: string;
  options: TextOptions;
  bytes: Uint8Array;
  /** Where each piece of the text begins in bytes, and where the last one ends: what stands before the functions, each of these, what stands behind. */
  at: number[];
}

export const digest: Digest = function (bytes, start, end) {
  const sum = createSha256();
  sha256Update(sum, bytes, start, end);
  return sha256Hex(sum);
};

function charactersOf(text: string): number[] {
  const list: number[] = [];
  for (let i = 0; i < text.length; i++) list.push(text.charCodeAt(i));
  return list;
}
function textFrom(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  while (start < end) {
    const stop = end - start > 4096 ? start + 4096 : end;
    text += String.fromCharCode.apply(null, bytes.subarray(start, stop) as any);
    start = stop;
  }
  return text;
}
function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** What makes texts of one module differ besides the target, as the key has it: "form,static bytes,names". */
function optionsText(options: TextOptions): string {
  return options.form + ',' + options.staticBytes + ',' + (options.names ? 1 : 0) + ',' + (options.plain ? 1 : 0);
}

/** An artefact's key in hex. packageHash: SHA-256 of the module's bytes in hex. */
export function artefactKey(packageHash: string, target: string, options: TextOptions): string {
  const words = charactersOf(packageHash + '\n' + target + '\n' + optionsText(options) + '\n' + COMPILER);
  const bytes = new Uint8Array(words.length);
  bytes.set(words, 0);
  return digest(bytes, 0, bytes.length);
}

/**
 * The bytes of an artefact. lengths: of the pieces; write: puts them one after another into bytes from `at` on. Pieces are given so, because desks
 * have them as bytes already.
 */
export function writeArtefact(
  packageHash: string,
  target: string,
  options: TextOptions,
  lengths: number[],
  write: (bytes: Uint8Array, at: number) => void,
  hash: Digest,
): Uint8Array {
  const index = charactersOf(String.fromCharCode(target.length) + target);
  const choice = optionsText(options);
  index.push.apply(index, charactersOf(String.fromCharCode(choice.length) + choice));
  let size = 0;
  for (let i = -1; i < lengths.length; i++) {
    let n = i < 0 ? lengths.length : lengths[i];
    if (i >= 0) size += n;
    for (; n > 127; n >>>= 7) index.push((n & 127) | 128);
    index.push(n);
  }
  const bytes = new Uint8Array(HEAD + index.length + size);
  bytes.set(index, HEAD);
  write(bytes, HEAD + index.length);
  putHead(bytes, artefactKey(packageHash, target, options), hash(bytes, HEAD, bytes.length));
  return bytes;
}
function putHead(bytes: Uint8Array, key: string, sum: string): void {
  for (let i = 0; i < 4; i++) {
    bytes[i] = MAGIC.charCodeAt(i);
    bytes[4 + i] = FORMAT >>> (8 * i);
    bytes[40 + i] = (bytes.length - HEAD) >>> (8 * i);
  }
  for (let i = 0; i < 32; i++) {
    bytes[8 + i] = parseInt(key.substring(2 * i, 2 * i + 2), 16);
    bytes[44 + i] = parseInt(sum.substring(2 * i, 2 * i + 2), 16);
  }
}

/**
 * Opens an artefact for the module whose bytes have that SHA-256; borrows bytes. Throws ARTEFACT (it is none, or cut), ARTFORMAT (of another format),
 * ARTDAMAGE (its bytes are not those that were written), ARTKEY (it is for another module or by another compiler).
 */
export function openArtefact(bytes: Uint8Array, packageHash: string, hash: Digest): Artefact {
  if (bytes.length < HEAD || textFrom(bytes, 0, 4) !== MAGIC) throw ARTEFACT;
  if (u32At(bytes, 4) !== FORMAT) throw ARTFORMAT;
  if (u32At(bytes, 40) !== bytes.length - HEAD) throw ARTEFACT;
  if (hexOf(bytes, 44, HEAD) !== hash(bytes, HEAD, bytes.length)) throw ARTDAMAGE;
  // from here on they are as somebody wrote them
  let at = HEAD + 1 + bytes[HEAD];
  const target = textFrom(bytes, HEAD + 1, at);
  const choice = textFrom(bytes, at + 1, at + 1 + bytes[at]).split(',');
  at += 1 + bytes[at];
  const options: TextOptions = {
    form: choice[0] === 'B' ? 'B' : 'A',
    staticBytes: +choice[1],
    names: choice[2] === '1',
    plain: choice[3] === '1',
  };
  if (hexOf(bytes, 8, 40) !== artefactKey(packageHash, target, options)) throw ARTKEY;
  const lengths: number[] = [];
  for (let count = -1; lengths.length !== count; ) {
    let n = 0;
    let shift = 0;
    for (; bytes[at] > 127; shift += 7) n |= (bytes[at++] & 127) << shift;
    n |= bytes[at++] << shift;
    if (count < 0) count = n;
    else lengths.push(n);
  }
  const starts = [at];
  for (let i = 0; i < lengths.length; i++) starts.push((at += lengths[i]));
  if (at !== bytes.length) throw ARTEFACT;
  return { target: target, options: options, bytes: bytes, at: starts };
}

/** How many pieces there are: a module's functions and two. */
export function pieceCount(artefact: Artefact): number {
  return artefact.at.length - 1;
}
/** Piece i of the text. */
export function pieceText(artefact: Artefact, i: number): string {
  return textFrom(artefact.bytes, artefact.at[i], artefact.at[i + 1]);
}
/** The whole text. */
export function artefactText(artefact: Artefact): string {
  return textFrom(artefact.bytes, artefact.at[0], artefact.at[artefact.at.length - 1]);
}
