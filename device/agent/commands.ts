// Commands from the desk (`cmd` -> `rsp`): interactive, harmless to repeat; the last answers are kept and sent again for a
// repeated `i`. None installs, starts or stops: that is what wishes are for. Device-safe. Messages: src/wire/messages.ts.

import { FORM, NOAPP, USAGE } from '../../src/errors/codes';
import { type LogLine, topicRule } from '../../src/wire/messages';
import type { Agent } from './agent';
import { isCount } from './apps';
import { collect } from './install';
import { LEVELS, type Log, lineAt } from './logs';
import { boardInfo } from './report';
import type { Road } from './road';
import { bytesOf, parseObject } from './store';
import { ramFree } from './task';

const KEPT_ANSWERS = 16;
const RESULT_BYTES = 960; // of an answer's result, so that the whole stays within its limit

/** Answers a `cmd` on the road it came by. Malformed ones without an `i` cannot be answered and are dropped. */
export function onCommand(agent: Agent, road: Road, body: string): void {
  const doc = body.length > topicRule('cmd')!.maxBytes ? null : parseObject(body);
  if (doc === null || typeof doc.i !== 'string' || doc.i.length > 32) return;
  const kept = agent.answers;
  let answer = '';
  for (let k = 0; k < kept.length; k += 2) if (kept[k] === doc.i) answer = kept[k + 1];
  if (answer === '') {
    const out: any = { i: doc.i };
    const p = typeof doc.p === 'object' && doc.p !== null ? doc.p : {};
    const result = verb(agent, doc.m, p);
    if (typeof result === 'number') out.e = [result, { text: shown(doc.m), app: shown(p.a) }];
    else out.r = result;
    answer = JSON.stringify(out);
    kept.push(doc.i, answer);
    if (kept.length > 2 * KEPT_ANSWERS) kept.splice(0, 2);
  }
  road.send('rsp', bytesOf(answer), 1, false); // no room: the desk asks again
}

/** What the desk sent, for an error's text. Nothing but a string is looked at: an object may have a toString of its own. */
function shown(value: any): string {
  return typeof value === 'string' ? value.substring(0, 32) : '';
}

/** The result of a verb, or an error code. */
function verb(agent: Agent, m: string, p: any): any {
  const host = agent.host;
  const app = typeof p.a === 'string' && p.a !== '' ? agent.find(p.a) : null;
  if (app === null && p.a !== undefined && p.a !== '') return NOAPP;
  if (m === 'ping') return { t: Math.floor(host.nowMs()) };
  if (m === 'info') return boardInfo(agent);
  if (m === 'logs') {
    const log = app === null ? agent.log : app.log;
    return { l: lastLines(log, isCount(p.n) ? p.n : 20, isCount(p.q) ? p.q : 0), d: log.dropped };
  }
  if (m === 'level') {
    if (typeof p.l !== 'string' || p.l.length !== 1 || LEVELS.indexOf(p.l) < 0) return FORM;
    if (app !== null) app.log.level = p.l;
    else agent.setLevel(p.l);
    return {};
  }
  if (m === 'stats') return stats(agent);
  if (m === 'dump') {
    if (app === null) return NOAPP;
    if (app.trap === null) return null;
    return { p: app.hash.substring(0, 16), tr: app.trap, fn: app.trapName, st: app.frames, t: app.trapMs, rst: app.restarts };
  }
  if (m === 'identify') {
    host.log('This is ' + host.id + (agent.want.name === '' ? '' : ' (' + agent.want.name + ')'));
    return {};
  }
  if (m === 'time') {
    if (!isCount(p.t)) return FORM;
    agent.utcAheadMs = p.t - host.nowMs();
    return { t: Math.floor(agent.utcMs()) };
  }
  if (m === 'reboot') {
    agent.rebootMs = host.nowMs() + 200; // after the answer has left
    return {};
  }
  if (m !== 'gc') return USAGE;
  collect(agent, true);
  return { free: host.storage.free() };
}

/** Of the last n lines those after number q, oldest first, as many as fit: the desk asks again from the last one it got. */
function lastLines(log: Log, n: number, q: number): LogLine[] {
  const out: LogLine[] = [];
  let bytes = 0;
  for (let i = Math.max(0, log.lines.length - n); i < log.lines.length; i++) {
    const line = lineAt(log, i);
    if (line[0] <= q) continue;
    bytes += JSON.stringify(line).length + 1;
    if (bytes > RESULT_BYTES) break;
    out.push(line);
  }
  return out;
}

function stats(agent: Agent): any {
  const facts = agent.host.facts;
  const apps: any[] = [];
  let bytes = 0;
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    const task = app.task;
    const row =
      task === null
        ? [app.name, 0, 0, 0, 0, 0, app.restarts]
        : [app.name, task.ram, task.peak, task.program.fuelUsed, Math.floor(task.cpuMs), 0, app.restarts];
    bytes += JSON.stringify(row).length + 1;
    if (bytes < RESULT_BYTES - 200) apps.push(row);
  }
  const link = { up: 0, bad: 0, re: 0 };
  for (let i = 0; i < agent.roads.length; i++) agent.roads[i].count(link);
  return {
    t: Math.floor(agent.host.nowMs()),
    ram: [ramFree(agent, null), facts.appRamBytes],
    flash: [agent.host.storage.free(), facts.storeBytes],
    apps: apps,
    link: link,
  };
}
