/** oc-go-cc: JSON, in ~/.config/oc-go-cc. */
import { join } from 'node:path';
import { convertGoFile } from './go-file.ts';
import { looksLikeGo } from './go-shape.ts';
import { parseJsonFile } from './parse.ts';
import type { ImportSource } from './source.ts';

export const ocGoCc: ImportSource = {
  name: 'oc-go-cc',
  title: 'oc-go-cc',
  places: ({ home }) => [join(home, '.config', 'oc-go-cc', 'config.json')],
  parse: parseJsonFile,
  fits: looksLikeGo,
  convert: (source, context) => convertGoFile(source, context, 'oc-go-cc'),
};
