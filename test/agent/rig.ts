// One board and one desk, and what tests do with them.

import { type Board, board } from './board';
import { type Desk, desk } from './desk';

export interface Rig {
  d: Desk;
  b: Board;
  /** Serves blocks and lets time pass until `done`. */
  until(done: () => unknown, ms?: number): void;
  /** p and d of a wish for these bytes, which the desk then serves. */
  ref(bytes: Uint8Array): { p: [string, number]; d: string };
  /** Wishes an app and waits until the board runs or refuses it. */
  install(app: string, bytes: Uint8Array, more?: object): void;
  running(app: string): boolean;
  /** Texts of the app's log. */
  logs(app: string): string[];
}

export function rig(options: Parameters<typeof board>[0] = {}): Rig {
  const d = desk();
  const b = board({ ports: [{ kind: 'test' } as never], kinds: { test: d.kind }, ...options });
  const r: Rig = {
    d,
    b,
    until(done, ms) {
      b.until(() => {
        while (d.serve());
        return Boolean(done());
      }, ms);
    },
    ref(bytes) {
      const digest = d.put(bytes);
      return { p: [digest.slice(0, 16), bytes.length], d: digest };
    },
    install(app, bytes, more = {}) {
      d.want(app, { ...r.ref(bytes), run: 'on', rs: 0, lim: {}, ...more });
      r.until(() => {
        const info = d.info(app);
        if (!info || info.n < d.n || info.st === 'loading') return false;
        return info.e !== 0 || info.x !== undefined || (info.st === 'kept' && r.running(app));
      });
    },
    running: app => d.info(app)?.run === 1 && b.agent.find(app)!.task !== null,
    logs: app => b.agent.find(app)!.log.lines.map(line => line.slice(line.indexOf(' ') + 1)),
  };
  d.connect();
  return r;
}
