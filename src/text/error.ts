// What is wrong with a text, and where: the one error that lexer and parsers of the text format throw. Desk only.

const WIDTH = 120; // characters of a long line that the message shows

/** line and column count from 1, columns in characters; message is three lines: place and reason, the source line, a caret. */
export class TextError extends Error {
  override name = 'TextError';
  constructor(
    readonly line: number,
    readonly column: number,
    /** In the words of the public test scripts where they have some. */
    readonly reason: string,
    /** What could have stood there, '' if nothing in particular. */
    readonly expected: string,
    source: string,
  ) {
    super(`${line}:${column}: ${reason}${expected && `, expected ${expected}`}\n${excerpt(source, column)}`);
  }
}

function excerpt(source: string, column: number): string {
  const characters = [...source];
  const from = characters.length > WIDTH && column > WIDTH / 2 ? column - WIDTH / 2 : 0;
  const shown = characters.slice(from, from + WIDTH).map(c => (c < ' ' && c !== '\t' ? '\u00b7' : c));
  const margin = shown.slice(0, column - 1 - from).map(c => (c === '\t' ? c : ' '));
  return `${shown.join('')}\n${margin.join('')}^`;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How far lines were counted: up to byte `at`, which is in `line`, which begins at `begin`. */
export interface Mark {
  at: number;
  line: number;
  begin: number;
}
/** At the start of a text. */
export function createMark(): Mark {
  return { at: 0, line: 1, begin: 0 };
}

/** The error at a byte of the text. Lines end with \n, \r or \r\n. Counting begins at the mark, if that is before it, and moves it: for many errors of one text. */
export function errorAt(bytes: Uint8Array, at: number, reason: string, expected = '', mark = createMark()): TextError {
  if (at < mark.at) Object.assign(mark, createMark());
  for (; mark.at < at; mark.at++) {
    const c = bytes[mark.at];
    if (c === 10 || (c === 13 && bytes[mark.at + 1] !== 10)) {
      mark.line++;
      mark.begin = mark.at + 1;
    }
  }
  const { line, begin } = mark;
  let stop = at;
  while (stop < bytes.length && stop < at + 4 * WIDTH && bytes[stop] !== 10 && bytes[stop] !== 13) stop++;
  const before = decoder.decode(bytes.subarray(begin, at));
  const column = [...before].length + 1;
  return new TextError(line, column, reason, expected, before + decoder.decode(bytes.subarray(at, stop)));
}
