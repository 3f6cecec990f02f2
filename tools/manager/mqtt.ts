// The road over a broker. Topics: management.md section 2. Subscribes to what a task needs, not to the whole fleet's traffic.

import { NOBROKER } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { BLK_HEAD_BYTES, locator, parseTopic, ROOT, splitTopic, topicOf, topicRule, writeBlkHead } from '../../src/wire/messages';
import { connectMqtt } from '../link/mqtt';
import type { Road } from './road';

const SHARED = ['state', 'info', 'info/+', 'get']; // of one device or of all
const OWN = ['want/+', 'rsp', 'ev', 'app/#'];

/** Connects to the broker at url. Throws NOBROKER, LOGIN, TLS. */
export async function mqttRoad(url: string, timeoutMs?: number): Promise<Road> {
  const mqtt = await connectMqtt(url, timeoutMs);
  let isUp = true;
  mqtt.onLink(up => {
    isUp = up;
  });
  const of = (device: string, rests: string[]) => rests.map(rest => ROOT + device + '/' + rest);
  const looked = new Set<string>(); // single devices subscribed to
  let all = false;
  /** Filters do not overlap for long: a broker may deliver once for each. */
  async function look(device: string): Promise<void> {
    if (device === '+') {
      const before = all ? [] : [...looked];
      all = true;
      await mqtt.subscribe(of('+', SHARED));
      for (const each of before) await mqtt.unsubscribe(of(each, SHARED)); // after: what is not retained must not fall between
    } else {
      looked.add(device);
      await mqtt.subscribe(of(device, all ? OWN : [...SHARED, ...OWN]));
    }
  }
  return {
    name: mqtt.url,
    look,
    async send(device, rest, body) {
      const rule = topicRule(parseTopic(rest)?.kind ?? '');
      await mqtt.publish(topicOf(device, rest), body, { qos: rule?.qos === 0 ? 0 : 1, retain: rule?.retain ?? false });
    },
    async serve(device, get, blob) {
      for (let i = 0; i < get.n; i++) {
        const offset = get.o + i * get.z;
        const data = blob.subarray(offset, offset + get.z);
        if (data.length === 0) break;
        const payload = new Uint8Array(BLK_HEAD_BYTES + data.length);
        payload.set(data, writeBlkHead(payload, 0, locator(get.h), offset));
        await mqtt.publish(topicOf(device, 'blk'), payload, { qos: 0 });
      }
    },
    onMessage(fn) {
      mqtt.onMessage((topic, body, retained) => {
        const at = splitTopic(topic);
        if (at) fn({ device: at.dev, rest: at.rest, body, retained });
      });
    },
    fault: () => (isUp ? null : new WasmoteError(NOBROKER, { url: mqtt.url, text: 'the connection is lost' })),
    close: () => mqtt.close(),
  };
}
