// Bulk memory and table instructions on operands in consecutive cells, and memory.size/grow, table access: everything whose cost is
// not one operation. Returns the extra fuel: one per 64 bytes or 4 elements gone through, none for growing in vain. Device-safe. Spec: core 4.6.9 Table, 4.6.10 Memory Instructions.

import * as O from '../spec/ops.gen';
import { CALL_TYPE, OOB_MEMORY, OOB_TABLE, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT } from '../spec/traps';
import { heapMatches } from '../validate/match';
import { growTable, type Instance, initMemory, initTable, type Table } from './instance';
import { growMemory, type Memory } from './memory';
import { funcOf } from './store';

function fillBytes(u8: Uint8Array, at: number, value: number, n: number): void {
  if (n === 0) return;
  // doubling copies: typed fill is not on every engine, and this is as fast
  const head = n < 32 ? n : 32;
  for (let i = 0; i < head; i++) u8[at + i] = value;
  for (let done = head; done < n; ) {
    const piece = done < n - done ? done : n - done;
    u8.set(u8.subarray(at, at + piece), at + done);
    done += piece;
  }
}

function fillElems(table: Table, at: number, value: number, n: number): void {
  if (at + n > table.size) throw OOB_TABLE;
  for (let i = 0; i < n; i++) table.elems[at + i] = value;
}
function copyElems(to: Table, at: number, from: Table, start: number, n: number): void {
  if (start + n > from.size || at + n > to.size) throw OOB_TABLE;
  to.elems.set(from.elems.subarray(start, start + n), at); // overlap is right by the language
}

/** The handle of the function that call_indirect of element `index` calls. index and table are the instance's, unsigned. */
export function tableFunc(instance: Instance, index: number, type: number, table: number): number {
  const from = instance.tables[table];
  if (index >= from.size) throw UNDEFINED_ELEMENT;
  const handle = from.elems[index];
  if (handle === 0) throw UNINITIALIZED_ELEMENT;
  const store = instance.store;
  if (!heapMatches(store, funcOf(store, handle).typeId, instance.typeIds[type])) throw CALL_TYPE;
  return handle;
}

/** Runs `code` on the operands at words p, p + 2, p + 4 of cells; a result goes to p. a, b: its immediates. */
export function bulk(instance: Instance, cells: Int32Array, p: number, code: number, a: number, b: number): number {
  const x = cells[p] >>> 0;
  const y = cells[p + 2] >>> 0;
  const n = cells[p + 4] >>> 0;
  if (code === O.MEMORY_SIZE) cells[p] = Math.floor(instance.mems[a].bytes / instance.mems[a].type.pageBytes);
  else if (code === O.MEMORY_GROW) {
    const old = growMemory(instance.mems[a], x);
    cells[p] = old;
    return x > 0 && old >= 0 ? Math.floor(instance.mems[a].bytes / 64) : 0; // all of it is copied
  } else if (code === O.MEMORY_FILL) {
    const memory: Memory = instance.mems[a];
    if (x + n > memory.bytes) throw OOB_MEMORY;
    fillBytes(memory.u8, x, y & 255, n);
    return n >>> 6;
  } else if (code === O.MEMORY_COPY) {
    const to = instance.mems[a];
    const from = instance.mems[b];
    if (y + n > from.bytes || x + n > to.bytes) throw OOB_MEMORY;
    to.u8.set(from.u8.subarray(y, y + n), x);
    return n >>> 6;
  } else if (code === O.MEMORY_INIT) {
    initMemory(instance, a, instance.mems[b], x, y, n);
    return n >>> 6;
  } else if (code === O.DATA_DROP) instance.droppedData[a] = true;
  else if (code === O.TABLE_INIT) {
    initTable(instance, a, instance.tables[b], x, y, n);
    return n > 0 ? (y + n) >>> 2 : 0; // it reads from the segment's first on
  } else if (code === O.ELEM_DROP) instance.droppedElem[a] = true;
  else {
    const table = instance.tables[a];
    if (code === O.TABLE_SIZE) cells[p] = table.size;
    else if (code === O.TABLE_GET || code === O.TABLE_SET) {
      if (x >= table.size) throw OOB_TABLE;
      if (code === O.TABLE_GET) cells[p] = table.elems[x];
      else table.elems[x] = cells[p + 2];
    } else if (code === O.TABLE_GROW) {
      cells[p] = growTable(table, y, cells[p]);
      return y > 0 && cells[p] >= 0 ? table.size >>> 2 : 0; // so is a table
    } else {
      if (code === O.TABLE_COPY) copyElems(table, x, instance.tables[b], y, n);
      else fillElems(table, x, cells[p + 2], n);
      return n >>> 2;
    }
  }
  return 0;
}
