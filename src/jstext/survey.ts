// Which functions of a module may stop (run out of fuel, wait for the host, call deep): those with loops, with calls of what is not known
// (imports, references), those that call such functions or themselves, and those whose calls might cost more than a slice may run over. The
// others are called like plain JavaScript functions. Device-safe.

import type { Module } from '../runtime/module';
import { validateBody } from '../validate/body';
import type { Sink } from '../validate/sink';

/** Fuel that a call may cost without being stopped in between. */
const MOST = 500;

let loops = false;
let cost = 0;
let callees: number[] = [];
function nothing(): void {}
function unknown(): void {
  loops = true;
}
const sink: Sink = {
  begin: nothing,
  at: function () {
    cost++;
  },
  numeric: nothing,
  load: nothing,
  store: nothing,
  constant: nothing,
  block: nothing,
  loop: unknown,
  iff: nothing,
  els: nothing,
  end: nothing,
  br: nothing,
  brIf: nothing,
  brTable: nothing,
  ret: nothing,
  unreachable: nothing,
  call: function (func) {
    callees.push(func);
  },
  callIndirect: unknown,
  callRef: unknown,
  returnCall: unknown,
  returnCallIndirect: unknown,
  returnCallRef: unknown,
  tryTable: nothing,
  throwTag: nothing,
  throwRef: nothing,
  brOnNull: nothing,
  brOnNonNull: nothing,
  refAsNonNull: nothing,
  drop: nothing,
  select: nothing,
  localGet: nothing,
  localSet: nothing,
  localTee: nothing,
  globalGet: nothing,
  globalSet: nothing,
  refNull: nothing,
  refIsNull: nothing,
  refFunc: nothing,
  bulk: nothing,
};

/** By index in the function index space: 1 = may stop. */
export function survey(module: Module): Uint8Array {
  const n = module.importedFuncs + module.bodies.length;
  const stops = new Uint8Array(n);
  const costs: number[] = []; // of those that may not stop: what a call costs; 0 = not known yet
  const edges: number[] = []; // caller, callee
  for (let f = 0; f < n; f++) {
    costs.push(0);
    if (f < module.importedFuncs) {
      stops[f] = 1;
      continue;
    }
    loops = false;
    cost = 0;
    callees = [];
    const body = module.bodies[f - module.importedFuncs];
    validateBody(module, module.funcs[f], module.bytes, body.start, body.end, 0, sink);
    if (loops || cost > MOST) stops[f] = 1;
    else {
      costs[f] = cost;
      for (let i = 0; i < callees.length; i++) edges.push(f, callees[i]);
    }
  }
  settle(stops, costs, edges);
  return stops;
}

/** Callers of what may stop may; and those whose calls add up to too much, as they do without end in a circle. */
function settle(stops: Uint8Array, costs: number[], edges: number[]): void {
  const own = costs.slice(0);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < edges.length; ) {
      const f = edges[i];
      let sum = own[f];
      let stop = stops[f] > 0;
      for (; i < edges.length && edges[i] === f; i += 2) {
        if (stops[edges[i + 1]] > 0) stop = true;
        else sum += costs[edges[i + 1]];
      }
      if (stop || sum > MOST) {
        if (stops[f] === 0) changed = true;
        stops[f] = 1;
      } else if (sum !== costs[f]) {
        costs[f] = sum;
        changed = true;
      }
    }
  }
}
