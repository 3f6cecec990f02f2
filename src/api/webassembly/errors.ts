// CompileError, LinkError and RuntimeError: NativeErrors as ECMAScript defines them, callable with and without new.
// Which of them a number of the runtime becomes is decided where it is caught. Spec: JS API, 5.11 Error Objects.

import type { Thread } from '../../runtime/thread';
import { nameOf, traceOf } from '../../runtime/trace';
import { fault } from '../../spec/faults';
import { faultText } from '../../spec/texts';
import { STACK_EXHAUSTED } from '../../spec/traps';
import { trapReason } from '../instance';

export interface NativeError extends Error {}
export interface NativeErrorConstructor {
  new (message?: string, options?: { cause?: unknown }): NativeError;
  (message?: string, options?: { cause?: unknown }): NativeError;
  readonly prototype: NativeError;
}

function nativeError(name: string): NativeErrorConstructor {
  const constructor = function (...args: unknown[]) {
    return Reflect.construct(Error, args, new.target ?? constructor);
  } as NativeErrorConstructor;
  const hidden = { writable: true, configurable: true };
  const prototype = Object.create(Error.prototype, {
    constructor: { value: constructor, ...hidden },
    name: { value: name, ...hidden },
    message: { value: '', ...hidden },
  });
  return Object.setPrototypeOf(
    Object.defineProperties(constructor, { length: { value: 1 }, name: { value: name }, prototype: { value: prototype, writable: false } }),
    Error,
  );
}

/** The bytes are no valid module, or one of features that are not run here. */
export const CompileError = nativeError('CompileError');
/** What was given for an import does not fit. */
export const LinkError = nativeError('LinkError');
/** Guest code trapped. */
export const RuntimeError = nativeError('RuntimeError');

/** What a fault number thrown by the runtime just now says, with its offset. */
export function faultMessage(code: number): string {
  return `${faultText(code, fault.detail)} at byte ${fault.offset}`;
}

/** The error for a trapped thread. Its stack begins with the guest's functions, innermost first, in the form engines print them. */
export function trapError(thread: Thread): Error {
  if (thread.trap === STACK_EXHAUSTED) return new RangeError('Maximum call stack size exceeded');
  const error = new RuntimeError(trapReason(thread));
  const [first, ...rest] = String(error.stack).split('\n');
  const guest = traceOf(thread, 16).map(({ func, offset }) => {
    const name = nameOf(func.instance.module, func.index);
    return `    at ${name}${name && ' '}(wasm-function[${func.index}]:0x${offset.toString(16)})`;
  });
  return Object.defineProperty(error, 'stack', { value: [first, ...guest, ...rest].join('\n'), writable: true, configurable: true });
}
