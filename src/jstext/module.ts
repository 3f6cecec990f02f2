// The text of a whole module: one function expression that takes what support.ts gives an instance and returns the functions. Device-safe.

import type { Module } from '../runtime/module';
import { KIND_GLOBAL } from '../spec/types';
import { build } from './build';
import { beginExpressions, used } from './express';
import { print, type Style } from './print';
import { survey } from './survey';
import { classOf } from './tree';

export interface TextOptions {
  /** A: can stop and go on. B: cannot. */
  form: 'A' | 'B';
  stackGlobal: number;
}

/** Shared names that are variables of the text itself. */
const STATE = ' F H Z Y ';
const VIEWS = ' B C S U I K D Na Nb Nc Nd ';

/** The text of own function `index`. */
export function functionText(module: Module, index: number, style: Style, stops: Uint8Array): string {
  build(module, index, function (f) {
    return stops[f] > 0;
  });
  return print(index, style);
}

/** An import: a call by way of the host. */
function importText(module: Module, index: number): string {
  const type = module.types[module.funcs[index]];
  let words = 0;
  for (let i = 0; i < type.params.length; i++) words += classOf(type.params[i]) & 1 ? 2 : 1;
  let list = '';
  for (let i = 0; i < words; i++) list += (i > 0 ? ',' : '') + 'a' + i;
  const head = 'function $' + index + '(' + list + (list === '' ? '' : ',') + 'd){var a;';
  return head + 'E.f=F;a=E.host(' + index + ',[' + list + '],d);F=E.f;H=E.h;return a}';
}

/** The text of a module. Throws what compiling throws: only what the engine does when it is out of memory. */
export function moduleText(module: Module, options: TextOptions): string {
  const style: Style = { stops: options.form === 'A', stackGlobal: options.stackGlobal };
  const stops = survey(module);
  beginExpressions();
  const texts: string[] = [];
  for (let i = 0; i < stops.length; i++) {
    texts.push(i < module.importedFuncs ? importText(module, i) : functionText(module, i, style, stops));
  }
  return frame(texts);
}

function frame(texts: string[]): string {
  let names = '';
  let views = '';
  for (const name in used) {
    if (STATE.indexOf(' ' + name + ' ') >= 0 || name === 'E') continue;
    if (VIEWS.indexOf(' ' + name + ' ') >= 0) {
      names += ',' + name;
      views += name + '=E.' + name + ';';
    } else if (name.charCodeAt(0) === 71 && name.charCodeAt(1) < 58) names += ',' + name + '=E.global(' + name.substring(1) + ')';
    else if (name !== 'Go' && name !== 'Bu') names += ',' + name + '=E.' + name;
  }
  let text = '(function(E){"use strict";var F=0,H=0,Z=null,Y=0' + names + ';';
  if (used.Go) text += 'function Go(){var a=E.go();H=E.h;return a}';
  if (used.Bu) text += 'function Bu(a,b,c,d,e,f,g){E.f=F;a=E.bulk(a,b,c,d,e,f,g);F=E.f;return a}';
  for (let i = 0; i < texts.length; i++) text += texts[i];
  let list = '';
  let inner = '';
  for (let i = 0; i < texts.length; i++) {
    list += (i > 0 ? ',' : '') + '$' + i;
    if (texts[i].indexOf('function $' + i + 't(') === 0) inner += (inner === '' ? '' : ',') + i + ':$' + i + 't';
  }
  text += 'E.set=function(f,z,y,h){F=f;Z=z;Y=y;H=h};E.fuel=function(){return F};E.high=function(){return H};';
  text += 'E.views=function(){' + views + '};E.inner={' + inner + '};return[' + list + ']})';
  return text;
}

/**
 * The global that a module's own instances may guard as stack pointer (runtime/link.ts guardStack says which does), as far as it can be told before
 * there is one: its first own mutable i32. -1 = none.
 */
export function likelyStackGlobal(module: Module): number {
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
