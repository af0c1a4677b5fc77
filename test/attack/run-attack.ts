/** Runs one attack against a proxy, and judges what it did and what that cost. */
import { open, type Attack, type Row, type Seen, type Spent } from './attack.ts';
import { asText, say, statuses, within } from './dial.ts';
import { meter } from './spent.ts';
import type { Proxy } from './world.ts';

/** MB by which the memory of the proxy may grow, unless an attack says more. */
const memoryMb = 96;
/** Milliseconds until the connections of an attack are closed, and until others are answered. */
const afterMs = 5000;

/** What happened, and what it cost; `open` for a proxy that is down, keeps connections, or took too much memory. */
export async function strike(attack: Attack, proxy: Proxy): Promise<{ seen: Seen; spent: Spent }> {
  const measured = meter(proxy.pid);
  const seen = await attack.run(proxy).catch((error: unknown) => open(String(error).slice(0, 100)));
  const spent = measured.read();
  const seenAfter = await aftermath(proxy, measured.closesAll(afterMs));
  const most = attack.memoryMb ?? memoryMb;
  const grown = spent.memoryMb ?? 0;
  if (seen.end === 'open') return { seen, spent };
  if (seenAfter !== undefined) return { seen: open(`${seen.says}; ${seenAfter}`), spent };
  if (grown > most) return { seen: open(`${seen.says}; more than ${most} MB of memory`), spent };
  return { seen, spent };
}

async function aftermath({ port, child }: Proxy, closed: Promise<boolean>): Promise<string | undefined> {
  if (child.exitCode !== null || child.signalCode !== null) return 'the proxy has ended';
  const alive = await within(afterMs, async () => {
    const { text } = await say(port, asText({ path: '/health', headers: ['host: localhost'] })).catch(() => ({
      text: '',
    }));
    return statuses(text)[0] === 200;
  });
  if (!alive) return 'nobody is answered any more';
  return (await closed) ? undefined : 'connections are kept';
}

/** The row of an attack on occ, with the same on the bare proxy beside it. */
export async function rowOf(attack: Attack, occ: Proxy, startBare?: () => Promise<Proxy>): Promise<Row> {
  const { group, name } = attack;
  const { seen, spent } = await strike(attack, occ);
  const row: Row = { group, name, ...seen, spent };
  if (attack.bare !== undefined) return { ...row, bare: { says: attack.bare } };
  if (startBare === undefined) return row;
  // Each attack may leave the bare proxy unusable.
  const bare = await startBare();
  try {
    const other = await strike(attack, bare);
    return { ...row, bare: { says: other.seen.says, spent: other.spent } };
  } finally {
    await bare.stop();
  }
}
