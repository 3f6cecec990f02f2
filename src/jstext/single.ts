// The text of one function by itself, for functions that are compiled one by one while others are not: what a module's text has as variables,
// such texts find in places they share. Fuel, high word, values and depth (F, H, Z, Y) are fields of the unit E, functions stand in the table T.
// Each text has variables of its own for views and helpers. Device-safe.

import type { Module } from '../runtime/module';
import { build } from './build';
import { beginExpressions, used } from './express';
import { isView } from './module';
import { heldKinds } from './names';
import { print, release as releaseText, type Style } from './print';
import { CLASS_F64, tree, Y_TRY } from './tree';
import { releaseWebs } from './webs';

/** How a stopped function's variables are made from its parameters and locals. */
export interface Entrance {
  /** Byte offsets of the loops that can be begun from locals alone: with nothing on the operand stack. 0 stands for the function's beginning. */
  places: number[];
  /** Of each variable it takes back: 4 * its local and 0 = (low) word, 1 = high word, 2 = f32, 3 = f64; -1 = none of it lives there. */
  values: number[];
  /** Places by what the interpreter calls them, as far as they have been looked up: -1 = none. */
  known: { [pc: number]: number };
}

export interface Single {
  /** A function expression: (E, T, views, helpers…) -> what to call with new views when memory 0 has grown, or null. It puts its function into T. */
  text: string;
  helpers: string[]; // names of those it wants as arguments
  views: string[]; // names of those it reads from `views`
  /** It cannot stop: its callers need not provide for that. */
  plain: boolean;
  entrance: Entrance | null; // null = it has no places
}

/** Functions that own function `index` calls by name. Builds its tree: mayStop as build() has it, asked about this function too. */
export function treeOf(module: Module, index: number, mayStop: (func: number) => boolean): number[] {
  const callees: number[] = [];
  build(module, index, function (func) {
    if (func !== index && callees.indexOf(func) < 0) callees.push(func);
    return mayStop(func);
  });
  return callees;
}

function entranceOf(): Entrance {
  const kinds = heldKinds();
  const values: number[] = [];
  for (let i = 0; i < kinds.length; i++) {
    const variable = kinds[i] >> 2;
    const wide = (kinds[i] & 3) === 2 && tree.classes[variable] === CLASS_F64;
    values.push(variable < tree.locals ? kinds[i] + (wide ? 1 : 0) : -1);
  }
  const places = [0];
  for (let i = 0; i < tree.labels.length; i++) {
    const l = tree.labels[i];
    if (l.loop && !l.calls && tree.bare.indexOf(l.site) >= 0) places.push(l.site);
  }
  return { places: places, values: values, known: {} };
}

/** The text of own function `index`, whose tree has just been built; null = it ends in tail calls or catches exceptions, which takes more than a text. */
export function singleText(index: number, style: Style): Single | null {
  if (tree.tails) return null;
  for (let i = 0; i < tree.body.length; i++) if (tree.rows[tree.body[i]] === Y_TRY) return null;
  beginExpressions();
  const body = print(index, style)
    .replace(/\bF\b/g, 'E.f')
    .replace(/\bH\b/g, 'E.h')
    .replace(/\bZ\b/g, 'E.z')
    .replace(/\bY\b/g, 'E.y')
    .replace(/\bGo\(\)/g, 'Rs(E)')
    .replace(/\bBu\(/g, 'Bk(E,')
    .replace(/\$(\d+)\(/g, 'T[$1](');
  const helpers: string[] = [];
  const views: string[] = [];
  let state = '';
  let refresh = '';
  for (const name in used) {
    if ('EFHZY'.indexOf(name) >= 0) continue;
    if (isView(name)) {
      views.push(name);
      refresh += name + '=v.' + name + ';';
      state += ',' + name + '=v.' + name;
    } else if (name.charCodeAt(0) === 71 && name.charCodeAt(1) < 58) state += ',' + name + '=E.instance.globals[' + name.substring(1) + ']';
    else helpers.push(name === 'Go' ? 'Rs' : name === 'Bu' ? 'Bk' : name);
  }
  const plain = tree.last === 0 && !tree.checks;
  const params = 'E,T,v' + (helpers.length > 0 ? ',' + helpers.join(',') : '');
  const head = '(function(' + params + '){"use strict";' + (state === '' ? '' : 'var ' + state.substring(1) + ';');
  // `function T[7](a){…}` as it is now becomes `T[7]=function(a){…}`
  const own = 'T[' + index + ']=function' + body.substring(body.indexOf('('));
  const tail = ';return ' + (refresh === '' ? 'null' : 'function(v){' + refresh + '}') + '})';
  return { text: head + own + tail, helpers: helpers, views: views, plain: plain, entrance: plain ? null : entranceOf() };
}

/** Lets go of all that compiling has left but the texts themselves: a board needs the room until the next function. */
export function release(): void {
  releaseText();
  releaseWebs();
}
