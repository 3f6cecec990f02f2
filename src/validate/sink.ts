// What the body validator tells whoever compiles: one call per reachable operator, already typed. Calls come before the operator's
// effect; the sink keeps its own picture of the operand stack. Operators in unreachable code are never reported, but the `els`
// and `end` of a construct that began reachable always are. A module with instructions that no executor runs (features.ts, EXECUTABLE) is
// never compiled: they have no calls here. Device-safe: types only.

/** Where and what: filled in by the validator before each call. */
export interface Sink {
  /** A body begins: value types of params and locals, result types. */
  begin(locals: number[], params: number, results: number[]): void;
  /** offset in the module of the operator that the next call is about. */
  at(offset: number): void;
  /** An operator with a signature and no immediates. */
  numeric(code: number): void;
  load(code: number, offset: number, memory: number): void;
  store(code: number, offset: number, memory: number): void;
  constant(type: number, lo: number, hi: number): void;
  block(params: number[], results: number[]): void;
  loop(params: number[], results: number[]): void;
  iff(params: number[], results: number[]): void;
  /** reachable: whether the code before it falls through. */
  els(reachable: boolean): void;
  end(reachable: boolean): void;
  br(depth: number): void;
  brIf(depth: number): void;
  /** depths: the targets, the default last. */
  brTable(depths: number[]): void;
  ret(): void;
  unreachable(): void;
  call(func: number, params: number[], results: number[]): void;
  callIndirect(type: number, table: number, params: number[], results: number[]): void;
  /** type: index of the function type that the reference on top has. */
  callRef(type: number, params: number[], results: number[]): void;
  // Tail calls: what is called has the results of the function itself.
  returnCall(func: number, params: number[]): void;
  returnCallIndirect(type: number, table: number, params: number[]): void;
  returnCallRef(type: number, params: number[]): void;
  /** clauses: for each catch its kind (binary/expression.ts), tag (-1 = all) and the label's depth, counted outside the construct. */
  tryTable(params: number[], results: number[], clauses: number[]): void;
  throwTag(tag: number, params: number[]): void;
  throwRef(): void;
  /** The reference is dropped where the branch is taken. */
  brOnNull(depth: number): void;
  /** The reference is kept where the branch is taken, as the label's last value. */
  brOnNonNull(depth: number): void;
  refAsNonNull(): void;
  drop(): void;
  select(type: number): void;
  localGet(index: number): void;
  localSet(index: number): void;
  localTee(index: number): void;
  globalGet(index: number, type: number): void;
  globalSet(index: number, type: number): void;
  refNull(): void;
  refIsNull(): void;
  refFunc(func: number): void;
  /** memory.*, data.drop, table.*, elem.drop: code, up to two index immediates in the binary's order, operand count, 1 if it yields an i32 or reference. */
  bulk(code: number, a: number, b: number, operands: number, results: number): void;
}

/** Calls of features that a bundle may be without. */
type FeatureCalls =
  | 'callRef'
  | 'brOnNull'
  | 'brOnNonNull'
  | 'refAsNonNull'
  | 'returnCall'
  | 'returnCallIndirect'
  | 'returnCallRef'
  | 'tryTable'
  | 'throwTag'
  | 'throwRef';
/** A sink as its code makes it: what features bring is assigned where they are built in. */
export type SinkInMaking = Omit<Sink, FeatureCalls> & Partial<Sink>;
