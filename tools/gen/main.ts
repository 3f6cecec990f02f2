// Writes every generated file: `npm run gen`. A test compares them with what stands in the tree.
import { writeFileSync } from 'node:fs';
import { generateDispatch } from './dispatch';
import { generateOps } from './ops';

for (const files of [generateOps(), generateDispatch()]) for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
