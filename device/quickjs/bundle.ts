// The QuickJS bundle: the whole agent, started on what the firmware gives. Entry of dist/device/quickjs.js and .qbc.

import { createAgent } from '../agent/agent';
import { createHost } from './host';
import type { Native } from './native';

declare const board: Native;

createAgent(createHost(board));
