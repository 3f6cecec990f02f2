// The QuickJS bundle: the whole agent, started on what the firmware gives. Entry of dist/device/quickjs.js and .qbc. Its image publishes
// what parts need of it as board.core, then calls start (tools/bundle/build.ts).

import { createAgent } from '../agent/agent';
import { createHost } from './host';
import type { Native } from './native';

declare const board: Native;

export function start(): void {
  createAgent(createHost(board));
}
