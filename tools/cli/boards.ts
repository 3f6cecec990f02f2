// wasmote boards: the kinds of boards this tool knows, from boards/*.json.

import { boardFacts, boardIds, heapBytes, loadBoard } from '../../boards/board';
import { USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import type { Context } from './context';
import { size, table } from './print';

export async function run(ctx: Context, [id]: string[]): Promise<void> {
  if (id && !boardIds().includes(id))
    throw new WasmoteError(USAGE, { text: `no board "${id}"; there are ${boardIds().join(', ')}`, verb: 'boards' });
  const boards = (id ? [id] : boardIds()).map(loadBoard);
  if (ctx.json) return ctx.out(JSON.stringify(boards));
  if (id) return ctx.out(JSON.stringify(boards[0], null, 2));
  ctx.out(
    table(
      ctx,
      ['BOARD', 'CHIP', 'ENGINE', 'HEAP', 'FOR APPS', 'STORE', 'NAME'],
      boards.map(board => [
        board.id,
        board.chip,
        board.engine.kind,
        size(heapBytes(board)),
        size(boardFacts(board, '').appRamBytes),
        size(board.storage.bytes),
        board.name,
      ]),
    ),
  );
}
