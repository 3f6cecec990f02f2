// The desk's MQTT client: connect with the reasons of a failure told apart, publish, subscribe with a known end of the retained
// messages. Reconnects by itself; mqtt.js subscribes again and re-sends what was not acknowledged. Knows no topics but its fence.

import { randomBytes } from 'node:crypto';
import type { IClientOptions, ISubscriptionMap, MqttClient } from 'mqtt';
import { LOGIN, NOBROKER, TLS, USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';

export interface Mqtt {
  url: string; // without the password
  /** Resolves when the broker has it (qos 1) or it is written (qos 0). */
  publish(topic: string, payload: Uint8Array | string, options?: { qos?: 0 | 1; retain?: boolean }): Promise<void>;
  /** Subscribes; resolves when the retained messages of these filters have all arrived. */
  subscribe(filters: string[]): Promise<void>;
  unsubscribe(filters: string[]): Promise<void>;
  onMessage(fn: (topic: string, payload: Uint8Array, retained: boolean) => void): void;
  /** up = false when the connection is lost, true when it is back. */
  onLink(fn: (up: boolean) => void): void;
  close(): Promise<void>;
}

// Retained on the broker, subscribed as the last filter: brokers send retained messages in the order of the filters, so when
// this one comes, the others have. Device ids have three characters or more: no device is called "m".
const FENCE = 'w/1/m';
const FENCE_TIMEOUT_MS = 2000; // brokers that reorder or refuse retained messages: go on with what came

/** Connects within timeoutMs. url: mqtt://[user:password@]host[:port], mqtts:// or ws://. Throws NOBROKER, LOGIN, TLS. */
export async function connectMqtt(url: string, timeoutMs = 5000): Promise<Mqtt> {
  const { connectAsync } = (await import('mqtt')).default;
  const shown = hidePassword(url);
  if (!/^(mqtts?|tcp|tls|ssl|wss?):\/\/[^/]/.test(url))
    throw new WasmoteError(USAGE, { text: `${shown}: a broker is mqtt://host[:port], mqtts:// or ws://` });
  const options: IClientOptions = {
    clientId: 'desk-' + randomBytes(6).toString('hex'),
    clean: true,
    keepalive: 60,
    connectTimeout: timeoutMs,
    reconnectPeriod: 1000,
  };
  let client: MqttClient;
  try {
    client = await connectAsync(url, options, false);
  } catch (error) {
    throw explain(error as Error & { code?: string | number }, url, shown);
  }
  client.on('error', () => {}); // a lost connection is retried; 'close' tells

  const receivers: ((topic: string, payload: Uint8Array, retained: boolean) => void)[] = [];
  let fencePassed: (() => void) | null = null;
  client.on('message', (topic, payload, packet) => {
    if (topic === FENCE) {
      if (packet.retain) fencePassed?.();
    } else for (const receive of receivers) receive(topic, payload, packet.retain);
  });

  let turn: Promise<unknown> = client.publishAsync(FENCE, '1', { qos: 1, retain: true }).catch(() => {});
  async function subscribe(filters: string[]): Promise<void> {
    const passed = new Promise<void>(resolve => {
      fencePassed = resolve; // before asking: the answer may come in one piece with the retained messages
    });
    const topics = Object.fromEntries([...filters, FENCE].map(filter => [filter, { qos: 1 as const }]));
    await client.subscribeAsync({ ...topics, resubscribe: true } as ISubscriptionMap); // again is meant: mqtt.js would skip known filters
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([passed, new Promise(resolve => (timer = setTimeout(resolve, FENCE_TIMEOUT_MS)))]);
    clearTimeout(timer);
    fencePassed = null;
  }

  return {
    url: shown,
    publish: async (topic, payload, { qos = 1, retain = false } = {}) => {
      await client.publishAsync(topic, payload as Buffer | string, { qos, retain });
    },
    subscribe: filters => {
      const mine = turn.then(() => subscribe(filters)); // one at a time: the fence is shared
      turn = mine.catch(() => {});
      return mine;
    },
    unsubscribe: async filters => void (await client.unsubscribeAsync(filters)),
    onMessage: fn => void receivers.push(fn),
    onLink(fn) {
      client.on('close', () => fn(false));
      client.on('connect', () => fn(true));
    },
    close: () => client.endAsync(!client.connected),
  };
}

function hidePassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]+):[^@/]*@/, '$1@');
}

function explain(error: Error & { code?: string | number }, url: string, shown: string): WasmoteError {
  const code = String(error.code ?? '');
  if (error.code === 4 || error.code === 5) {
    const user = /^\w+:\/\/([^:@/]+)[^@/]*@/.exec(url)?.[1] ?? '(none)';
    return new WasmoteError(LOGIN, { url: shown, user });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return new WasmoteError(TLS, { url: shown, text: code });
  const text =
    { ECONNREFUSED: 'nothing listens there', ENOTFOUND: 'unknown host', EAI_AGAIN: 'host name not resolved', ETIMEDOUT: 'no answer' }[
      code
    ] ?? (/connack timeout/i.test(error.message) ? 'no MQTT broker answers there' : error.message || code);
  return new WasmoteError(NOBROKER, { url: shown, text });
}
