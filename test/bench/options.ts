/** The command line of the benchmarks. */
import { parseArgs } from 'node:util';
import { parts } from './parts.ts';
import type { Part } from './part.ts';

export interface Options {
  parts: readonly Part[];
  rounds?: number;
  json?: string;
  /** A checkout with a built dist/. */
  root?: string;
  gate: boolean;
}

export const usage = `npm run bench -- [PART…] [--rounds N] [--json FILE] [--root FOLDER]
npm run bench -- --gate [--root FOLDER]
Parts: ${parts.map(({ name }) => name).join(', ')}`;

/** Throws an Error with the usage if the arguments are wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      json: { type: 'string' },
      root: { type: 'string' },
      gate: { type: 'boolean' },
    },
  });
  const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}\n${usage}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds needs a whole number above 0\n${usage}`);
  }
  return {
    parts: positionals.length === 0 ? parts : parts.filter(({ name }) => positionals.includes(name)),
    gate: values.gate === true,
    ...(rounds !== undefined && { rounds }),
    ...(values.json !== undefined && { json: values.json }),
    ...(values.root !== undefined && { root: values.root }),
  };
}
