// The profile checker: what it lets through and what it refuses, one row per rule of engines.md section 1.
import { expect, test } from 'vitest';
import { checkProfile } from '../../tools/bundle/profile';

const wrap = (body: string) => `(function(){"use strict";${body}})();`;

test.each([
  ['loops, switch, try', 'for(var i=0;i<3;i++){switch(i){case 1:break;default:i=2}}try{throw 1}catch(e){i=e}'],
  ['closures and typed arrays', 'var u=new Uint8Array(4),f=function(a){return u.subarray(a)};f(1).set([1],0)'],
  ['a function above its use', 'function f(){return 1}f();'],
  ['mutual recursion', 'function f(a){return a?g(a-1):0}function g(a){return f(a)}f(3);'],
  ['a method named like a denied global', 'var o={Map:1};o.Map=2;'],
  ['a local that hides a denied global', 'var Promise=1;Promise++;'],
  ['a method of its own with a denied name', 'var o={find:function(a){return a}};o.find(1);'],
  ['two catches with two names', 'try{}catch(a){}try{}catch(b){}'],
])('allows %s', (_name, body) => expect(checkProfile(wrap(body))).toEqual([]));

const denied: [string, string, RegExp][] = [
  ['let', 'let a=1;', /let/],
  ['const', 'const a=1;', /const/],
  ['arrow functions', 'var f=function(){};[].map(x=>x);', /ArrowFunction/],
  ['classes', 'var a=class{};', /ClassExpression/],
  ['templates', 'var a=`x`;', /TemplateLiteral/],
  ['for of', 'for(var a of []);', /ForOf/],
  ['labels', 'a:for(;;)break a;', /Labeled/],
  ['spread', 'Math.max(...[]);', /Spread/],
  ['rest and defaults', 'var f=function(a=1){};', /pattern/],
  ['destructuring', 'var {a}={};', /ObjectPattern/],
  ['optional chaining', 'var a={};a?.b;', /Chain/],
  ['??', 'var a=null??1;', /\?\?|Logical/],
  ['**', 'var a=2**3;', /\*\*/],
  ['shorthand properties', 'var a=1,b={a};', /shorthand/],
  ['generators', 'var f=function*(){};', /generator/],
  ['async', 'var f=async function(){};', /async/],
  ['BigInt', 'var a=1n;', /literal/],
  ['throwing text', 'var a;if(a)throw "x";', /throw/],
  ['throwing objects', 'throw new Error("x");', /throw/],
  ['DataView', 'new DataView(new ArrayBuffer(1));', /DataView/],
  ['Map', 'new Map();', /Map/],
  ['Symbol', 'Symbol();', /Symbol/],
  ['an implicit global', 'x=1;', /global x/],
  ['timers', 'setTimeout(f,1);function f(){}', /setTimeout/],
  ['Math.imul', 'Math.imul(1,2);', /imul/],
  ['Math.pow', 'Math.pow(1,2);', /pow/],
  ['typed fill', 'var u=new Uint8Array(1);u.fill(1);', /fill/],
  ['includes', '"a".includes("b");', /includes/],
  ['fromCodePoint', 'String.fromCodePoint(1);', /fromCodePoint/],
  ['Object.assign', 'Object.assign({},{});', /assign/],
  ['setting a length', 'var a=[];a.length=0;', /length/],
  ['array holes', 'var a=[,1];', /hole/],
  ['direct eval', 'eval("1");', /eval/],
  ['case after default', 'switch(1){default:;case 2:}', /default/],
  ['a catch name used twice', 'try{}catch(e){}try{}catch(e){}', /used twice/],
  ['a catch name that is a variable', 'var e;try{}catch(e){}', /used twice/],
  ['a function in a block', 'if(1){function f(){}}', /block/],
  ['use above definition', 'f();function f(){}', /above/],
  ['characters above 255', 'var a="\\u0100";', /above 255/],
  ['sticky regular expressions', 'var a=/x/y;', /literal/],
];
test.each(denied)('refuses %s', (_name, body, what) => expect(checkProfile(wrap(body)).join()).toMatch(what));

test('refuses an empty bundle, broken text and bytes beyond ASCII', () => {
  expect(checkProfile('')).toEqual(['is empty']);
  expect(checkProfile('var ;')[0]).toMatch(/does not parse/);
  expect(checkProfile('var a="\u00e9"')[0]).toMatch(/character 233/);
});

test("lets a firmware's own globals through", () => {
  expect(checkProfile('board.now();')).toHaveLength(1);
  expect(checkProfile('board.now();', ['board'])).toEqual([]);
});
