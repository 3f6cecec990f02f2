// The words of the app API: parameter names with their types, and what each function, callback and constant is for. Signatures and
// numbers stand in src/app (api.ts, entry.ts, host.ts); test/app/gen.test.ts holds that both name the same things.

/** [parameters "name:type …", doc]. Types: u32 s32 bool (letter i), text bytes out (letters *~: UTF-8, data in, data out). */
export type FuncDoc = [string, string];

export const functions: { [name: string]: FuncDoc } = {
  log: ['level:u32 text:text', 'Writes an entry to the log of the app. Levels above LOG_DEBUG count as LOG_DEBUG.'],
  now: ['', 'Milliseconds since boot; never goes back.'],
  utc: ['', 'Milliseconds since 1970-01-01 UTC; 0 while the board does not know the time.'],
  random: ['target:out', 'Fills memory with random bytes.'],
  timer_start: [
    'ms:u32 repeat:bool',
    'Starts a timer: on_timer(id) is called after ms, once or again and again (0 counts as 1). Turns missed while the app was busy ' +
      'are left out. Returns the id (>= 1; ids are not used again), or E_LIMIT, E_NO_HANDLER.',
  ],
  timer_stop: [
    'id:s32',
    'Stops a timer; on_timer is not called for it any more. Returns 0, or E_NOT_FOUND (also when a single timer has fired).',
  ],
  publish: [
    'topic:text data:bytes',
    'Sends a message to every app that subscribed to the topic and, below app/, to the desk. Returns 0, or E_INVALID, E_TOO_LARGE.',
  ],
  subscribe: [
    'filter:text',
    'Asks for messages: on_message is called for each whose topic matches. + stands for one level, # at the end for all that follow. ' +
      'Returns 0 (also when subscribed already), or E_INVALID, E_LIMIT, E_NO_HANDLER.',
  ],
  unsubscribe: ['filter:text', 'Takes a subscription back; the filter must be the one given. Returns 0, or E_NOT_FOUND.'],
  call: [
    'method:u32 url:text data:bytes',
    'Asks an app (`app/<name>/<path>`), the desk (`desk/<path>`) or whoever serves the URL. Returns the id of the call, whose answer ' +
      'arrives in on_reply, with a status of 128 or more when something went wrong on the way; S_TIMED_OUT after 5 s. ' +
      'Or, and then no answer follows, E_INVALID, E_TOO_LARGE, E_LIMIT, E_NO_HANDLER.',
  ],
  reply: [
    'id:s32 status:u32 data:bytes',
    'Answers a call that on_call brought, at once or later. Returns 0, or E_NOT_FOUND (unknown, answered or expired), E_TOO_LARGE.',
  ],
  serve: [
    'prefix:text',
    'Has calls to this URL, and to all below it, delivered here. The longest prefix wins. `app/<own name>/` is served without. ' +
      'Returns 0, or E_INVALID (malformed, reserved or taken), E_LIMIT, E_NO_HANDLER.',
  ],
  ready: ['', 'Says that the app works: an update counts as good from here on.'],
  exit: ['code:s32', 'Ends the app with a code (its low 8 bits). Does not return; on_destroy is not called.'],
};

export const callbacks: { [name: string]: FuncDoc } = {
  on_init: ['', 'The app begins.'],
  on_destroy: ['', 'The app is being stopped; nothing is delivered after this.'],
  on_timer: ['id:s32', 'A timer is due.'],
  on_message: ['topic:text data:bytes', 'A message under a topic subscribed to, with its full topic.'],
  on_call: [
    'id:s32 method:u32 url:text data:bytes',
    'Somebody calls. The URL is what follows `app/<own name>/`, or all of it below a served prefix. Answer with reply(id), now or within 5 s.',
  ],
  on_reply: ['id:s32 status:u32 data:bytes', 'The answer to a call.'],
};

export const constants: { [name: string]: string } = {
  LOG_ERROR: 'something failed',
  LOG_WARN: 'something is odd',
  LOG_INFO: 'worth knowing',
  LOG_DEBUG: 'for the developer',
  E_INVALID: 'a malformed or forbidden topic, filter or URL',
  E_NOT_FOUND: 'no such timer, subscription or call',
  E_LIMIT: 'the app has as many of these as it may',
  E_TOO_LARGE: 'the payload is over the limit',
  E_NO_HANDLER: 'the app does not export the callback that this would call',
  M_GET: 'read',
  M_POST: 'do, or add',
  M_PUT: 'set',
  M_DELETE: 'remove',
  S_CREATED: 'made',
  S_DELETED: 'removed',
  S_CHANGED: 'done',
  S_CONTENT: 'here it is',
  S_BAD_REQUEST: 'the request makes no sense',
  S_FORBIDDEN: 'a URL that apps may not call',
  S_NOT_FOUND: 'nobody serves this URL',
  S_FAILED: 'the app that should answer has trapped',
  S_NOT_IMPLEMENTED: 'the app takes no calls',
  S_UNAVAILABLE: 'the app is overloaded or has ended, or there is no link to the desk',
  S_TIMED_OUT: 'no answer within 5 s',
};

/** The hand-written part of docs/app-api.md, before and after the tables. {NAME} is filled in from src/app. */
export const intro = `# The app API

A wasm app imports what it needs from module \`wasmote\` and exports the callbacks it wants. Include
[wasmote.h](../examples/include/wasmote.h) (C, C++), import [wasmote.as.ts](../examples/include/wasmote.as.ts) (AssemblyScript), or
read [wasmote.wit](../examples/include/wasmote.wit).

\`\`\`c
#include "wasmote.h"
void on_init(void) { wasmote_timer_start(1000, true); }
void on_timer(int32_t id) { wasmote_publish("~/tick", &id, sizeof id); }
\`\`\`

## Two kinds of module
- **Resident apps** export \`on_init\`, or other callbacks and no main. They stay after \`on_init\` and get events one at a time,
  each running to its end before the next, until they are stopped, exit or trap. (Where one imports WASI and exports \`_start\`, that runs first.)
- **Programs** export \`_start\`, \`main\`, \`__main_argc_argv\` or \`_main\` and no \`on_init\`. They end when it returns, with its result as exit
  code (low 8 bits), whatever timers or subscriptions they made.

Before either, the start functions run: the module's own, \`_initialize\`, \`__post_instantiate\`, \`__wasm_call_ctors\`. A trap ends the
app, as does an event that burns more fuel than its limit. When an app ends, its timers, subscriptions, prefixes and calls end too. A
callback exported with another type counts as absent.

## Topics and URLs
Topics have two roots. \`app/<app>/…\` belongs to that app by custom and reaches the desk (\`w/1/<device>/app/<app>/…\` on the wire);
any app may use it; \`~/x\` is short for \`app/<own name>/x\`. \`event/…\` stays on the board: it carries WAMR's events. A publisher that
subscribed to its own topic gets its messages too, once. Control characters and spaces are in no topic, and
\`app/<app>/~…\` is not for apps.

URLs: \`app/<app>/<path>\`, \`desk/<path>\`, or a prefix that an app serves; a leading slash says nothing. \`applet\`, \`event\`, \`app\` and \`desk\`
cannot be served. What is called below \`desk/\` has no control character, space, \`+\` or \`#\` (131 forbidden): percent-encode them.

## Memory
What a callback is given lies in one block of the app's memory: on the app heap, or from the module's own \`malloc\`/\`free\`
(AssemblyScript: \`__new\`, \`__pin\`, \`__unpin\`; build with \`--exportRuntime\`). It is freed when the callback returns. A NUL, which the length
does not count, follows each text and each payload. Where there is no memory, the event is dropped, which the log tells. A module that
grows its memory gets an app heap in pages behind what it starts with; one that also asks \`memory.size\` gets none, since its allocator may
take all that it sees: it must export that as \`malloc\` and \`free\`.

## Limits
Payload {MAX_BYTES} bytes; topic or URL {MAX_NAME} characters; {MAX_LISTED} subscriptions, {MAX_LISTED} prefixes and {MAX_LISTED} open calls; {MAX_QUEUED} waiting events of
{MAX_QUEUED_BYTES} bytes together (more are dropped and counted); a call is answered within {CALL_MS} ms.
`;

export const wamrNotes = `## Apps built for WAMR's app framework
run unmodified. Their natives in module \`env\` are a layer on the same timers and bus:

{WAMR}

Their entry points are looked up with a leading \`_\` first: \`on_init\`, \`on_destroy\`, \`on_timer_callback (i)\`, \`on_request (ii)\`,
\`on_response (ii)\`. An export with our name and type goes before WAMR's for the same. Packets are checked to the last length, and an
attr_container in one is too. Only an open call can be answered, and once. A trap in a handler ends the app, where WAMR goes on with the
next event. Sensors, connections and widgets are not there yet. An event \`U\` of theirs is the topic \`event/U\` of ours, so the two kinds
of app can talk.
`;
