// Character classes of the C locale: 1 or 0, and 0 outside 0..255. Device-safe.

import type { PureGroup } from '../runtime/native';

/** Whether c lies in one of the ranges, each written as its two ends. */
function within(ranges: string): (c: number) => number {
  return c => {
    for (let i = 0; i < ranges.length; i += 2) if (c >= ranges.charCodeAt(i) && c <= ranges.charCodeAt(i + 1)) return 1;
    return 0;
  };
}

/** ASCII upper case to lower case, anything else as it is. */
export function tolower(c: number): number {
  return c >= 65 && c <= 90 ? c + 32 : c;
}
function toupper(c: number): number {
  return c >= 97 && c <= 122 ? c - 32 : c;
}

export const ctype: PureGroup[] = [
  ['(i)i!', 'tolower toupper', tolower, toupper],
  [
    '(i)i!',
    'isupper isalpha isspace isgraph isprint isdigit isxdigit isalnum',
    within('AZ'),
    within('AZaz'),
    within('\t\r  '),
    within('!~'),
    within(' ~'),
    within('09'),
    within('09AFaf'),
    within('09AZaz'),
  ],
];
