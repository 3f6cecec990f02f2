// Installs over a damaged serial line: the command line on tcp://, a hop that spoils what passes in both directions, a simulated board.
// Every install is another 20 kB package under one name. Correct = the command says so, the board reports that digest and runs it,
// and its flash holds the package's bytes.

import { commands, fileOf, hop, packageOf, type Row, type Run, type Spoil, startBoard, temporary } from './rig';

const SIZE = 20_000;
const BIT_ERRORS = 1e-4; // per bit
const SLIPS = 1e-4; // per byte, each of: a run of bytes lost, doubled, noise inserted
const RUN = 8; // bytes, at most

/** Spoils a stream; counts what it did. */
function spoiler(run: Run, count: { flips: number; slips: number }): Spoil {
  return bytes => {
    const out: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      let byte = bytes[i]!;
      if (run.random() < 8 * BIT_ERRORS) {
        byte ^= 1 << (run.random() * 8);
        count.flips++;
      }
      const slip = run.random() / SLIPS; // 0..1 lost, 1..2 doubled, 2..3 inserted
      if (slip >= 3) {
        out.push(byte);
        continue;
      }
      count.slips++;
      const length = 1 + Math.floor(run.random() * RUN);
      if (slip < 1) i += length - 1;
      else if (slip < 2) out.push(byte, ...bytes.subarray(Math.max(0, i + 1 - length), i + 1));
      else out.push(byte, ...Array.from({ length }, () => run.random() * 256));
    }
    return Buffer.from(out);
  };
}

export async function noise(run: Run): Promise<Row[]> {
  const installs = run.smoke ? 10 : 200;
  const board = await startBoard(run, { board: 'sim-quickjs', id: 'noisy', serial: 'tcp' });
  const count = { flips: 0, slips: 0 };
  let passed = 0;
  const spoil = spoiler(run, count);
  const line = await hop(run, Number(new URL(board.portPath()!).port), bytes => {
    passed += bytes.length;
    return spoil(bytes);
  });
  const dir = temporary(run);
  const wasmote = commands(run);
  let correct = 0;
  let wrongBytes = 0;
  const failures: string[] = [];
  const beganMs = performance.now();
  for (let i = 0; i < installs; i++) {
    const { bytes, h } = packageOf(run, SIZE);
    const port = ['--port', `tcp://127.0.0.1:${line.port}`];
    try {
      await wasmote(i === 0 ? 'install' : 'update', fileOf(dir, 'noisy-app', bytes), ...port);
      const [{ apps }] = await wasmote('ps', ...port);
      if (apps.length === 1 && apps[0].package === h && apps[0].running) correct++;
      else failures.push(`install ${i}: ${JSON.stringify(apps)}`);
    } catch (error) {
      failures.push(`install ${i}: ${(error as Error).message}`);
    }
    const stored = board.flash(h);
    if (stored) for (let at = 0; at < Math.max(SIZE, stored.length); at++) if (stored[at] !== bytes[at]) wrongBytes++;
    if (!stored) failures.push(`install ${i}: nothing stored`);
    if ((i + 1) % 20 === 0) run.say(`${i + 1} installs, ${correct} correct`);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  const note = `${count.flips} bits turned, ${count.slips} runs lost, doubled or inserted in ${passed} bytes`;
  return [
    run.row('installs over a damaged line that are correct', correct, ['=', installs], 'installs', {
      note: failures.length > 0 ? failures.slice(0, 3).join('; ') : note,
    }),
    run.row('wrong bytes stored', wrongBytes, ['=', 0], 'bytes'),
    run.row('time of an install and a look at it', seconds / installs, ['<=', 30], 's', { timing: true }),
  ];
}
