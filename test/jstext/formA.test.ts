// What is tested of the interpreter, with JavaScript text of form A in its place: results, traps and traces whole and in the smallest slices.
import { jsA } from '../../src/jstext/executor';
import { runOn } from '../runtime/rig';

runOn(jsA);
await import('../interp/exceptions.test');
await import('../interp/memories.test');
await import('../interp/references.test');
await import('../interp/tail.test');
await import('../runtime/thread.test');
