// Writes every generated file: `npm run gen`. Tests compare each of them with what stands in the tree.

import { writeFileSync } from 'node:fs';
import { boardIds } from '../../boards/board';
import { generateApp } from './app';
import { boardFiles } from './boards';
import { generateCompiler } from './compiler';
import { generateDispatch } from './dispatch';
import { generateErrors } from './errors';
import { generateLibc } from './libc';
import { generateOps } from './ops';

const generateBoards = () => Object.fromEntries(boardFiles(boardIds()).map(({ path, text }) => [path, text]));

// the compiler's version last: it is made of files that others write
for (const generate of [generateOps, generateDispatch, generateApp, generateErrors, generateLibc, generateBoards, generateCompiler])
  for (const [path, text] of Object.entries(generate())) writeFileSync(path, text);
