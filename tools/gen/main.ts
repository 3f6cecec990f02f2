// Writes every generated file: `npm run gen`. Tests compare each of them with what stands in the tree.

import { writeFileSync } from 'node:fs';
import { boardIds } from '../../boards/board';
import { generateApp } from './app';
import { boardFiles } from './boards';
import { generateDispatch } from './dispatch';
import { generateErrors } from './errors';
import { generateLibc } from './libc';
import { generateOps } from './ops';

const boards = Object.fromEntries(boardFiles(boardIds()).map(({ path, text }) => [path, text]));

for (const files of [generateOps(), generateDispatch(), generateApp(), generateErrors(), generateLibc(), boards])
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
