// Host build: the library and the command-line tool. Device bundles are built by tools/bundle (npm run build does both).
import { readFileSync } from 'node:fs';
import esbuild from 'rollup-plugin-esbuild';

const pkg = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
const external = (id: string) => id.startsWith('node:') || Object.keys(pkg.dependencies).some(d => id === d || id.startsWith(d + '/'));

export default {
  input: { index: 'src/index.ts', cli: 'tools/cli/main.ts' },
  external,
  output: { dir: 'dist', format: 'es', sourcemap: true, chunkFileNames: 'chunks/[name]-[hash].js' },
  plugins: [esbuild({ target: 'node20' })],
};
