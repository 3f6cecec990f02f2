// An app's log: the last 2 kB of its lines on the board, rate-limited, what was dropped counted. Who follows
// live is told through onLine. Device-safe. Design: management.md 8.

import type { LogLevel, LogLine } from '../../src/wire/messages';

/** Levels from grave to chatty: error, warning, info, debug. */
export const LEVELS = 'ewid';
const RING_BYTES = 2048;
const LINE_BYTES = 200;
const LINE_COST = 32; // of an entry beside its text
const BURST = 4; // seconds' worth of lines that may come at once

export interface Log {
  lines: string[]; // `<level><ms since boot> <text>`, oldest first: one string each, where an array would cost four times its text
  bytes: number; // of RAM, about
  q: number; // number of the last line
  tail: string; // of standard output, until its newline comes
  level: LogLevel; // lines above it are not kept
  rate: number; // lines a second
  tokens: number;
  filledMs: number;
  dropped: number; // since boot
  unsaid: number; // dropped and not yet told by a line
  onLine: (line: LogLine) => void;
}

export function createLog(rate: number, onLine: (line: LogLine) => void): Log {
  return {
    lines: [],
    bytes: 0,
    q: 0,
    tail: '',
    level: 'i',
    rate: rate,
    tokens: rate * BURST,
    filledMs: 0,
    dropped: 0,
    unsaid: 0,
    onLine: onLine,
  };
}

/** The first `most` characters without control characters: a guest's text, which as JSON shall not become six times as long. */
export function plain(text: string, most: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  return text.substring(0, most).replace(/[\0-\x08\x0a-\x1f]/g, '');
}

/** The i-th line that is kept. */
export function lineAt(log: Log, i: number): LogLine {
  const entry = log.lines[i];
  const at = entry.indexOf(' ');
  return [log.q - log.lines.length + 1 + i, entry.charAt(0) as LogLevel, parseInt(entry.substring(1), 10), entry.substring(at + 1)];
}

/** A line of the agent's own about the app: always kept. */
export function logNote(log: Log, level: LogLevel, nowMs: number, line: string): void {
  const entry = level + Math.floor(nowMs) + ' ' + line;
  log.lines.push(entry);
  log.q++;
  log.bytes += entry.length + LINE_COST;
  while (log.bytes > RING_BYTES) log.bytes -= log.lines.shift()!.length + LINE_COST;
  log.onLine(lineAt(log, log.lines.length - 1));
}

/** One line of the app; cut at 200 bytes, not kept above the log's level or rate. */
export function logLine(log: Log, level: LogLevel, nowMs: number, line: string): void {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(log.level)) return;
  log.tokens = Math.min(log.rate * BURST, log.tokens + ((nowMs - log.filledMs) * log.rate) / 1000);
  log.filledMs = nowMs;
  if (log.tokens < 1) {
    log.dropped++;
    log.unsaid++;
    return;
  }
  log.tokens--;
  if (log.unsaid > 0) {
    logNote(log, 'w', nowMs, '(' + log.unsaid + ' lines dropped)');
    log.unsaid = 0;
  }
  logNote(log, level, nowMs, plain(line, LINE_BYTES));
}

/** A piece of standard output: whole lines go to the log, the rest waits for its newline. */
export function logText(log: Log, level: LogLevel, nowMs: number, piece: string): void {
  const parts = (log.tail + piece).split('\n');
  log.tail = parts.pop()!;
  for (let i = 0; i < parts.length; i++) logLine(log, level, nowMs, parts[i]);
  if (log.tail.length >= LINE_BYTES) logTail(log, level, nowMs);
}

/** Ends a line without newline: the program has ended. */
export function logTail(log: Log, level: LogLevel, nowMs: number): void {
  if (log.tail !== '') logLine(log, level, nowMs, log.tail);
  log.tail = '';
}
