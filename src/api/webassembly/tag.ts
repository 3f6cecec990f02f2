// WebAssembly.Tag, Exception and JSTag, and what becomes of exceptions at the border. Spec: JS API, 5.8 Tags, 5.9 Exceptions.

import { createException, createTag, holdsExceptions, type Exception as RawException, type Tag as RawTag } from '../../runtime/exception';
import type { Global } from '../../runtime/instance';
import { createGlobal } from '../../runtime/link';
import { EXTERNREF, funcType } from '../../spec/types';
import { type ValueType, valueType } from './types';
import { pushValue, store, toValue } from './values';
import { asInterface, dictionary, list, Pairs, u32 } from './webidl';

export interface TagType {
  parameters: Iterable<ValueType>;
}
export interface ExceptionOptions {
  /** Whether the exception has a stack. */
  traceStack?: boolean;
}

export class Tag {
  constructor(type: TagType) {
    const { parameters } = dictionary(type, 'the type');
    tags.add(this, createTag(store, funcType(list(parameters, 'parameters').map(valueType), [])));
  }
}

/** Tags and their objects. */
export const tags = new Pairs<Tag, RawTag>('Tag', () => Object.create(Tag.prototype));

const jsTag = createTag(store, funcType([EXTERNREF], []));
/** The tag of what JavaScript throws: its one value is that. */
export const JSTag = tags.api(jsTag);

export class Exception {
  /** What it was made at, where asked for. */
  declare readonly stack?: string;

  constructor(exceptionTag: Tag, payload: Iterable<unknown>, ...[options]: [options?: ExceptionOptions]) {
    const tag = tags.raw(exceptionTag);
    if (tag === jsTag) throw new TypeError('an exception of JSTag is what JavaScript throws');
    const values = list(payload, 'the payload');
    const types = tag.type.params;
    if (values.length !== types.length) throw new TypeError(`the tag has ${types.length} values, not ${values.length}`);
    const words: number[] = [];
    types.forEach((type, i) => {
      pushValue(words, type, values[i]);
    });
    if (dictionary(options, 'options').traceStack) Object.defineProperty(this, 'stack', { value: new Error().stack });
    exceptions.add(this, createException(tag, words));
  }

  /** Value number `index`. Throws TypeError when the tag is another one, RangeError when there are not so many. */
  getArg(exceptionTag: Tag, index: number): any {
    const { tag, words } = exceptions.raw(this);
    const at = u32(index, 'index');
    if (tags.raw(exceptionTag) !== tag) throw new TypeError('the exception is of another tag');
    if (at >= tag.type.params.length) throw new RangeError(`the exception has ${tag.type.params.length} values`);
    return toValue(tag.type.params[at], words[2 * at], words[2 * at + 1]);
  }

  is(exceptionTag: Tag): boolean {
    const tag = tags.raw(exceptionTag);
    return exceptions.raw(this).tag === tag;
  }
}

/**
 * Exceptions of the guest's tags and their objects. The object of one that carries exnrefs keeps what they stand for: guest code may catch it
 * again after it has let go of them itself.
 */
export const exceptions = new Pairs<Exception, RawException>('Exception', raw => {
  const object = Object.create(Exception.prototype);
  raw.tag.type.params.forEach((type, i) => {
    if (holdsExceptions(type)) kept.register(object, createGlobal(store, { type, mut: false }, raw.words[2 * i], 0));
  });
  return object;
});
/** Globals that hold handles for objects, until these are collected. */
const kept = new FinalizationRegistry<Global>(global => {
  const { globals } = store.exceptions;
  globals.splice(globals.indexOf(global), 1);
});

/** What JavaScript threw, in guest code. It becomes an externref, which is kept for good, only when that takes it out. */
class Foreign implements RawException {
  readonly tag = jsTag;
  handle = 0;
  constructor(readonly value: unknown) {}
  get words(): number[] {
    const words: number[] = [];
    pushValue(words, EXTERNREF, this.value);
    return words;
  }
}

/** What is thrown into guest code for what a host function threw. */
export function toException(thrown: unknown): RawException {
  return exceptions.find(thrown) ?? new Foreign(thrown);
}

/** What JavaScript gets for what guest code threw. */
export function toThrown(exception: RawException): unknown {
  if (exception instanceof Foreign) return exception.value;
  return exception.tag === jsTag ? toValue(EXTERNREF, exception.words[0], 0) : exceptions.api(exception);
}

asInterface('Tag', Tag, 1);
asInterface('Exception', Exception, 2);
