// What is tested of the interpreter, with JavaScript text of form B in its place. It does not stop and knows of a trap only where it happened: what is about
// stopping and about callers is left out.
import { jsB } from '../../src/jstext/executor';
import { runOn } from '../runtime/rig';

runOn(jsB);
await import('../interp/exceptions.test');
await import('../interp/memories.test');
await import('../interp/references.test');
await import('../interp/tail.test');
await import('../runtime/thread.test');
