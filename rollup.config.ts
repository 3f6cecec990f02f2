// Host build: the library with its types, and the command-line tool. Device bundles are built by tools/bundle (npm run build does both).
import { chmodSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Plugin } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';
import ts from 'typescript';

const pkg = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
const packages = Object.keys(pkg.dependencies);
const external = (id: string) => id.startsWith('node:') || packages.some(name => id === name || id.startsWith(name + '/'));

/** dist/types: declarations of the library, its imports with the .js that Node's rules ask for. */
const types: Plugin = {
  name: 'types',
  generateBundle() {
    const config = ts.readConfigFile('tsconfig.json', ts.sys.readFile).config;
    const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, types: [] }, '.');
    const program = ts.createProgram(['src/index.ts', 'src/webassembly.ts'], {
      ...options,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: 'src',
      outDir: 'dist/types',
    });
    const { emitSkipped } = program.emit(undefined, (path, text) => {
      const source = text.replace(/(from |import\()(['"])(\.[^'"]*)\2/g, "$1'$3.js'");
      this.emitFile({ type: 'asset', fileName: relative(resolve('dist'), resolve(path)), source });
    });
    if (emitSkipped) this.error('no declarations: see npx tsc');
  },
};

const executable: Plugin = { name: 'executable', writeBundle: () => chmodSync('dist/cli.js', 0o755) };

export default {
  input: {
    index: 'src/index.ts',
    webassembly: 'src/webassembly.ts',
    cli: 'tools/cli/main.ts',
    'compile-worker': 'tools/compile/worker.ts',
  },
  external,
  output: { dir: 'dist', format: 'es', sourcemap: true, chunkFileNames: 'chunks/[name].js' },
  plugins: [esbuild({ target: 'node20' }), types, executable],
};
