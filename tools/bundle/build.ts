// Device bundles: TypeScript -> ES5 text (rollup, swc, terser) -> checked against the device profile -> dist/device/<name>.js,
// and for QuickJS stripped bytecode beside it (.qbc). A bundle may have parts: images of their own (<name>.<part>.js, .qbc) that a board
// loads when it first needs them (docs/engines.md). A bundle whose inputs have not changed is not built again.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import nodeResolve from '@rollup/plugin-node-resolve';
import swc from '@rollup/plugin-swc';
import { CompileFlags, QuickJS } from 'quickjs-wasi';
import { type GetManualChunk, type OutputChunk, type Plugin, rollup } from 'rollup';
import { minify } from 'terser';
import * as F from '../../src/spec/features';
import { loadEngine } from '../sim/vm';
import { BUNDLE_BYTES } from './budgets';
import { checkProfile } from './profile';

export interface Bundle {
  name: string;
  /** From the project's root. */
  entry: string;
  /** Global that holds the entry's exports; null = the entry exports nothing and starts by itself. */
  exportsAs: string | null;
  /** Globals beyond the profile's that its firmware provides. */
  globals: string[];
  bytecode: boolean;
  /**
   * Entries of the images beside it, by name. A module goes into the bundle when that reaches it, else into the first of these that does;
   * what another image needs of it, it publishes.
   */
  parts?: Record<string, string>;
  /** Functions called once go into their callers; needs an engine that knows labels. */
  inline?: boolean;
  /** Texts that stand in for files (from the project's root): what an engine lacks, variants for benchmarks. */
  replace?: Record<string, string>;
}

/** What a bundle contains of the language: src/spec/features.ts. */
const QUICKJS_FEATURES = F.EXTENDED_CONST | F.CUSTOM_PAGES;

/** src/spec/profile.ts for a bundle. math: the engine has Math.imul and Math.clz32; choice: features may be off for a module. */
export function profileOf(math: boolean, features: number, choice = false): Record<string, string> {
  return {
    'src/spec/profile.ts': `export const HAS_IMUL = ${math}, HAS_CLZ32 = ${math}, HAS_FROUND = ${math}, FEATURES = ${features}, CHOICE = ${choice}, EXPLAINS = false;`,
  };
}

const PARTS = {
  mqtt: 'device/agent/mqtt.ts',
  serial: 'device/agent/serial.ts',
  wasi: 'device/parts/wasi.ts',
  wamr: 'device/parts/wamr.ts',
  decimal: 'src/libc/decimal.ts', // what print and libcmore share
  double: 'src/libc/double.ts', // libcmore and math
  print: 'device/parts/print.ts',
  libc: 'device/parts/libc.ts',
  libcmore: 'device/parts/libcmore.ts',
  math: 'device/parts/math.ts',
  tier: 'device/parts/tier.ts',
};

export const bundles: Bundle[] = [
  {
    name: 'quickjs',
    entry: 'device/quickjs/bundle.ts',
    exportsAs: null,
    globals: ['board'],
    bytecode: true,
    inline: true,
    parts: PARTS,
    replace: profileOf(true, QUICKJS_FEATURES),
  },
  { name: 'engine-test', entry: 'device/duktape/bundle.ts', exportsAs: 'wasmote', globals: [], bytecode: false, inline: true },
  {
    name: 'engine-test-es5',
    entry: 'device/duktape/bundle.ts',
    exportsAs: 'wasmote',
    globals: [],
    replace: profileOf(false, 0xfff, true),
    bytecode: false,
  },
];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const outDir = join(root, 'dist/device');

/** What makes a build stale beside the bundle's own inputs. */
const TOOLING = ['tools/bundle/build.ts', 'tools/bundle/profile.ts', 'tools/bundle/budgets.ts', 'package-lock.json'];

/** Thrown when a bundle breaks the profile or its budget; every fault is named. */
export class BundleError extends Error {}

/** An image of a bundle: the bundle itself, whose name it has, or a part of it, <bundle>.<part>. */
export interface Image {
  name: string;
  js: string; // file names
  qbc: string | null;
}

/** Builds one bundle when it is stale; returns its images, itself first. `force` builds always. */
export async function build(bundle: Bundle, force = false): Promise<Image[]> {
  const images = [bundle.name, ...Object.keys(bundle.parts ?? {}).map(part => `${bundle.name}.${part}`)].map(name => ({
    name,
    js: join(outDir, `${name}.js`),
    qbc: bundle.bytecode ? join(outDir, `${name}.qbc`) : null,
  }));
  const stamp = join(outDir, `${bundle.name}.inputs.json`);
  if (!force && fresh(stamp, bundle) && images.every(image => existsSync(image.qbc ?? image.js))) return images;

  const { texts, inputs } = await compileAll(bundle);
  const members = bundle.parts === undefined ? [] : texts.flatMap(one => propertyNames(one.portable).filter(name => name.length < 3));
  for (const [i, image] of images.entries()) check(bundle, image.name, texts[i]!, members);
  for (const [i, image] of images.entries()) {
    write(image.js, texts[i]!.text);
    if (image.qbc !== null) write(image.qbc, await bytecode(await renamed(texts[i]!.text, propertyNames(texts[0]!.text))));
  }
  write(stamp, JSON.stringify(state(bundle, inputs), null, 1));
  return images;
}

/** Throws BundleError when an image breaks the profile or its budget. */
function check(bundle: Bundle, name: string, { text, portable }: Text, members: string[]): void {
  // What we wrote keeps to the whole profile; what inlining made of it, for QuickJS, may have labels, and catch names that meet others.
  const granted = !/HAS_IMUL = false/.test(bundle.replace?.['src/spec/profile.ts'] ?? '');
  const faults = checkProfile(portable, bundle.globals, granted, members);
  if (text !== portable)
    faults.push(...checkProfile(text, bundle.globals, granted, members).filter(fault => !/^(Labeled|catch name)/.test(fault)));
  if (bundle.exportsAs !== null && !new RegExp(`var ${bundle.exportsAs}=`).test(text))
    faults.push(`exports nothing as ${bundle.exportsAs}`);
  const budget = BUNDLE_BYTES[name]!;
  if (text.length > budget) faults.push(`${text.length} bytes, budget ${budget}`);
  if (faults.length > 0) throw new BundleError(`${name}.js:\n  ${faults.join('\n  ')}`);
}

/** Builds `name` when stale and returns its ES5 text. */
export async function bundleText(name: string): Promise<string> {
  return readFileSync((await build(bundles.find(bundle => bundle.name === name)!))[0]!.js, 'latin1');
}

interface Text {
  text: string;
  portable: string; // before inlining
}

/** ES5 text of a bundle without parts, unchecked; and the files it came from. */
export async function compile(bundle: Bundle): Promise<{ text: string; inputs: string[] }> {
  const { texts, inputs } = await compileAll(bundle);
  return { text: texts[0]!.text, inputs };
}

async function compileAll(bundle: Bundle): Promise<{ texts: Text[]; inputs: string[] }> {
  const parts = bundle.parts ?? {};
  const entries = Object.fromEntries(Object.entries({ core: bundle.entry, ...parts }).map(([name, file]) => [name, join(root, file)]));
  const tree = await rollup({
    input: entries,
    preserveEntrySignatures: 'allow-extension',
    onwarn: warning => {
      if (warning.code === 'CIRCULAR_DEPENDENCY') return; // test/layout.test.ts names those
      throw new BundleError(`${bundle.name}: ${warning.message}`); // such as an unresolved import: never harmless here
    },
    plugins: [
      ...(bundle.parts === undefined ? [] : [copies]),
      { name: 'replace', load: id => bundle.replace?.[relative(root, id)] ?? null },
      nodeResolve({ extensions: ['.ts'] }),
      // "ie 9" = ES5, and unlike target: es5 lets a pass be left out: every typeof would become a call of a helper that knows Symbol.
      swc({
        swc: {
          jsc: { parser: { syntax: 'typescript' } },
          env: { targets: 'ie 9', loose: true, exclude: ['transform-typeof-symbol'] },
          swcrc: false,
          configFile: false,
        },
      }),
    ],
  });
  try {
    const common = { esModule: false, freeze: false, strict: true } as const;
    const { output } = await tree.generate(
      bundle.parts === undefined
        ? { ...common, format: 'iife', name: bundle.exportsAs ?? undefined }
        : { ...common, format: 'cjs', exports: 'named', minifyInternalExports: true, manualChunks: homes(entries) },
    );
    const codes = Object.keys(entries).map(name => {
      const { code } = output.find(one => one.type === 'chunk' && one.name === name) as OutputChunk;
      return bundle.parts === undefined ? code : image(name, code);
    });
    const shorter = bundle.inline ? await inlined(codes) : codes;
    const texts: Text[] = [];
    for (const [i, code] of codes.entries()) {
      const portable = await minified(code, bundle.exportsAs);
      texts.push({ text: bundle.inline ? await minified(shorter[i]!, bundle.exportsAs) : portable, portable });
    }
    if (output.length > texts.length) throw new BundleError(`${bundle.name}: an image that nobody asked for, ${output.at(-1)!.fileName}`);
    return { texts, inputs: tree.watchFiles.filter(file => file.startsWith(root) && !file.includes('node_modules')) };
  } finally {
    await tree.close();
  }
}

/**
 * What the compiler's image has of its own though the core has it too: published by the core, each constant would be a property there and a look-up
 * here, and each function one that can no more be put into its only caller (inlined()).
 */
const copies: Plugin = {
  name: 'copies',
  resolveId: (source, importer) => {
    const found = /\/(spec\/ops\.gen|spec\/traps|runtime\/num)$/.exec(source);
    return found !== null && /\/src\/(jstext|tier)\//.test(importer ?? '') ? join(root, `src/${found[1]}.copy.ts`) : null;
  },
  load: id => (id.endsWith('.copy.ts') ? readFileSync(id.replace('.copy.ts', '.ts'), 'utf8') : null),
};

/** Assigns each module to the first entry that reaches it. */
function homes(entries: Record<string, string>): GetManualChunk {
  let home: Map<string, string> | null = null;
  return (id, { getModuleInfo }) => {
    if (home === null) {
      home = new Map();
      for (const [name, entry] of Object.entries(entries)) {
        if (home.has(entry)) throw new BundleError(`part ${name} is empty: ${home.get(entry)} imports all of it`);
        const queue = [entry];
        for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
          if (home.has(at)) continue;
          home.set(at, name);
          queue.push(...getModuleInfo(at)!.importedIds);
        }
      }
    }
    return home.get(id);
  };
}

/** A chunk as a script: publishes its exports as board.<name> once it has them all, and comes to them; the core starts after that. */
function image(name: string, code: string): string {
  const linked = code.replace(/\brequire\('\.\/(\w+)\.js'\)/g, (_, other) =>
    other === 'core' ? 'board.core' : `(board.${other}||board.load("${other}"))`,
  );
  return `board.${name}=function(exports){${linked};return exports}({});${name === 'core' ? 'board.core.start();' : ''}`;
}

/**
 * Closure Compiler (SIMPLE) puts functions that are called once into their callers, which terser does not: each function less is 276 bytes
 * of a board's heap. It writes labels on the way. Texts go through it together, since it takes seconds to start; they share no names.
 */
async function inlined(codes: string[]): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-bundle-'));
  try {
    const from = join(dir, 'in.js');
    writeFileSync(from, codes.join('\nnextImage();\n'));
    const cli = createRequire(import.meta.url).resolve('google-closure-compiler/cli.js');
    const args = [
      '--compilation_level=SIMPLE',
      '--language_in=ECMASCRIPT5',
      '--language_out=ECMASCRIPT5',
      '--warning_level=QUIET',
      `--js=${from}`,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 1 << 26 });
    const shorter = stdout.split('nextImage();');
    if (shorter.length !== codes.length) throw new BundleError(`${shorter.length} texts came back of ${codes.length}`);
    return shorter;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function minified(code: string, exportsAs: string | null): Promise<string> {
  const { code: text } = await minify(code, {
    ie8: true, // keeps catch names apart from variables, as MicroQuickJS wants them
    ecma: 5,
    compress: { passes: 3, pure_getters: true, unsafe_comps: false, hoist_funs: false },
    mangle: { reserved: exportsAs === null ? [] : [exportsAs] },
    format: { ascii_only: true, ecma: 5, comments: false },
  });
  return text!.trim();
}

/** Names of properties in a text, most used first. */
function propertyNames(text: string): string[] {
  const counts = new Map<string, number>();
  for (const [, member, key] of text.matchAll(/\.([A-Za-z_$][\w$]*)|[{,]([A-Za-z_$][\w$]*):/g)) {
    const name = member ?? key!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
}

/**
 * Gives variables the names that properties have: stripped bytecode keeps both, and each distinct name is 32 bytes of a board's heap
 * that nobody looks at again. Longer as text, shorter as bytecode.
 */
async function renamed(text: string, names: string[]): Promise<string> {
  const nth = { get: (n: number) => names[n] ?? `$${n - names.length}` };
  const { code } = await minify(text, { ie8: true, ecma: 5, compress: false, mangle: { nth_identifier: nth }, format: { ecma: 5 } });
  return code!;
}

/** Stripped bytecode of QuickJS, as a board loads it. */
export async function bytecode(text: string): Promise<Uint8Array> {
  const { module } = await loadEngine();
  const vm = await QuickJS.create({ wasm: module });
  try {
    return vm.compile(text, '', 0, CompileFlags.STRIP_SOURCE | CompileFlags.STRIP_DEBUG);
  } finally {
    vm.dispose();
  }
}

function state(bundle: Bundle, files: string[]): { bundle: Bundle; inputs: Record<string, string> } {
  const names = [...new Set([...files.map(file => relative(root, file)), ...TOOLING])].sort();
  return { bundle, inputs: Object.fromEntries(names.map(name => [name, sha(join(root, name))])) };
}

function fresh(stamp: string, bundle: Bundle): boolean {
  if (!existsSync(stamp)) return false;
  const old = JSON.parse(readFileSync(stamp, 'utf8'));
  return (
    JSON.stringify(old) ===
    JSON.stringify(
      state(
        bundle,
        Object.keys(old.inputs).map(name => join(root, name)),
      ),
    )
  );
}

const sha = (file: string) => (existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16) : '');

/** Whole or not at all: several test processes build at once. */
function write(file: string, data: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const temp = `${file}.${process.pid}`;
  writeFileSync(temp, data, typeof data === 'string' ? 'latin1' : undefined);
  renameSync(temp, file);
}
