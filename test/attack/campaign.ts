/** All attacks, one after the other; what takes minutes runs beside them on a proxy of its own. */
import { open, type Attack, type Deed, type Row } from './attack.ts';
import { deeds } from './deeds.ts';
import { onDoor } from './on-door.ts';
import { onFraming } from './on-framing.ts';
import { onLimits } from './on-limits.ts';
import { onUpstream } from './on-upstream.ts';
import { onWaiting } from './on-waiting.ts';
import { rowOf } from './run-attack.ts';
import { hostileUpstream } from './upstream.ts';
import { makeHome, startBare, startOcc, type Proxy } from './world.ts';

export interface Options {
  /** Without what takes minutes, and without the bare proxy. */
  short: boolean;
  /** Only attacks whose group or name contains one of these. */
  selections?: readonly string[];
  onRow?: (row: Row) => void;
}

export async function campaign({ short, selections = [], onRow = () => {} }: Options): Promise<Row[]> {
  const hostile = await hostileUpstream();
  const home = makeHome(hostile.port);
  const rows: Row[] = [];
  const add = (row: Row): void => {
    rows.push(row);
    onRow(row);
  };
  const wanted = ({ group, name, long, heavy }: Attack | Deed): boolean =>
    !(short && (long === true || heavy === true)) &&
    (selections.length === 0 || selections.some((part) => `${group}: ${name}`.includes(part)));
  const attacks = [...onDoor, ...onFraming, ...onLimits, ...onWaiting, ...onUpstream(hostile)].filter(wanted);
  /** The proxy for the next attack: a fresh one each time, in the short form one for all. */
  let occ: Proxy | undefined;
  const next = async (): Promise<Proxy> => (occ ??= await startOcc(home));
  const startOther = short ? undefined : () => startBare(hostile.port);
  try {
    const slow = attacks
      .filter(({ long }) => long === true)
      .map((attack) => strikeSlowly(attack, hostile.port));
    for (const attack of attacks.filter(({ long }) => long !== true)) {
      const row = await rowOf(attack, await next(), startOther);
      add(row);
      if (short && row.end !== 'open') continue;
      await occ?.stop();
      occ = undefined;
    }
    for (const deed of deeds(hostile.port).filter(wanted)) add(await rowOfDeed(deed));
    for (const row of await Promise.all(slow)) add(row);
  } finally {
    await occ?.stop();
    hostile.close();
    home.remove();
  }
  return rows;
}

/** Takes minutes, on a proxy of its own. */
async function strikeSlowly(attack: Attack, upstreamPort: number): Promise<Row> {
  const home = makeHome(upstreamPort);
  const proxy = await startOcc(home);
  try {
    return await rowOf(
      { ...attack, bare: 'not run: without a limit, it waits as long as the attacker' },
      proxy,
    );
  } finally {
    await proxy.stop();
    home.remove();
  }
}

async function rowOfDeed({ group, name, skip, run }: Deed): Promise<Row> {
  if (skip !== undefined) return { group, name, end: 'bounded', says: '', skipped: skip };
  const began = performance.now();
  const { bare, ...seen } = await run().catch((error: unknown) => ({
    ...open(String(error).slice(0, 200)),
    bare: '',
  }));
  return { group, name, ...seen, spent: { ms: performance.now() - began }, bare: { says: bare } };
}
