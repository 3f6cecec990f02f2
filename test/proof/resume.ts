// One install over MQTT, cut at random points of it: the board's connection, the desk's, or the board's power. It must end well. A cut
// connection may cost a window that is sent again; a power cut also the last erase block, which it may have torn. What counts is
// every byte the desk serves a second time, whether the first one got anywhere or not.

import { boardFacts, loadBoard } from '../../boards/board';
import { blobRef } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import { deskOn, deviceReady, hop, packageOf, type Row, type Run, sleep, startBoard, startBrokerProcess, temporary } from './rig';

const BOARD = 'resumed';
const SLICE = 9000; // bytes of package for each cut: more than two windows, so that there is something new to send before each
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

  const points = Array.from({ length: cuts }, (_, i) => Math.floor((i + run.random() / 2) * SLICE));
  const made: string[] = []; // kinds of the cuts so far
  const again: number[] = [0]; // bytes served again before the first of them, and after each
  const served = new Uint8Array(size);
  let isDue = false; // a cut is about to come
  let fresh = 0; // bytes served at least once

  async function cut(): Promise<void> {
    const kind = KINDS[Math.floor(run.random() * KINDS.length)]!;
    if (kind === 'desk') deskHop.cut();
    else if (kind === 'power') {
      board.kill();
      void board.start();
    } else await boardHop.cutAfter(1 + Math.floor(run.random() * 2 * facts.blkBytes)); // anywhere inside a block
    made.push(kind);
    again.push(0);
  }

  const road = await mqttRoad(`mqtt://127.0.0.1:${deskHop.port}`);
  const manager = deskOn(run, {
    ...road,
    async serve(device, get, blob) {
      const end = Math.min(size, get.o + get.n * get.z);
      const before = fresh;
      for (let at = get.o; at < end; at++) {
        if (served[at] === 0) fresh++;
        else again[again.length - 1]!++;
        served[at] = 1;
      }
      await road.serve(device, get, blob);
      // Not before something new was asked for: then all that the cut before cost has been sent, and is counted as its cost.
      if (isDue || made.length >= cuts || fresh < points[made.length]! || fresh === before) return;
      isDue = true;
      await sleep(run.random() * 8); // somewhere between the desk's send buffer and the board's flash
      await cut();
      isDue = false;
    },
  });
  const device = await deviceReady(manager, BOARD);
  const { bytes, h } = packageOf(run, size);
  const beganMs = performance.now();
  const installed = manager.wish(device, 'big-app', { ...blobRef(bytes, manager.keep(bytes)), run: 'on' }, undefined);
  const have = await installed;
  const seconds = (performance.now() - beganMs) / 1000;
  const stored = board.flash(h);
  const whole = have?.p === h && have.run === 1 && stored !== null && Buffer.compare(stored, bytes) === 0;
  const total = again.reduce((sum, each) => sum + each, 0);
  const count = (kind: string) => made.filter(each => each === kind).length;
  const most = (isPower: boolean) => Math.max(0, ...again.filter((_, i) => i > 0 && (made[i - 1] === 'power') === isPower));
  return [
    run.row('installs that ended whole and running', Number(whole), ['=', 1], 'installs', { note: `${seconds.toFixed(1)} s` }),
    run.row('cuts on the way', made.length, ['=', cuts], 'cuts', {
      note: `${count('board')} of the board's connection, ${count('desk')} of the desk's, ${count('power')} of the board's power`,
    }),
    run.row('most bytes sent again after a cut connection', most(false), ['<=', facts.winBytes], 'bytes', {
      note: `after all cuts together ${total}, of ${size}`,
    }),
    run.row('most bytes sent again after a power cut', most(true), ['<=', facts.winBytes + ERASE_BYTES], 'bytes', {
      note: 'a window under way and an erase block',
    }),
  ];
}
