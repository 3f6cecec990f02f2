// A stand-in for the agent: runs each line that comes in by a port as JavaScript inside the board, with `host` at hand, and
// answers with what it returned. Entry of a bundle made by the sim tests.

import { createHost } from '../../device/quickjs/host';
import type { Native } from '../../device/quickjs/native';

declare const board: Native;

const host = createHost(board);
const echo: any = { raw: 0, sum: 0, largest: 0 };

function bytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}
function text(src: Uint8Array, start: number, end: number): string {
  let out = '';
  for (let i = start; i < end; i++) out += String.fromCharCode(src[i]);
  return out;
}
function serve(at: number): void {
  const port = host.ports[at];
  let line = '';
  function say(what: string): void {
    port.write(bytes(what), 0, what.length);
  }
  port.open(
    function () {
      say('hello ' + host.id + '\n');
    },
    function (src, start, end) {
      if (end - start > echo.largest) echo.largest = end - start;
      for (; echo.raw > 0 && start < end; start++) {
        echo.sum = (echo.sum * 31 + src[start]) % 65521;
        if (--echo.raw === 0) say(echo.sum + '\n');
      }
      line += text(src, start, end);
      for (let cut = line.indexOf('\n'); cut >= 0; cut = line.indexOf('\n')) {
        const code = line.slice(0, cut);
        line = line.slice(cut + 1);
        say(JSON.stringify({ r: new Function('host', 'bytes', 'text', 'echo', 'say', code)(host, bytes, text, echo, say) }) + '\n');
      }
    },
    function () {
      host.log('closed ' + port.kind);
    },
  );
}
for (let i = 0; i < host.ports.length; i++) serve(i);
host.log('booted ' + host.facts.board);
