// One install over MQTT, cut at random points of it: the board's connection, the desk's, or the board's power. It must end well. A cut
// connection may cost a window that is sent again; a power cut also the last erase block, which it may have torn. What counts is
// every byte the desk serves a second time, whether the first one got anywhere or not.

import { boardFacts, loadBoard } from '../../boards/board';
import { blobRef } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import { deskOn, deviceReady, hop, packageOf, type Row, type Run, sleep, startBoard, startBrokerProcess, temporary } from './rig';

const BOARD = 'resumed';
const SLICE = 9000; // bytes of package for each cut
const ERASE_BYTES = loadBoard('sim-quickjs').storage.pageBytes;
const KINDS = ['board', 'desk', 'power'] as const;

export async function resume(run: Run): Promise<Row[]> {
  const cuts = run.smoke ? 6 : 20;
  const size = cuts * SLICE;
  const facts = boardFacts(loadBoard('sim-quickjs'), 'open');
  const broker = await startBrokerProcess(run, temporary(run));
  const boardHop = await hop(run, broker.port);
  const deskHop = await hop(run, broker.port);
  const board = await startBoard(run, { board: 'sim-quickjs', id: BOARD, broker: `mqtt://127.0.0.1:${boardHop.port}` });

  const made: string[] = []; // kinds of the cuts so far
  const cost: number[] = []; // of each, in bytes served again
  let uncaused = 0; // bytes served again before any cut
  const served = new Int16Array(size).fill(-1); // how many cuts there had been when each byte was served last
  let isDue = false; // a cut is about to come
  let fresh = 0; // bytes served at least once
  let point = run.random() * (SLICE / 4); // the next cut comes when so many are

  async function cut(): Promise<void> {
    const kind = KINDS[Math.floor(run.random() * KINDS.length)]!;
    if (kind === 'desk') deskHop.cut();
    else if (kind === 'power') {
      board.kill();
      void board.start();
    } else await boardHop.cutAfter(1 + Math.floor(run.random() * 2 * facts.blkBytes)); // anywhere inside a block
    made.push(kind);
    cost.push(0);
    point = fresh + run.random() * (SLICE / 4);
  }

  /**
   * Books a byte that is served again. Of the cuts since it was served the first one lost it, unless power was cut: that may lose
   * what was stored already. Served after the last cut: the question for it was older than the cut.
   */
  function charge(cutsBefore: number): void {
    const first = Math.min(cutsBefore, made.length - 1);
    const power = made.lastIndexOf('power');
    if (first < 0) uncaused++;
    else cost[power >= first ? power : first]!++;
  }

  const road = await mqttRoad(`mqtt://127.0.0.1:${deskHop.port}`);
  const manager = deskOn(run, {
    ...road,
    async serve(device, get, blob) {
      const end = Math.min(size, get.o + get.n * get.z);
      for (let at = get.o; at < end; at++) {
        if (served[at]! < 0) fresh++;
        else charge(served[at]!);
        served[at] = made.length;
      }
      await road.serve(device, get, blob);
      if (isDue || made.length >= cuts || fresh < point) return;
      isDue = true;
      await sleep(run.random() * 8); // somewhere between the desk's send buffer and the board's flash
      await cut();
      isDue = false;
    },
  });
  const device = await deviceReady(manager, BOARD);
  const { bytes, h } = packageOf(run, size);
  const beganMs = performance.now();
  const have = await manager.wish(device, 'big-app', { ...blobRef(bytes, manager.keep(bytes)), run: 'on' }, undefined);
  const seconds = (performance.now() - beganMs) / 1000;
  const stored = board.flash(h);
  const whole = have?.p === h && have.run === 1 && stored !== null && Buffer.compare(stored, bytes) === 0;
  const total = cost.reduce((sum, each) => sum + each, uncaused);
  const count = (kind: string) => made.filter(each => each === kind).length;
  const most = (isPower: boolean) => Math.max(uncaused, ...cost.filter((_, i) => (made[i] === 'power') === isPower));
  return [
    run.row('installs that ended whole and running', Number(whole), ['=', 1], 'installs', { note: `${seconds.toFixed(1)} s` }),
    run.row('cuts on the way', made.length, ['=', cuts], 'cuts', {
      note: `${count('board')} of the board's connection, ${count('desk')} of the desk's, ${count('power')} of the board's power`,
    }),
    run.row('most bytes sent again after a cut connection', most(false), ['<=', facts.winBytes], 'bytes', {
      timing: true, // a board that waits too long for a block asks again
      note: `after all cuts together ${total}, of ${size}`,
    }),
    run.row('most bytes sent again after a power cut', most(true), ['<=', facts.winBytes + ERASE_BYTES], 'bytes', {
      timing: true,
      note: 'a window under way and an erase block',
    }),
  ];
}
