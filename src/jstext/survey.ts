// Which functions of a module may stop (run out of fuel, wait for the host, call deep): those with loops, with calls of what is not known
// (imports, references), those that call such functions or themselves, and those whose calls might cost more than a slice may run over. The
// others are called like plain JavaScript functions. Ranges of functions may be looked at apart; settle() judges them all. Device-safe.

import type { Module } from '../runtime/module';
import { EXECUTABLE } from '../spec/features';
import { FEATURES } from '../spec/profile';
import { validateBody } from '../validate/body';
import type { Sink } from '../validate/sink';

/** Fuel that a call may cost without being stopped in between. */
const MOST = 500;

/** Verdicts on a function. */
export const STOPS = 1;
export const BEYOND = 2; // it uses what no executor runs: it has no text of its own

/** What is seen in a range of functions. */
export interface Sight {
  costs: number[]; // of each: its operators; of imports and what stops by itself -STOPS, of what cannot run -BEYOND
  edges: number[]; // caller, callee: of the others
}

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

/** Looks at functions [from, to) of the function index space. */
export function look(module: Module, from: number, to: number): Sight {
  const sight: Sight = { costs: [], edges: [] };
  const all = module.features;
  for (let f = from; f < to; f++) {
    if (f < module.importedFuncs) {
      sight.costs.push(-STOPS);
      continue;
    }
    loops = false;
    cost = 0;
    callees = [];
    module.features = 0;
    const body = module.bodies[f - module.importedFuncs];
    validateBody(module, module.funcs[f], module.bytes, body.start, body.end, 0, sink);
    if ((FEATURES & ~EXECUTABLE) !== 0 && (module.features & ~EXECUTABLE) !== 0) sight.costs.push(-BEYOND);
    else if (loops || cost > MOST) sight.costs.push(-STOPS);
    else {
      sight.costs.push(cost);
      for (let i = 0; i < callees.length; i++) sight.edges.push(f, callees[i]);
    }
  }
  module.features = all;
  return sight;
}

/** Of what was seen in all functions: 0, STOPS or BEYOND by function. Callers of what may stop may, and those whose calls add up to too much, as they do without end in a circle. */
export function settle(sight: Sight): Uint8Array {
  const own = sight.costs;
  const edges = sight.edges;
  const stops = new Uint8Array(own.length);
  const costs: number[] = []; // with what is called; 0 = not known yet
  for (let f = 0; f < own.length; f++) {
    stops[f] = own[f] < 0 ? -own[f] : 0;
    costs.push(own[f]);
  }
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
        stops[f] = STOPS;
      } else if (sum !== costs[f]) {
        costs[f] = sum;
        changed = true;
      }
    }
  }
  return stops;
}

export function survey(module: Module): Uint8Array {
  return settle(look(module, 0, module.importedFuncs + module.bodies.length));
}
