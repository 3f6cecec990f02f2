// `npx tsx tools/bundle/main.ts [--force]`: builds the device bundles into dist/device, as `npm run build` does.

import { BundleError, buildAll } from './build';

try {
  await buildAll(process.argv.includes('--force'));
} catch (error) {
  process.stderr.write(`${error instanceof BundleError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
