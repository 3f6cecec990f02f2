// The device profile as a check over a finished bundle: what engines.md section 1 allows, by allow-lists, on the syntax tree.
// Sees text only: what a value is at run time (a typed array's `fill` behind a variable) it judges by name, and takes a method
// that the bundle defines itself for its own.

import { parseAst } from 'rollup/parseAst';

const SYNTAX = new Set(
  `Program ExpressionStatement BlockStatement EmptyStatement VariableDeclaration VariableDeclarator FunctionDeclaration
  FunctionExpression ReturnStatement IfStatement ForStatement ForInStatement WhileStatement DoWhileStatement BreakStatement
  ContinueStatement SwitchStatement SwitchCase TryStatement CatchClause ThrowStatement Identifier Literal ArrayExpression
  ObjectExpression Property MemberExpression CallExpression NewExpression UnaryExpression UpdateExpression BinaryExpression
  LogicalExpression AssignmentExpression ConditionalExpression SequenceExpression ThisExpression Directive`.split(/\s+/),
);
const GLOBALS = new Set(
  `Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array ArrayBuffer Function Math String
  Array Object JSON Date Error Number Boolean parseInt parseFloat isNaN isFinite undefined NaN Infinity arguments`.split(/\s+/),
);
const STATICS: Record<string, Set<string>> = {
  Math: new Set('floor ceil abs min max sqrt sin cos tan asin acos atan exp log atan2 random PI LN2'.split(' ')),
  String: new Set(['fromCharCode']),
  Array: new Set(['isArray']),
  Object: new Set('keys create defineProperty prototype'.split(' ')),
  JSON: new Set(['parse', 'stringify']),
  Date: new Set(['now']),
};
const METHODS = new Set(
  `fill copyWithin find findIndex findLast includes at flat flatMap entries values padStart padEnd startsWith endsWith repeat
  substr codePointAt normalize trimStart trimEnd matchAll replaceAll imul clz32 fround trunc assign freeze then`.split(/\s+/),
);

type Node = { type: string; start: number; end: number; [key: string]: any };
type Scope = { names: Set<string>; functions: Map<string, number>; catches: Set<string>; parent: Scope | null };

/** Built-ins that src/spec/profile.ts may grant a bundle for an engine that has them. */
const GRANTED = ['Math.imul', 'Math.clz32', 'Math.fround'];

/**
 * Faults of a bundle, empty when it keeps the profile. `globals` are the firmware's own, beyond the profile's; `granted`: what
 * src/spec/profile.ts may switch on is allowed; `members`: names that other images give to what they publish.
 */
export function checkProfile(text: string, globals: string[] = [], granted = false, members: string[] = []): string[] {
  const faults: string[] = [];
  const fault = (node: Node, what: string) => {
    if (faults.length < 100) faults.push(`${what} at ${node.start}: ${text.slice(node.start, Math.min(node.end, node.start + 60))}`);
  };
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) return [`character ${text.charCodeAt(i)} at ${i}`];
  let tree: Node;
  try {
    tree = parseAst(text) as unknown as Node;
  } catch (error) {
    return [`does not parse: ${(error as Error).message}`];
  }
  if (tree.body.length === 0) return ['is empty'];

  const own = new Set(members);
  ownMembers(tree, own);
  const known = (name: string, scope: Scope | null): boolean =>
    scope === null ? GLOBALS.has(name) || globals.includes(name) : scope.names.has(name) || known(name, scope.parent);

  function visitFunction(node: Node, parent: Scope): void {
    if (node.async || node.generator) fault(node, 'async or generator');
    const scope: Scope = { names: new Set(['arguments']), functions: new Map(), catches: new Set(), parent };
    if (node.type === 'FunctionExpression' && node.id) scope.names.add(node.id.name);
    for (const param of node.params) {
      if (param.type !== 'Identifier') fault(param, 'parameter pattern');
      else scope.names.add(param.name);
    }
    visitBody(node.body.body, scope);
  }

  function visitBody(body: Node[], scope: Scope): void {
    for (const statement of body) declare(statement, scope);
    for (const statement of body) {
      if (statement.type === 'FunctionDeclaration') visitFunction(statement, scope);
      else visit(statement, scope);
    }
  }

  /** Collects what var and function bring into a scope, not entering inner functions. */
  function declare(node: Node, scope: Scope, nested = false): void {
    if (node.type === 'FunctionDeclaration') {
      if (nested) fault(node, 'function in a block');
      scope.names.add(node.id.name);
      scope.functions.set(node.id.name, node.start);
      return;
    }
    if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') return;
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') scope.names.add(node.id.name);
    for (const child of children(node)) declare(child, scope, true);
  }

  function visit(node: Node, scope: Scope): void {
    if (!SYNTAX.has(node.type)) {
      fault(node, node.type);
      return;
    }
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        visitFunction(node, scope);
        return;
      case 'Identifier':
        if (!known(node.name, scope)) fault(node, `global ${node.name}`);
        if ((scope.functions.get(node.name) ?? 0) > node.start) fault(node, `function ${node.name} used above its definition`);
        return;
      case 'VariableDeclaration':
        if (node.kind !== 'var') fault(node, node.kind);
        break;
      case 'Literal':
        if (node.bigint || (node.regex && /[^gim]/.test(node.regex.flags))) fault(node, 'literal');
        if (typeof node.value === 'string' && /[^\0-\xff]/.test(node.value)) fault(node, 'character above 255');
        return;
      case 'Property':
        if (node.shorthand || node.computed || node.method) fault(node, 'shorthand, computed or method property');
        visit(node.value, scope);
        return;
      case 'BinaryExpression':
      case 'LogicalExpression':
        if (node.operator === '**' || node.operator === '??') fault(node, node.operator);
        break;
      case 'AssignmentExpression':
        if (/^(\*\*|&&|\|\||\?\?)/.test(node.operator)) fault(node, node.operator);
        if (node.left.type === 'MemberExpression' && !node.left.computed && node.left.property.name === 'length') fault(node, 'length set');
        break;
      case 'ThrowStatement':
        if (/^(NewExpression|Object|Array)/.test(node.argument.type) || typeof node.argument.value === 'string')
          fault(node, 'throw of no number');
        break;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') fault(node, 'direct eval');
        if (
          node.callee.type === 'MemberExpression' &&
          !node.callee.computed &&
          METHODS.has(node.callee.property.name) &&
          !own.has(node.callee.property.name)
        )
          fault(node.callee, `.${node.callee.property.name}`);
        break;
      case 'ArrayExpression':
        if (node.elements.includes(null)) fault(node, 'array hole');
        break;
      case 'SwitchStatement':
        if (node.cases.slice(0, -1).some((one: Node) => one.test === null)) fault(node, 'case after default');
        break;
      case 'CatchClause': {
        const name = node.param?.name;
        if (name === undefined) fault(node, 'catch without a name');
        else if (scope.names.has(name) || scope.catches.has(name)) fault(node, `catch name ${name} used twice`);
        scope.catches.add(name);
        visit(node.body, { names: new Set([name]), functions: new Map(), catches: scope.catches, parent: scope });
        return;
      }
      case 'MemberExpression':
        visitMember(node, scope);
        return;
    }
    for (const child of children(node)) visit(child, scope);
  }

  function visitMember(node: Node, scope: Scope): void {
    visit(node.object, scope);
    if (node.computed) {
      visit(node.property, scope);
      return;
    }
    const name = node.property.name;
    const allowed = node.object.type === 'Identifier' && !scope.names.has(node.object.name) ? STATICS[node.object.name] : undefined;
    if (allowed !== undefined && !allowed.has(name) && !(granted && GRANTED.includes(`${node.object.name}.${name}`)))
      fault(node, `${node.object.name}.${name}`);
  }

  const top: Scope = { names: new Set(), functions: new Map(), catches: new Set(), parent: null };
  visitBody(tree.body, top);
  return faults;
}

/** Names that the bundle gives to members of its own objects: calling them is no use of a built-in. */
function ownMembers(node: Node, names: Set<string>): void {
  if (node.type === 'Property' && !node.computed) names.add(node.key.name ?? node.key.value);
  if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && !node.left.computed)
    names.add(node.left.property.name);
  for (const child of children(node)) ownMembers(child, names);
}

function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (key === 'label' && value !== null) found.push({ type: 'label', start: value.start, end: value.end });
    else if (Array.isArray(value)) found.push(...value.filter(item => item !== null && typeof item === 'object' && 'type' in item));
    else if (value !== null && typeof value === 'object' && typeof value.type === 'string') found.push(value);
  }
  return found;
}

/**
 * The text with its stores guarded: what MicroQuickJS refuses with a TypeError, and other engines let pass, throws an Error. That is a store
 * to an array beyond the place behind its last element, or to a typed array beyond its end. No text shows it, so tests run what this returns.
 */
export function guardStores(text: string): string {
  const cuts: [at: number, text: string][] = [];
  const guard = (node: Node) => {
    const target = node.type === 'AssignmentExpression' ? node.left : node.type === 'UpdateExpression' ? node.argument : null;
    if (target?.type === 'MemberExpression' && target.computed) {
      const { object, property } = target;
      cuts.push([object.start, '($o='], [object.end, ')'], [property.start, '$at($o,'], [property.end, ')']);
    }
    children(node).forEach(guard);
  };
  guard(parseAst(text) as unknown as Node);
  let at = 0;
  let guarded = `var $o;${guardedIndex};`;
  // Sorting keeps the order of what is cut in at one place: from the outside in.
  for (const [end, insert] of cuts.sort((a, b) => a[0] - b[0])) {
    guarded += text.slice(at, end) + insert;
    at = end;
  }
  return guarded + text.slice(at);
}
const guardedIndex = `function $at(target,index){
  var places=Array.isArray(target)?target.length+1:ArrayBuffer.isView(target)?target.length:Infinity;
  if(typeof index==="number"&&places<Infinity&&!(index>=0&&index<places&&index%1===0))
    throw new Error("store to place "+index+" of "+target.length);
  return index}`;
