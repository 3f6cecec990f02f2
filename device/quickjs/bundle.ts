// The QuickJS bundle: the whole agent, started on what the firmware gives. Entry of dist/device/quickjs.js and .qbc. Its image publishes
// what parts need of it as board.core, then calls start (tools/bundle/build.ts).

import { createAgent } from '../agent/agent';
import type { RoadKind } from '../agent/road';
import { createHost, image } from './host';
import type { Native } from './native';

declare const board: Native;

export function start(): void {
  const host = createHost(board);
  const roads: { [kind: string]: RoadKind } = {};
  for (let i = 0; i < host.ports.length; i++) roads[host.ports[i].kind] = image(board, host.ports[i].kind).road; // those of its ports
  createAgent(host, roads);
}
