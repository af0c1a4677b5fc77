/** The command line of the benchmarks. */
import { parseArgs } from 'node:util';
import { parts } from './parts.ts';
import type { Part } from './part.ts';
import type { Peer } from './peers/peer.ts';
import { peers } from './peers/peers.ts';

interface Selection {
  parts: readonly Part[];
  rounds?: number;
  json?: string;
}

export interface Options extends Selection {
  /** A checkout with a built dist/. */
  root?: string;
  gate: boolean;
  /** Minutes of a soak. */
  soak?: number;
  /** Other proxies to measure beside occ. */
  peers: readonly Peer[];
}

export interface Comparison extends Selection {
  /** Commits, or folders with a built checkout. */
  before: string;
  after: string;
}

export const usage = `npm run bench -- [PART…] [--rounds N] [--json FILE] [--root FOLDER] [--peers NAME,…|all]
npm run bench -- --gate [--root FOLDER]
npm run bench -- --soak MINUTES [--json FILE] [--root FOLDER]
npm run bench:compare -- BEFORE AFTER [PART…] [--rounds N] [--json FILE]
Parts: ${parts.map(({ name }) => name).join(', ')}
Peers: ${peers.map(({ name }) => name).join(', ')}`;

const selecting = { rounds: { type: 'string' }, json: { type: 'string' } } as const;

/** Throws an Error with the usage if the arguments are wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...selecting,
      root: { type: 'string' },
      gate: { type: 'boolean' },
      soak: { type: 'string' },
      peers: { type: 'string' },
    },
  });
  return {
    ...select(positionals, values),
    ...(values.root !== undefined && { root: values.root }),
    gate: values.gate === true,
    ...(values.soak !== undefined && { soak: positive('--soak', values.soak) }),
    peers: values.peers === undefined ? [] : selectPeers(values.peers),
  };
}

/** Throws an Error with the usage if the arguments are wrong. */
export function readComparison(args: readonly string[]): Comparison {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: selecting });
  const [before, after, ...names] = positionals;
  if (before === undefined || after === undefined) throw new Error(usage);
  return { before, after, ...select(names, values) };
}

function select(names: readonly string[], values: { rounds?: string; json?: string }): Selection {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}\n${usage}`);
  return {
    parts: names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name)),
    ...(values.rounds !== undefined && { rounds: positive('--rounds', values.rounds) }),
    ...(values.json !== undefined && { json: values.json }),
  };
}

function selectPeers(names: string): readonly Peer[] {
  if (names === 'all') return peers;
  return names.split(',').map((name) => {
    const peer = peers.find((one) => one.name === name);
    if (!peer) throw new Error(`no peer ${name}\n${usage}`);
    return peer;
  });
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(Number.isInteger(number) && number > 0)) {
    throw new Error(`${option} needs a whole number above 0\n${usage}`);
  }
  return number;
}
