// The text of a module: one function expression that takes what an instance has (support.ts) and returns its functions. The texts of functions may be
// made apart, in any order and place, and framed afterwards: what comes out is the same, byte for byte. Device-safe.

import type { Module } from '../runtime/module';
import { UNREACHABLE } from '../spec/traps';
import { KIND_GLOBAL } from '../spec/types';
import { build } from './build';
import { beginExpressions, use, used } from './express';
import { print, type Style } from './print';
import { BEYOND, survey } from './survey';
import { classOf, tree } from './tree';

export interface TextOptions {
  /** A: can stop and go on. B: cannot. */
  form: 'A' | 'B';
  /** Bytes that memory 0 of every instance is sure to have: what lies below them at constant addresses is not tested. */
  staticBytes: number;
  /** The text has functions' names in it, for people and profilers: a desk puts them there (tools/compile). */
  names?: boolean;
  /** Print.ts Style: for Espruino. */
  plain?: boolean;
}

/** What the texts of a module's functions have in common. */
export interface Plan {
  module: Module;
  style: Style;
  stops: Uint8Array; // survey.ts
}

/** Texts of functions, the shared names that they use, and which of the functions end in tail calls. */
export interface Texts {
  functions: string[];
  used: { [name: string]: boolean };
  tails: number[];
}

/** Shared names that are variables of the text itself. */
const OWN = ' E F H Z Y ';
/** Views of memory 0 and its sizes: they change when it grows. */
const VIEWS = ' B C S U I K D Na Nb Nc Nd ';

/** What memory 0 has at least by its type. */
export function leastBytes(module: Module): number {
  return module.mems.length === 0 ? 0 : module.mems[0].min * module.mems[0].pageBytes;
}

/** stops: of survey.ts, made here unless given. */
export function planText(module: Module, options: TextOptions, stops?: Uint8Array): Plan {
  return {
    module: module,
    style: {
      stops: options.form === 'A',
      stackGlobal: likelyStackGlobal(module),
      imports: module.importedFuncs,
      staticBytes: options.staticBytes,
      plain: options.plain === true,
    },
    stops: stops || survey(module),
  };
}

/** The text of own function `index`. */
function functionText(plan: Plan, index: number): string {
  const stops = plan.stops;
  if (stops[index] === BEYOND) return 'function $' + index + '(){' + use('Tr') + '(' + UNREACHABLE + ',0)}';
  build(plan.module, index, function (f) {
    return stops[f] > 0;
  });
  return print(index, plan.style);
}

/** An import: a call by way of the host; s, under form B: where it is called. */
function importText(module: Module, index: number, site: string): string {
  const type = module.types[module.funcs[index]];
  let words = 0;
  for (let i = 0; i < type.params.length; i++) words += classOf(type.params[i]) & 1 ? 2 : 1;
  let list = '';
  for (let i = 0; i < words; i++) list += (i > 0 ? ',' : '') + 'a' + i;
  const head = 'function $' + index + '(' + list + (list === '' ? '' : ',') + 'd' + site + '){var a;';
  return head + 'E.f=F;a=' + use('Ho') + '(E,' + index + ',[' + list + '],d' + site + ');F=E.f;H=E.h;return a}';
}

/** The texts of functions [from, to) of the function index space, imports included. Throws what compiling throws: only what the engine does when it is out of memory. */
export function textsOf(plan: Plan, from: number, to: number): Texts {
  beginExpressions();
  const functions: string[] = [];
  const tails: number[] = [];
  for (let i = from; i < to; i++) {
    const imported = i < plan.module.importedFuncs;
    functions.push(imported ? importText(plan.module, i, plan.style.stops ? '' : ',s') : functionText(plan, i));
    if (!imported && plan.stops[i] !== BEYOND && tree.tails) tails.push(i);
  }
  return { functions: functions, used: used, tails: tails };
}

/**
 * What stands before and behind the texts of a module's functions, `count` with imports. All together they are one function expression; its
 * parameters are a Unit (support.ts), named E, and the helpers and views that it uses. texts: used and tails of all.
 */
export function frame(count: number, texts: Texts): string[] {
  const names: string[] = [];
  for (const name in texts.used) names.push(name);
  names.sort(); // whatever order they were met in
  let params = 'E';
  let state = 'F=0,H=0,Z=null,Y=0';
  let code = '';
  let views = '';
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (OWN.indexOf(' ' + name + ' ') >= 0) continue;
    if (name === 'Go') code += 'function Go(){var a=Rs(E);H=E.h;return a}';
    else if (name === 'Bu') code += 'function Bu(a,b,c,d,e,f,g){E.f=F;a=Bk(E,a,b,c,d,e,f,g);F=E.f;return a}';
    else if (name.charCodeAt(0) === 71 && name.charCodeAt(1) < 58) {
      state += ',' + name + '=E.instance.globals[' + name.substring(1) + ']';
      continue;
    }
    params += ',' + (name === 'Go' ? 'Rs' : name === 'Bu' ? 'Bk' : name);
    if (!isView(name)) continue;
    if (views === '') params += ',Vw';
    views += name + '=Vw(E,"' + name + '");';
  }
  let list = '';
  let inner = '';
  for (let i = 0; i < count; i++) list += (i > 0 ? ',$' : '$') + i;
  for (let i = 0; i < texts.tails.length; i++) inner += (i > 0 ? ',' : '') + texts.tails[i] + ':$' + texts.tails[i] + 't';
  let tail = 'E.set=function(f,z,y,h){F=f;Z=z;Y=y;H=h};E.get=function(){E.f=F;E.h=H};';
  if (views !== '') tail += 'E.views=function(){' + views + '};';
  if (inner !== '') tail += 'E.inner={' + inner + '};';
  return ['(function(' + params + '){"use strict";var ' + state + ';' + code, tail + 'return[' + list + ']})'];
}

/** What the text of a module wants as arguments behind the Unit, in this order. */
export function argumentNames(text: string): string[] {
  return text
    .substring(text.indexOf('(', 1) + 1, text.indexOf(')'))
    .split(',')
    .slice(1);
}
/** Whether a name means a view of memory 0 or its size. */
export function isView(name: string): boolean {
  return VIEWS.indexOf(' ' + name + ' ') >= 0;
}

export function moduleText(module: Module, options: TextOptions): string {
  const plan = planText(module, options);
  const texts = textsOf(plan, 0, plan.stops.length);
  const around = frame(plan.stops.length, texts);
  return around[0] + texts.functions.join('') + around[1];
}

/**
 * The global that a module's own instances may guard as stack pointer (runtime/link.ts guardStack says which does), as far as it can be told before
 * there is one: its first own mutable i32. -1 = none.
 */
function likelyStackGlobal(module: Module): number {
  let marks = 0;
  for (let i = 0; i < module.exports.length; i++) {
    const e = module.exports[i];
    if (e.kind === KIND_GLOBAL && (e.name === '__heap_base' || e.name === '__data_end')) marks++;
  }
  if (marks < 2) return -1;
  for (let g = module.importedGlobals; g < module.globals.length; g++) {
    if (classOf(module.globals[g].type) === 0 && module.globals[g].mut) return g;
  }
  return -1;
}
