// An AssemblyScript app that others talk to. A message to `app/<its name>/hello` is answered by one to
// `app/<its name>/greeting`; so is a call, to its caller. Names are text in any language.
// Built by tools/build/as.ts: see examples/README.md.

import * as wasmote from '../../include/wasmote.as';

let greeted = 0;

function greeting(name: string): string {
  greeted++;
  return name.length > 0 ? `Hello ${name}, you are number ${greeted}` : 'Hello, whoever you are';
}

function utf8(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

export function on_init(): void {
  wasmote.subscribe('~/hello');
  wasmote.log(wasmote.LOG_INFO, 'waiting to be greeted');
  wasmote.ready();
}

export function on_message(topic: usize, topicLen: i32, data: usize, dataLen: i32): void {
  const text = greeting(wasmote.text(data, dataLen));
  wasmote.log(wasmote.LOG_INFO, text);
  wasmote.publish('~/greeting', utf8(text));
  __collect(); // the minimal runtime collects when told to; here nothing is in use any more
}

export function on_call(id: i32, method: u32, url: usize, urlLen: i32, data: usize, dataLen: i32): void {
  if (wasmote.text(url, urlLen) == 'hello') wasmote.reply(id, wasmote.S_CONTENT, utf8(greeting(wasmote.text(data, dataLen))));
  else wasmote.reply(id, wasmote.S_NOT_FOUND, new Uint8Array(0));
  __collect();
}
