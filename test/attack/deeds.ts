/** Attacks on what is around a running proxy: files that were planted, a full disk, a clock that jumps, many launches. */
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtOcc } from '../support/built.ts';
import { bounded, open, type Deed, type Seen } from './attack.ts';
import { ask, converse } from './dial.ts';
import { hostileImports } from './hostile-files.ts';
import { makeHome, startOcc, type Home, type Proxy } from './world.ts';

const run = promisify(execFile);
const linux = process.platform === 'linux' ? undefined : 'the paths are those of Linux';

/** Runs a command of occ to its end, however it ends. */
const occ = (home: Home, ...args: string[]): Promise<unknown> =>
  run(process.execPath, [builtOcc, ...args], { env: home.env, cwd: home.dir, timeout: 60_000 }).catch(
    () => {},
  );

async function answered(proxy: Proxy): Promise<Seen> {
  const { status } = await converse(proxy.port, ask('chat/polite'), 10_000);
  return status === 200 ? bounded('requests are answered') : open(`a request ends with ${status}`);
}

async function during(home: Home, work: (proxy: Proxy) => Promise<Seen>, node: string[] = []): Promise<Seen> {
  const proxy = await startOcc(home, node);
  try {
    return await work(proxy);
  } finally {
    await proxy.stop();
  }
}

/** Names of what occ writes in its folder of state and cache. */
const written = [
  'occ.log',
  'proxy.json',
  'start.log',
  'ledger',
  'captures',
  'background',
  'sessions',
  'launches',
  'models.json',
  'providers.json',
];

async function plantedLinks(home: Home): Promise<Seen> {
  const victim = join(home.dir, 'victim');
  writeFileSync(victim, 'precious\n');
  for (const folder of ['.local/state/occ', '.cache/occ']) {
    mkdirSync(join(home.dir, folder), { recursive: true });
    for (const name of written) symlinkSync(victim, join(home.dir, folder, name));
    chmodSync(join(home.dir, folder), 0o777);
  }
  const seen = await during(home, async (proxy) => {
    const one = await answered(proxy);
    await occ(home, 'models', '--refresh');
    await occ(home, 'status');
    await occ(home, 'config', 'set', 'heartbeat_ms', '9000');
    return one;
  });
  const kept = readFileSync(victim, 'utf8') === 'precious\n';
  return kept ? seen : open('the file behind a planted link was written');
}

async function fullDisk(home: Home): Promise<Seen> {
  const state = join(home.dir, '.local/state');
  mkdirSync(state, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', state]);
  try {
    writeFileSync(join(state, 'filler'), Buffer.alloc(40 * 1024));
    return await during(home, async (proxy) => {
      for (let at = 0; at < 50; at++) {
        const seen = await answered(proxy);
        if (seen.end === 'open') return seen;
      }
      return bounded('50 requests are answered');
    });
  } finally {
    execFileSync('umount', [state]);
  }
}

/** Whether this user may mount: root outside of most containers. */
function mountFails(): string | undefined {
  if (linux !== undefined) return linux;
  const at = `/tmp/occ-attack-mount-${process.pid}`;
  try {
    mkdirSync(at);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', at], { stdio: 'ignore' });
    execFileSync('umount', [at], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'a small disk cannot be mounted here';
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

const dayMs = 86_400_000;

async function jumpingClock(home: Home): Promise<Seen> {
  const preload = join(home.dir, 'clock.cjs');
  writeFileSync(
    preload,
    `let by = 0; const real = Date.now; Date.now = () => real() + by;
     globalThis.Date = class extends Date { constructor(...given) { given.length === 0 ? super(real() + by) : super(...given); } };
     process.on('message', (ms) => { by = ms; process.send('done'); });
     process.channel.unref();`,
  );
  return during(
    home,
    async (proxy) => {
      for (const days of [0, 3, -3, 400, -400, 0]) {
        const jumped = new Promise((resolve) => proxy.child.once('message', resolve));
        proxy.child.send(days * dayMs);
        await jumped;
        const seen = await answered(proxy);
        if (seen.end === 'open') return open(`${seen.says} after a jump of ${days} days`);
        const { tail } = await converse(
          proxy.port,
          'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
          5000,
        );
        const uptime = Number(/"uptime_s":(-?\d+)/.exec(tail)?.[1]);
        if (!(uptime >= 0 && uptime < 3600))
          return open(`an uptime of ${uptime} s after a jump of ${days} days`);
      }
      return bounded('requests are answered after jumps of 3 and 400 days');
    },
    ['--require', preload],
  );
}

async function launches(home: Home, count: number, atOnce: number): Promise<Seen> {
  let left = count;
  const failed: string[] = [];
  const one = async (): Promise<void> => {
    while (left-- > 0)
      await run(
        process.execPath,
        [builtOcc, 'launch', '--quiet', 'exec', '--', process.execPath, '-e', '0'],
        {
          env: home.env,
          cwd: home.dir,
          timeout: 120_000,
        },
      ).catch((error: unknown) => failed.push(String(error).slice(0, 200)));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  if (failed.length > 0) return open(`${failed.length} failed: ${failed[0]}`);
  const folder = join(home.dir, '.local/state/occ/launches');
  const records = existsSync(folder) ? readdirSync(folder).length : 0;
  return records === 0 ? bounded(`${count} launches leave no record`) : open(`${records} records are left`);
}

/** The deeds, each in a home of its own whose upstream is on `port`. */
export function deeds(port: number): readonly Deed[] {
  const deed = (
    name: string,
    work: (home: Home) => Promise<Seen>,
    bare: string,
    more: Partial<Deed> = {},
  ): Deed => ({
    group: 'files, clock and launches',
    name,
    run: async () => {
      const home = makeHome(port);
      try {
        return { ...(await work(home)), bare };
      } finally {
        home.remove();
      }
    },
    ...more,
  });
  return [
    deed(
      'links planted at every path in folders that others may write',
      plantedLinks,
      'not run: it writes no file',
      { skip: linux },
    ),
    deed('configurations of other tools to import', hostileImports, 'not run: it imports nothing'),
    deed('a full disk', fullDisk, '', { skip: mountFails() }),
    deed('a clock that jumps by days', jumpingClock, ''),
    deed('100 launches, 5 at a time', (home) => launches(home, 100, 5), '', { heavy: true }),
    deed('6 launches at once', (home) => launches(home, 6, 6), ''),
  ];
}
