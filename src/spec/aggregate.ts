// Rows of the op table (ops.ts says what they hold): structures, arrays, casts and i31 of garbage collection. 0xfb-prefixed ones are
// 0x180 + their number. They are read, validated and printed; no executor runs them yet. Desk only.

import type { Row } from './ops';

export const aggregateRows: Row[] = [
  [0x180, 'struct.new', 'y', null, null],
  [0x181, 'struct.new_default', 'y', null, null],
  [0x182, 'struct.get', 'n', null, null],
  [0x183, 'struct.get_s', 'n', null, null],
  [0x184, 'struct.get_u', 'n', null, null],
  [0x185, 'struct.set', 'n', null, null],
  [0x186, 'array.new', 'y', null, null],
  [0x187, 'array.new_default', 'y', null, null],
  [0x188, 'array.new_fixed', 'N', null, null],
  [0x189, 'array.new_data', 'u', null, null],
  [0x18a, 'array.new_elem', 'U', null, null],
  [0x18b, 'array.get', 'y', null, null],
  [0x18c, 'array.get_s', 'y', null, null],
  [0x18d, 'array.get_u', 'y', null, null],
  [0x18e, 'array.set', 'y', null, null],
  [0x18f, 'array.len', '', null, null],
  [0x190, 'array.fill', 'y', null, null],
  [0x191, 'array.copy', 'k', null, null],
  [0x192, 'array.init_data', 'u', null, null],
  [0x193, 'array.init_elem', 'U', null, null],
  [0x194, 'ref.test', 'r', null, null],
  [0x195, 'ref.test_null', 'r', null, null], // the _null ones are spelled without it in text, with a nullable type
  [0x196, 'ref.cast', 'r', null, null],
  [0x197, 'ref.cast_null', 'r', null, null],
  [0x198, 'br_on_cast', 'B', null, null],
  [0x199, 'br_on_cast_fail', 'B', null, null],
  [0x19a, 'any.convert_extern', '', null, null],
  [0x19b, 'extern.convert_any', '', null, null],
  [0x19c, 'ref.i31', '', null, null],
  [0x19d, 'i31.get_s', '', null, null],
  [0x19e, 'i31.get_u', '', null, null],
];
