// Generates src/interp/forms.gen.ts and dispatch.gen.ts: the numbers of the interpreter's operations and its dispatcher, from the op table and from the
// operations that only register code has (moves, fused branches). Internal opcodes are numbered by measured frequency along
// a Huffman tree, which the dispatcher walks as nested ifs: hot operations are a few compares away on engines where
// `switch` is a linear search. `layout: 'switch'` makes the same interpreter in opcode order as the benchmark's yardstick.
//
// Words of an operation: [op, operands…]. Register operands are word offsets from fp: a value cell is two words, low and high.
import { rows as allRows } from '../../src/spec/ops';
import { weights } from './weights';

const rows = allRows.filter(row => row[0] < 0x180); // what it runs

interface Op {
  name: string;
  body: string; // falls to the next operation by itself
  hot: boolean; // in the main loop; else in cold()
  family?: Family;
  core: string; // inside its family
  feature: string; // the HAS_ constant of spec/features.ts that says whether it is built in; '' = always
}
/** Operations that begin and end alike: where they are rare, one prologue and one epilogue serve all of them. */
interface Family {
  key: string;
  before: string;
  after: string;
}

const reg = (k: number) => `fp+w[pc+${k}]`;
const R = (k: number) => `R[${reg(k)}]`;
const Rh = (k: number) => `R[${reg(k)}+1]`;
const D = (k: number) => `D[${reg(k)}>>1]`;
const S = (k: number) => `S[${reg(k)}]`;

/** Uses of a name in an expression. */
function uses(expr: string, name: string): number {
  return (expr.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length;
}
/** Puts values for names: inline where used once, else through a local. Returns [assignments, expression]. */
function bind(expr: string, binds: [string, string][]): [string, string] {
  let before = '';
  for (const [name, value] of binds) {
    const n = uses(expr, name);
    if (n === 0) continue;
    if (n === 1) expr = expr.replace(new RegExp(`\\b${name}\\b`), value);
    else before += `${name}=${value};`;
  }
  return [before, expr];
}

const read: { [letter: string]: (k: number) => string } = { i: R, f: S, F: k => D(k) };

/** Binds a, b (al, ah, bl, bh) in expr to the registers in words `first`, first + 1. */
function operands(letters: string, expr: string, first = 2): [string, string] {
  const binds: [string, string][] = [];
  'ab'.split('').forEach((name, i) => {
    const letter = letters[i];
    if (letter === undefined) return;
    if (letter === 'I') binds.push([name + 'l', R(first + i)], [name + 'h', Rh(first + i)]);
    else binds.push([name, read[letter](first + i)]);
  });
  return bind(expr, binds);
}

/** A taken branch to the word in w[pc+k]; backwards it pays the fuel that stands before the loop. */
const jump = (k: number) => `t=w[pc+${k}];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t`;

const inverse: { [name: string]: string } = {
  'i32.eq': 'i32.ne', 'i32.ne': 'i32.eq', 'i32.lt_s': 'i32.ge_s', 'i32.ge_s': 'i32.lt_s', 'i32.lt_u': 'i32.ge_u', 'i32.ge_u': 'i32.lt_u',
  'i32.gt_s': 'i32.le_s', 'i32.le_s': 'i32.gt_s', 'i32.gt_u': 'i32.le_u', 'i32.le_u': 'i32.gt_u',
}; // biome-ignore format: a table
const withConstant = /^i32\.(add|and|or|xor|shl|shr_s|shr_u|mul|eq|ne|lt_s|lt_u|gt_s|gt_u|le_s|le_u|ge_s|ge_u)$/;
const constantOperand = (k: number) => `w[pc+${k}]`;
/** A 32-bit constant in two words. */
const pair = (k: number) => `w[pc+${k}]&65535|w[pc+${k + 1}]<<16`;

const ops: Op[] = [];
const table: { [kind: string]: { [code: number]: string } } = { RR: {}, RI: {}, JRR: {}, JRI: {}, MEM: {} };
function add(name: string, body: string, hot = true, family?: Family, core = ''): string {
  ops.push({ name, body, hot, family, core, feature: '' });
  return name;
}
/** An operation of a feature that bundles may leave out. */
function optional(feature: string, name: string, body: string, hot = true): void {
  ops.push({ name, body, hot, core: '', feature });
}
/** Weight from which an operation gets a body of its own although it has a family. */
const OWN_BODY = 0.25;
const next = (n: number) => `pc+=${n}`;

/** Loads every operand of a signature into a, b (al, ah, bl, bh) from the words `first` on. */
function loadAll(params: string, first = 2): string {
  return params
    .split('')
    .map((letter, i) => {
      const name = 'ab'[i];
      return letter === 'I' ? `${name}l=${R(first + i)};${name}h=${Rh(first + i)};` : `${name}=${read[letter](first + i)};`;
    })
    .join('');
}
const store: { [letter: string]: string } = {
  i: `${R(1)}=x`,
  f: `${S(1)}=x`,
  F: `${D(1)}=x`,
  I: `t=${reg(1)};R[t]=lo;R[t+1]=hi`,
};

function numericOps(): void {
  for (const [code, name, , signature, meaning] of rows) {
    if (signature === null || meaning === null || /^(load|store)/.test(meaning)) continue;
    const [params, result] = signature.split(':');
    const n = 2 + params.length;
    const id = name.replace('.', '_');
    const hot = id in weights;
    if (meaning.startsWith('bits ')) {
      // bit patterns move as words: the sign operations and reinterpretations
      const expr = meaning.slice(5);
      const sign = params.length === 2 ? `(${expr.startsWith('hi') ? Rh(3) : R(3)}&0x80000000)` : '';
      const wide = result === 'F' || result === 'I';
      const lo = expr.startsWith('lo') ? expr.replace('lo', R(2)).replace('sign', sign) : R(2);
      const hi = expr.startsWith('hi') ? expr.replace('hi', Rh(2)).replace('sign', sign) : '';
      const body = wide ? `t=${hi};${R(1)}=${lo};${Rh(1)}=t` : `${R(1)}=${lo}`;
      table.RR[code] = add(id, `${body};${next(n)}`, hot);
      continue;
    }
    const test = meaning.startsWith('?');
    const value = test ? `${meaning.slice(1)}?1:0` : meaning;
    const family: Family = { key: signature, before: loadAll(params), after: `${store[result]};${next(n)}` };
    const core = result === 'I' ? value : `x=${value}`;
    if (test) comparison(code, id, params, meaning.slice(1));
    if (name === 'i32.mul') {
      const body = `a=${R(2)};b=${R(3)};t=a*b;${R(1)}=t<=0x1fffffffffffff&&t>=-0x1fffffffffffff?t:imul(a,b);${next(n)}`;
      table.RR[code] = add(id, body);
      table.RI[code] = add(id + '_k', `${R(1)}=${R(2)}*${constantOperand(3)};${next(n)}`); // 32 x 16 bits: exact
      continue;
    }
    if (result === 'I') {
      const [before, stmts] = operands(params, meaning + ';');
      table.RR[code] = add(id, `${before}${stmts}t=${reg(1)};R[t]=lo;R[t+1]=hi;${next(n)}`, hot, family, core);
      continue;
    }
    const dest = result === 'i' ? R(1) : result === 'f' ? S(1) : D(1);
    const [before, expr] = operands(params, value);
    table.RR[code] = add(id, `${before}${dest}=${expr};${next(n)}`, hot, family, core);
    if (!withConstant.test(name)) continue;
    const masked = value.replace('(b&31)', 'b');
    const [, k] = bind(masked, [
      ['a', R(2)],
      ['b', constantOperand(3)],
    ]);
    const kFamily = { key: 'constant', before: `a=${R(2)};b=${constantOperand(3)};`, after: `${R(1)}=x;${next(4)}` };
    table.RI[code] = add(id + '_k', `${R(1)}=${k};${next(4)}`, id + '_k' in weights, kFamily, `x=${masked}`);
  }
}

/** The branches fused with a comparison. They need the main loop: fuel is there. */
function comparison(code: number, id: string, params: string, condition: string): void {
  const after = `if(x){${jump(3)}}else ${next(4)}`;
  if (params === 'ii' || params === 'FF') {
    const [before, test] = operands(params, condition, 1);
    const family = { key: 'j_' + params, before: loadAll(params, 1), after };
    table.JRR[code] = add('j_' + id, `${before}if(${test}){${jump(3)}}else ${next(4)}`, true, family, `x=${condition}`);
  }
  if (params === 'ii') {
    const [, test] = bind(condition, [
      ['a', R(1)],
      ['b', constantOperand(2)],
    ]);
    const family = { key: 'j_k', before: `a=${R(1)};b=${constantOperand(2)};`, after };
    table.JRI[code] = add(`j_${id}_k`, `if(${test}){${jump(3)}}else ${next(4)}`, true, family, `x=${condition}`);
  }
}

function memoryOps(): void {
  for (const [code, name, , signature, meaning] of rows) {
    const m = /^(load|store) (\d) ?([su]?)$/.exec(meaning ?? '');
    if (m === null || signature === null) continue;
    const bytes = Number(m[2]);
    const id = name.replace('.', '_');
    const hot = id in weights;
    const address = (k: number) => `e=(${R(k)}>>>0)+w[pc+${k + 1}];`;
    const check = `if(e>${bytes === 1 ? '=top' : `top-${bytes}`})throw OOB_MEMORY;`;
    if (m[1] === 'load') {
      const lo = bytes === 1 ? 'u8[e]' : bytes === 2 ? '(u8[e]|u8[e+1]<<8)' : '((e&3)===0?m32[e>>>2]:loadI32(u8,e))';
      const ext = m[3] === 's' && bytes < 4 ? `${lo}<<${32 - 8 * bytes}>>${32 - 8 * bytes}` : lo;
      const wide = signature.endsWith('I');
      const into = (d: string, d1: string) =>
        bytes === 8
          ? `if((e&3)===0){${d}=m32[e>>>2];${d1}=m32[(e>>>2)+1]}else{${d}=loadI32(u8,e);${d1}=loadI32(u8,e+4)}`
          : `${d}=${ext}${wide ? `;${d1}=${m[3] === 's' ? `${d}>>31` : '0'}` : ''}`;
      const family = { key: 'load', before: `${address(2)}t=${reg(1)};`, after: next(4) };
      const body = wide || bytes === 8 ? `t=${reg(1)};${into('R[t]', 'R[t+1]')}` : into(R(1), '');
      table.MEM[code] = add(id, `${address(2)}${check}${body};${next(4)}`, hot, family, check + into('R[t]', 'R[t+1]'));
    } else {
      const from = (v: string, v1: string) =>
        bytes === 1
          ? `u8[e]=${v}`
          : bytes === 2
            ? `u8[e]=${v};u8[e+1]=${v}>>8`
            : bytes === 4
              ? `if((e&3)===0)m32[e>>>2]=${v};else storeI32(u8,e,${v})`
              : `if((e&3)===0){m32[e>>>2]=${v};m32[(e>>>2)+1]=${v1}}else{storeI32(u8,e,${v});storeI32(u8,e+4,${v1})}`;
      const family = { key: 'store', before: `${address(1)}t=${reg(3)};`, after: next(4) };
      const body = bytes === 1 || bytes === 4 ? from(R(3), '') : `t=${reg(3)};${from('R[t]', 'R[t+1]')}`;
      table.MEM[code] = add(id, `${address(1)}${check}${body};${next(4)}`, hot, family, check + from('R[t]', 'R[t+1]'));
    }
  }
}

function ownOps(): void {
  // a counter in place: [op, register, constant]
  add('inc', `t=${reg(1)};R[t]+=w[pc+2];${next(3)}`);
  // product and sum, difference, reverse difference: [op, to, a, b, c], rounded twice as the two instructions do
  for (const [letter, cell] of [
    ['f64', D],
    ['f32', S],
  ] as const) {
    const product = letter === 'f64' ? `${cell(2)}*${cell(3)}` : `fround(${cell(2)}*${cell(3)})`;
    add(`${letter}_muladd`, `${cell(1)}=${product}+${cell(4)};${next(5)}`);
    add(`${letter}_mulsub`, `${cell(1)}=${product}-${cell(4)};${next(5)}`);
    add(`${letter}_submul`, `${cell(1)}=${cell(4)}-${product};${next(5)}`);
  }
  // loads from base + index, base + constant: [op, to, base, index or constant, offset]
  for (const [form, index] of [
    ['x', R(3)],
    ['k', constantOperand(3)],
  ]) {
    const address = (bytes: number) => `e=(${R(2)}+${index}>>>0)+w[pc+4];if(e>top-${bytes})throw OOB_MEMORY;`;
    add(`load8_${form}`, `${address(1)}${R(1)}=u8[e];${next(5)}`);
    add(`load32_${form}`, `${address(4)}${R(1)}=(e&3)===0?m32[e>>>2]:loadI32(u8,e);${next(5)}`);
    const pairOf = 'if((e&3)===0){R[t]=m32[e>>>2];R[t+1]=m32[(e>>>2)+1]}else{R[t]=loadI32(u8,e);R[t+1]=loadI32(u8,e+4)}';
    add(`load64_${form}`, `${address(8)}t=${reg(1)};${pairOf}${next(5)}`);
  }
  add('mov', `${R(1)}=${R(2)};${next(3)}`);
  add('mov64', `t=${reg(1)};e=${reg(2)};R[t]=R[e];R[t+1]=R[e+1];${next(3)}`);
  add('const', `${R(1)}=${constantOperand(2)};${next(3)}`);
  add('const32', `${R(1)}=${pair(2)};${next(4)}`);
  add('const64', `t=${reg(1)};R[t]=${pair(2)};R[t+1]=${pair(4)};${next(6)}`);
  add('select', `${R(1)}=${R(4)}!==0?${R(2)}:${R(3)};${next(5)}`);
  add('select64', `e=${R(4)}!==0?${reg(2)}:${reg(3)};t=${reg(1)};R[t]=R[e];R[t+1]=R[e+1];${next(5)}`);
  add('br', jump(1));
  add('jnz', `if(${R(1)}!==0){${jump(2)}}else ${next(3)}`);
  add('jz', `if(${R(1)}===0){${jump(2)}}else ${next(3)}`);
  // [op, index, last target's number, targets…]
  add('br_table', `t=${R(1)}>>>0;e=w[pc+2];if(t>e)t=e;t=w[pc+3+t];if(t<=pc&&(fuel-=w[t-1])<0){pc=t;break}pc=t`);
  add('loop', next(2)); // its word is the loop's fuel; branches come in behind it
  add('call', `callee=funcs[w[pc+1]];at=${reg(2)};pc+=3;break`);
  // [op, index, type, table, arguments]
  add(
    'call_indirect',
    `t=${R(1)}>>>0;a=tables[w[pc+3]];if(t>=a.size)throw UNDEFINED_ELEMENT;a=a.elems[t];if(a===0){thread.trapDetail=t;throw UNINITIALIZED_ELEMENT}` +
      `a=store.funcs[a-1];t=typeIds[w[pc+2]];if(a.typeId!==t&&!(HAS_GC&&heapMatches(store,a.typeId,t)))throw CALL_TYPE;callee=a;at=${reg(4)};pc+=5;break`,
  ); // biome-ignore format: an operation
  // [op, reference, arguments]
  optional('HAS_TYPED_REFS', 'call_ref', `t=${R(1)};if(t===0)throw NULL_FUNCTION;callee=store.funcs[t-1];at=${reg(2)};pc+=3;break`);
  // [op, reference, arguments, their words]: the arguments move to the frame's beginning, where the callee's frame takes the place of this one.
  // That func is null says so. A native leaves its result there, and the return at the code's end gives it back.
  optional(
    'HAS_TAIL_CALL',
    'return_call_ref',
    `t=${R(1)};if(t===0)throw NULL_FUNCTION;e=${reg(2)};a=w[pc+3];for(n=0;n<a;n++)R[fp+n]=R[e+n];callee=store.funcs[t-1];at=fp;` +
      'if(callee.native!==null)pc=w.length-1;else func=null;break',
  );
  // what call_indirect would call, as a reference: [op, to, index, type, table]
  optional('HAS_TAIL_CALL', 'table_func', `t=${R(2)}>>>0;thread.trapDetail=t;${R(1)}=tableFunc(instance,t,w[pc+3],w[pc+4]);${next(5)}`);
  optional('HAS_TYPED_REFS', 'as_non_null', `if(${R(1)}===0)throw NULL_REFERENCE;${next(2)}`, false);
  // [op, tag, values], [op, -1, reference]
  optional('HAS_EXCEPTIONS', 'throw', `throw throwOf(instance,R,${reg(2)},w[pc+1])`, false);
  // another memory for the memory operations behind it: [op, index]
  optional('HAS_MULTI_MEMORY', 'memory', `a=instance.mems[w[pc+1]];u8=a.u8;m32=a.i32;top=a.bytes;${next(2)}`);
  const leave =
    `if(thread.depth===0){done=true;break}n=R[fp];t=thread.depth-=3;pc=F[t];fp=F[t+1];if(pc<0){at=fp;func=null;callee=store.funcs[F[t+2]-1];resumed=true;break}` +
    `func=store.funcs[F[t+2]-1];code=func.code;if(func.instance!==instance)break;w=code.words;if(code.constants!==null)R.set(code.constants,fp+code.constantsAt)`;
  add('return', leave);
  add('return_v', `R[fp]=${R(1)};${leave}`);
  add('return_v64', `t=${reg(1)};R[fp]=R[t];R[fp+1]=R[t+1];${leave}`);
  add('global_get', `${R(1)}=globals[w[pc+2]].lo;${next(3)}`);
  add('global_get64', `a=globals[w[pc+2]];t=${reg(1)};R[t]=a.lo;R[t+1]=a.hi;${next(3)}`, false);
  add('global_set', `globals[w[pc+2]].lo=${R(1)};${next(3)}`);
  add('global_set64', `a=globals[w[pc+2]];t=${reg(1)};a.lo=R[t];a.hi=R[t+1];${next(3)}`, false);
  // the guarded stack pointer
  add(
    'global_set_sp',
    `t=${R(1)};if(t>>>0>instance.stackHigh)throw AUX_STACK_UNDERFLOW;if(t>>>0<=instance.stackLow)throw AUX_STACK_OVERFLOW;globals[w[pc+2]].lo=t;${next(3)}`,
  );
  add('unreachable', 'throw UNREACHABLE', false);
  // adds a 32-bit offset to an address, for the memory operation that follows: [op, to, address, low, high]
  add('far', `e=(${R(2)}>>>0)+((${pair(3)})>>>0);if(e>4294967295)throw OOB_MEMORY;${R(1)}=e|0;${next(5)}`, false);
  // [op, code, operands, a, b]: memory.*, table.*, data.drop, elem.drop on operands in consecutive cells (bulk.ts)
  add(
    'bulk',
    `fuel-=bulk(instance,R,${reg(2)},w[pc+1],w[pc+3],w[pc+4]);if(mem!==null&&mem.u8!==u8){u8=mem.u8;m32=mem.i32;top=mem.bytes}${next(5)}`,
  );
}

/** A decision tree over operations; a leaf is an operation or a family with a tree of its own. */
interface Node {
  weight: number;
  op?: Op;
  family?: Family;
  left?: Node;
  right?: Node;
}

function weightOf(op: Op): number {
  return (weights[op.name] ?? 0) + 0.02;
}
function huffman(nodes: Node[]): Node {
  while (nodes.length > 1) {
    nodes.sort((a, b) => b.weight - a.weight);
    const right = nodes.pop()!;
    const left = nodes.pop()!;
    nodes.push({ weight: left.weight + right.weight, left, right });
  }
  return nodes[0];
}
/** The tree over list: rare members of a family of three or more are gathered under it. */
function plan(list: Op[]): Node {
  const families = new Map<string, Op[]>();
  for (const op of list) {
    if (!op.family || weightOf(op) >= OWN_BODY) continue;
    families.set(op.family.key, [...(families.get(op.family.key) ?? []), op]);
  }
  const leaf = (op: Op): Node => ({ weight: weightOf(op), op });
  const nodes: Node[] = [];
  const gathered = new Set<Op>();
  for (const members of families.values()) {
    if (members.length < 3) continue;
    for (const op of members) gathered.add(op);
    const tree = huffman(members.map(leaf));
    nodes.push({ weight: tree.weight, family: members[0].family, left: tree });
  }
  return huffman([...nodes, ...list.filter(op => !gathered.has(op)).map(leaf)]);
}
function inOrder(node: Node, out: Op[]): void {
  if (node.op) out.push(node.op);
  if (node.left) inOrder(node.left, out);
  if (node.right) inOrder(node.right, out);
}

/** The condition under which any operation of a tree is built in, '' = always. */
function present(node: Node): string {
  const list: Op[] = [];
  inOrder(node, list);
  const features = [...new Set(list.map(op => op.feature))];
  return features.includes('') ? '' : features.length === 1 ? features[0] : `(${features.join('||')})`;
}

function tree(node: Node, numbers: Map<Op, number>, indent: string, inFamily = false): string {
  if (node.op) return `${indent}${inFamily ? node.op.core : node.op.body};\n`;
  if (node.family) return `${indent}${node.family.before}\n${tree(node.left!, numbers, indent, true)}${indent}${node.family.after};\n`;
  const right: Op[] = [];
  inOrder(node.right!, right);
  const split = numbers.get(right[0])!;
  // a side whose operations may all be left out goes with them
  const left = present(node.left!);
  const absent = present(node.right!);
  const test = `${absent && `!${absent}||`}${left && `${left}&&`}op<${split}`;
  return `${indent}if(${test}){\n${tree(node.left!, numbers, indent + ' ', inFamily)}${indent}}else{\n${tree(node.right!, numbers, indent + ' ', inFamily)}${indent}}\n`;
}

function chars(map: { [code: number]: string }, number: (name: string) => number): string {
  const size = 0x112;
  let text = '';
  for (let code = 0; code < size; code++) text += map[code] === undefined ? '\0' : String.fromCharCode(number(map[code]));
  return JSON.stringify(text.replace(/\0+$/, ''));
}

/** Declares the scratch variables that these operations use. */
function locals(list: Op[], always = ''): string {
  const names = ['x', 'a', 'b', 'al', 'ah', 'bl', 'bh', 'lo', 'hi', 'n', 't', 'e'];
  return `let ${names
    .filter(v => always.includes(v) || list.some(o => uses(o.body + o.core + (o.family?.before ?? '') + (o.family?.after ?? ''), v) > 0))
    .map(v => `${v}:any=0`)
    .join(',')};`;
}

let lastNames: string[] = [];
/** Names of the operations by number, as last generated. */
export function operationNames(): string[] {
  return lastNames;
}

export function generateDispatch(layout: 'tree' | 'switch' = 'tree'): { [path: string]: string } {
  ops.length = 0;
  numericOps();
  memoryOps();
  ownOps();
  const hot = ops.filter(o => o.hot && o.feature === '');
  const rare = ops.filter(o => o.hot && o.feature !== ''); // need the main loop, but must cost the others nothing
  const cold = ops.filter(o => !o.hot);
  const hotTree = plan(hot);
  const rareTree = plan(rare);
  const coldTree = plan(cold);
  const ordered: Op[] = [];
  if (layout === 'tree') {
    inOrder(hotTree, ordered);
    inOrder(rareTree, ordered);
    inOrder(coldTree, ordered);
  } else ordered.push(...ops);
  const numbers = new Map(ordered.map((op, i) => [op, i + 1]));
  lastNames = ['', ...ordered.map(o => o.name)];
  const number = (name: string) => numbers.get(ops.find(o => o.name === name)!)!;
  const inv: { [code: number]: string } = {};
  const codeOf = new Map(rows.map(r => [r[1], r[0]]));
  for (const [a, b] of Object.entries(inverse)) inv[codeOf.get(a)!] = String(codeOf.get(b));

  let dispatch: string;
  if (layout === 'switch') {
    dispatch = `      switch(op){\n${ordered.map(o => `case ${numbers.get(o)}:{${o.body.replace(/(^|[^a-z])break(?![a-z])/g, '$1{leave=true;break}')};break}`).join('\n')}\n      }\n      if(leave){leave=false;break}\n`;
  } else {
    dispatch = `      if(op<=${hot.length}){\n${tree(hotTree, numbers, '       ')}      }else if(${present(rareTree)}&&op<=${hot.length + rare.length}){\n${tree(rareTree, numbers, '       ')}      }else pc=cold(op,w,pc,fp,R,D,S,instance,u8,m32,top);\n`;
  }
  const own = ops.filter(o => !Object.values(table).some(t => Object.values(t).includes(o.name)));
  const forms = `// Generated from the op table by tools/gen/dispatch.ts; run \`npm run gen\`. Device-safe.
// Numbers of the interpreter's operations (dispatch.gen.ts), for whoever emits them (compile.ts). 0 is none.

// Operations that no instruction stands for alone.
${own.map(o => `export const I_${o.name.toUpperCase()} = ${numbers.get(o)};`).join('\n')}

// By instruction code: the operation on registers, with a 16-bit constant as its last operand, the branch fused with a compare, the
// compare that is its opposite (0 = none), the memory operation.
export const registerForm = ${chars(table.RR, number)};
export const constantForm = ${chars(table.RI, number)};
export const branchForm = ${chars(table.JRR, number)};
export const branchConstantForm = ${chars(table.JRI, number)};
export const opposite = ${chars(inv, n => Number(n))};
export const memoryForm = ${chars(table.MEM, number)};
`;
  const text = `// Generated from the op table by tools/gen/dispatch.ts; run \`npm run gen\`. Device-safe.
// The interpreter's operations and its dispatcher; interp.ts says how it is used, compile.ts emits its code.

import { HAS_EXCEPTIONS, HAS_GC, HAS_MULTI_MEMORY, HAS_TAIL_CALL, HAS_TYPED_REFS } from '../spec/features';
import { heapMatches } from '../validate/match';
import { loadI32, storeI32 } from '../runtime/memory';
import { callNative, SIGNAL_CALL } from '../runtime/native';
import type { Instance } from '../runtime/instance';
import { DONE, FUEL, growCells, growFrames, SWITCH, type Thread, TRAPPED, WAITING } from '../runtime/thread';
import { AUX_STACK_OVERFLOW, AUX_STACK_UNDERFLOW, CALL_TYPE, EXIT, NULL_FUNCTION, NULL_REFERENCE, OOB_MEMORY, UNCAUGHT_EXCEPTION, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT, UNREACHABLE } from '../spec/traps';
import { bulk, tableFunc } from '../runtime/bulk';
import * as N from '../runtime/num';
import { throwOf, unwind } from './unwind';

const fround=N.fround,imul=N.imul,clz32=N.clz32,ctz32=N.ctz32,popcnt32=N.popcnt32,num=N.num,mul64=N.mul64,DIV_S=N.DIV_S,DIV_U=N.DIV_U,REM_S=N.REM_S,REM_U=N.REM_U,
  DIV64_S=N.DIV64_S,DIV64_U=N.DIV64_U,REM64_S=N.REM64_S,REM64_U=N.REM64_U,nearest=N.nearest,fmin=N.fmin,fmax=N.fmax,TRUNC_S=N.TRUNC_S,TRUNC_U=N.TRUNC_U,
  TRUNC64_S=N.TRUNC64_S,TRUNC64_U=N.TRUNC64_U,sat_s=N.sat_s,sat_u=N.sat_u,sat64_s=N.sat64_s,sat64_u=N.sat64_u,f32_s64=N.f32_s64,f32_u64=N.f32_u64;

${
  layout === 'switch'
    ? ''
    : `/** Rare operations; returns the next position. */
function cold(op:number,w:any,pc:number,fp:number,R:Int32Array,D:Float64Array,S:Float32Array,instance:Instance,u8:Uint8Array,m32:Int32Array,top:number):number{
 ${locals(cold)}
 const globals=instance.globals;
${tree(coldTree, numbers, ' ')} return pc;
}
`
}
/** Runs thread until its call is done, traps, is out of fuel or waits; or until a function is called or returned to that has other code (SWITCH). */
export function execute(thread: Thread): number {
  // the first four locals have opcodes of their own on QuickJS
  let w:any=null,pc=thread.pc,fp=thread.fp,R=thread.cells,op=0,D=thread.doubles,S=thread.floats,F=thread.frames,fuel=thread.fuel,at=thread.calleeAt;
  let func:any=thread.current,callee:any=thread.callee,code:any=null,instance:any=null,mem:any=null,u8:any=null,m32:any=null,top=0,funcs:any=null,globals:any=null,tables:any=null,typeIds:any=null;
  ${locals(hot.concat(rare, layout === 'switch' ? cold : []), 'nt')}
  let done=false,resumed=false${layout === 'switch' ? ',leave=false' : ''};
  const store=thread.store;
  thread.callee=null;
  for(;;)try{
    for(;;){
      if(callee!==null){
        if(callee.native!==null){
          thread.fuel=fuel;thread.pc=pc;thread.fp=fp;thread.current=func;thread.callee=callee;thread.calleeAt=at;
          if(resumed)callNative(thread,callee,at,thread.thens.pop(),n);else callNative(thread,callee,at,null,0);
          thread.callee=null;fuel=thread.fuel;
          if(thread.signal===SIGNAL_CALL){
            if(!resumed){
              if(thread.depth+6>F.length){growFrames(thread);F=thread.frames}
              t=thread.depth;F[t]=func===null?0:pc;F[t+1]=fp;F[t+2]=func===null?0:func.handle;thread.depth=t+3;
            }
            resumed=false;
            t=thread.depth;F[t]=-1;F[t+1]=at;F[t+2]=callee.handle;thread.depth=t+3;
            thread.thens.push(thread.guestThen);
            n=Math.max(callee.type.params.length,callee.type.results.length,1);
            callee=store.funcs[thread.guestFunc-1];at+=2*n;func=null;
            if(at+2*thread.guestArgs.length+2>R.length){growCells(thread,at+2*thread.guestArgs.length+2);R=thread.cells;D=thread.doubles;S=thread.floats}
            for(n=0;n<thread.guestArgs.length;n++)R[at+2*n]=thread.guestArgs[n];
            continue;
          }
          if(resumed){
            resumed=false;t=thread.depth-=3;pc=F[t];fp=F[t+1];func=F[t+2]===0?null:store.funcs[F[t+2]-1];
            if(pc<-1){
              // another part's frame called it
              thread.depth=t+3;func=null;
              if(thread.signal===0){thread.fuel=fuel;thread.current=null;thread.calleeAt=at;return SWITCH}
            }
          }
          callee=null;
          if(thread.signal!==0){thread.pc=pc;thread.fp=fp;thread.current=func;thread.calleeAt=at;return WAITING}
          R=thread.cells;D=thread.doubles;S=thread.floats;
        }else{
          if(callee.code===null)store.executor.compile(callee);
          code=callee.code;
          if(at+code.frameWords>R.length){
            if(code.frameWords===Infinity){
              // another part runs it: calls it, or goes on in its frame, which has been returned to and stays where it is
              if(resumed)thread.depth+=3;else thread.callee=callee;
              thread.fuel=fuel;thread.pc=pc;thread.fp=fp;thread.current=func;thread.calleeAt=at;return SWITCH;
            }
            growCells(thread,at+code.frameWords);R=thread.cells;D=thread.doubles;S=thread.floats;
          }
          if(func!==null){
            if(thread.depth+6>F.length){growFrames(thread);F=thread.frames}
            t=thread.depth;F[t]=pc;F[t+1]=fp;F[t+2]=func.handle;thread.depth=t+3;
          }
          for(n=code.paramWords;n<code.localWords;n++)R[at+n]=0;
          func=callee;callee=null;fp=at;pc=0;w=code.words;
          fuel-=code.cost;
        }
      }
      if(done){thread.fuel=fuel;thread.current=null;return DONE}
      if(func===null){
        // a native was what was called: by the embedder, or by another native that goes on now
        if(thread.depth===0){done=true;continue}
        if(fuel<0){thread.fuel=fuel;thread.current=null;thread.calleeAt=at;return FUEL}
        fuel-=16;
        n=R[at];t=thread.depth-=3;at=F[t+1];callee=store.funcs[F[t+2]-1];resumed=true;
        continue;
      }
      if(fuel<0){thread.fuel=fuel;thread.pc=pc;thread.fp=fp;thread.current=func;return FUEL}
      code=func.code;w=code.words;
      if(code.constants!==null)R.set(code.constants,fp+code.constantsAt); // what was called lay over them
      if(instance!==func.instance){
        instance=func.instance;funcs=instance.funcs;globals=instance.globals;tables=instance.tables;typeIds=instance.typeIds;
        mem=instance.mems.length>0?instance.mems[0]:null;
      }
      if(mem!==null){u8=mem.u8;m32=mem.i32;top=mem.bytes}else top=0;
      for(;;){
        op=w[pc];
${dispatch}      }
    }
  }catch(x:any){
    if(thread.callee===null)thread.fuel=fuel; // else a native threw: it has spent of its own
    thread.pc=pc;thread.fp=fp;thread.current=func;thread.trapBehind=callee!==null;thread.callee=null;
    if(x===EXIT)return DONE;
    if(typeof x!=='number')throw x;
    if(HAS_EXCEPTIONS&&x===UNCAUGHT_EXCEPTION){
      x=unwind(thread);
      if(x===0){
        pc=thread.pc;fp=thread.fp;R=thread.cells;D=thread.doubles;S=thread.floats;fuel=thread.fuel;func=thread.current;callee=null;done=resumed=false;
        continue;
      }
    }
    thread.trap=x;
    return TRAPPED;
  }
}
`;
  return { 'src/interp/forms.gen.ts': forms, 'src/interp/dispatch.gen.ts': text };
}
