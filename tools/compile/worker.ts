// A worker thread of a compilation: does what work.ts says, range by range, as long as there are any.

import { parentPort } from 'node:worker_threads';
import { type Answer, createWork, type Order, type Worker } from './work';

const port = parentPort!;
const answer = (message: Answer, ...moved: ArrayBuffer[]) => port.postMessage(message, moved);
let work: Worker;

port.on('message', (order: Order) => {
  try {
    if (order.kind === 'open') work = createWork(order.bytes, order.options);
    else {
      const ranges = order.next.length > 1 ? order.next[1]! : 0;
      for (let range = Atomics.add(order.next, 0, 1); range < ranges; range = Atomics.add(order.next, 0, 1)) {
        if (order.kind === 'look') answer({ range, result: work.look(range) });
        else {
          const result = work.write(range, order.stops);
          answer({ range, result }, result.bytes.buffer as ArrayBuffer);
        }
      }
      answer({ done: true });
    }
  } catch (failed) {
    answer({ failed });
  }
});
