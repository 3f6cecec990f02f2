// `npx tsx tools/bundle/main.ts [NAME…] [--force]`: builds the device bundles of those names, or all, into dist/device.

import { BundleError, build, bundles } from './build';

const names = process.argv.slice(2).filter(arg => arg !== '--force');
try {
  for (const bundle of bundles)
    if (names.length === 0 || names.includes(bundle.name)) await build(bundle, process.argv.includes('--force'));
} catch (error) {
  process.stderr.write(`${error instanceof BundleError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
