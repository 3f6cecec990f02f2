// The broker killed with -9 in the middle of installs, stops, starts and removals on two boards, and started again on the same port and
// state: every wish the desk made must come true without anybody wishing again, and what the broker then retains must agree.

import { readFileSync } from 'node:fs';
import { blobRef, type Device, type Manager } from '../../tools/manager/manager';
import { desk, deviceReady, kill, packageOf, type Row, type Run, sample, sleep, startBoard, startBrokerProcess, temporary } from './rig';

const SIZE = 40_000;
const DOWN_MS = 1500; // at most

export async function broker(run: Run): Promise<Row[]> {
  const rounds = run.smoke ? 2 : 10;
  const home = temporary(run);
  let service = await startBrokerProcess(run, home);
  const { url, port } = service;
  const ids = ['north', 'south'];
  const boards = await Promise.all(ids.map(id => startBoard(run, { board: 'sim-quickjs', id, broker: url })));
  const manager = await desk(run, url);
  const devices: Device[] = [];
  for (const id of ids) devices.push(await deviceReady(manager, id));

  const smallApp = new Uint8Array(readFileSync(sample('counter')));
  const small = blobRef(smallApp, manager.keep(smallApp));
  const missed: string[] = [];
  let killed = 0;
  let inside = 0; // kills while blocks were under way
  let slowestMs = 0;
  /** Wishes; what fails is counted, so that the others go on. */
  function wish(device: Device, app: string, change: Parameters<Manager['wish']>[2]): Promise<unknown> {
    return manager.wish(device, app, change, device.wants.get(app)).catch(error => missed.push(`${device.id} ${app}: ${error.message}`));
  }

  for (let round = 0; round < rounds; round++) {
    const packages = devices.map(() => packageOf(run, SIZE));
    const done = devices.flatMap((device, i) => {
      const ref = blobRef(packages[i]!.bytes, manager.keep(packages[i]!.bytes));
      const before = device.wants.get('big-app');
      // Beside the install, one small wish after the other on an app of its own: loaded, started, stopped, removed.
      const how = (['off', 'on', 'off', 'gone'] as const)[(round + i) % 4]!;
      const isHere = device.apps.has('small-app');
      return [
        wish(device, 'big-app', { ...ref, run: 'on', rs: before?.rs ?? 0, lim: {} }),
        ...(how === 'gone' && !isHere ? [] : [wish(device, 'small-app', { ...small, run: how, rs: 0, lim: {} })]),
      ];
    });
    await pulled(manager, ids, run.random() * SIZE * 0.9);
    const isInside = devices.some((device, i) => device.apps.get('big-app')?.p !== packages[i]!.h);
    await kill(service.child);
    killed++;
    inside += Number(isInside);
    await sleep(run.random() * DOWN_MS);
    service = await startBrokerProcess(run, home, port);
    const upMs = performance.now();
    await Promise.all(done);
    slowestMs = Math.max(slowestMs, performance.now() - upMs);
    for (const [i, { bytes, h }] of packages.entries()) {
      const stored = boards[i]!.flash(h);
      if (stored === null || Buffer.compare(stored, bytes) !== 0) missed.push(`${ids[i]}: other bytes stored in round ${round + 1}`);
    }
    run.say(`killed ${killed} times, ${missed.length} wishes missed`);
  }

  // As a desk sees it that comes now: all from what the broker retains.
  const fresh = await desk(run, url);
  let apart = 0;
  for (const id of ids) {
    const { state, apps, wants } = await fresh.device(id);
    if (state?.s !== 'ready') apart++;
    for (const name of new Set([...apps.keys(), ...wants.keys()])) {
      const have = apps.get(name);
      const want = wants.get(name);
      const isMet = want && have && have.n === want.n && have.p === want.p[0] && have.e === 0 && have.run === Number(want.run === 'on');
      if (!isMet) {
        apart++;
        missed.push(`${id} ${name}: wanted ${JSON.stringify(want)}, is ${JSON.stringify(have)}`);
      }
    }
  }
  const note = missed.length > 0 ? missed.slice(0, 3).join('; ') : undefined;
  return [
    run.row('kills -9 of the broker', killed, ['=', rounds], 'kills', { note: `${inside} of them while a package was on its way` }),
    run.row('wishes that did not come true, wrong bytes', missed.length, ['=', 0], 'wishes', { note }),
    run.row('apps and boards not as the broker says they should be', apart, ['=', 0], 'apps'),
    run.row('from the broker started again until all is well, slowest', slowestMs / 1000, ['<=', 30], 's', { timing: true }),
  ];
}

/** Resolves when one of the boards has asked for the byte at an offset; after 20 s anyway. */
function pulled(manager: Manager, ids: string[], offset: number): Promise<void> {
  const asked = new Promise<void>(resolve => {
    manager.road.onMessage(({ device, rest, body }) => {
      if (rest !== 'get' || !ids.includes(device)) return;
      const { o, n, z } = JSON.parse(Buffer.from(body).toString());
      if (o + n * z > offset) resolve();
    });
  });
  return Promise.race([asked, sleep(20_000)]);
}
