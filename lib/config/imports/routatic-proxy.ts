/** routatic-proxy, which oc-go-cc became: JSON, in ~/.config/routatic-proxy. */
import { join } from 'node:path';
import { convertGoFile } from './go-file.ts';
import { hasOwnKey, looksLikeGo } from './go-shape.ts';
import { parseJsonFile } from './parse.ts';
import type { ImportSource } from './source.ts';

/** Keys that oc-go-cc never had. */
const later = [
  'openrouter',
  'aws_bedrock',
  'anthropic_first',
  'catalog',
  'storage',
  'cost_routing',
  'update_channel',
];

export const routaticProxy: ImportSource = {
  name: 'routatic-proxy',
  title: 'routatic-proxy',
  places: ({ home }) => [join(home, '.config', 'routatic-proxy', 'config.json')],
  parse: parseJsonFile,
  fits: (source) => looksLikeGo(source) && later.some((key) => hasOwnKey(source, key)),
  convert: (source, context) => convertGoFile(source, context, 'routatic-proxy'),
};
