/** A simulated machine with only Node and npm, and the package as it is published. */
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepingDist, requireBuilt } from '../support/built.ts';
import { stretched } from '../support/limits.ts';
import { run, type Ran } from './client.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The client is a download of some hundred megabytes. */
const longestMs = stretched(300_000);

export interface Machine extends AsyncDisposable {
  /** Contains all the others. */
  folder: string;
  home: string;
  work: string;
  /** PATH: node, npm, npx and a shell. */
  path: string;
  /** The packed package, relative to the work folder: npx would run an absolute path as a program. */
  tarball: string;
  /** Runs a program on PATH in the work folder. Its environment has only PATH, HOME, TMPDIR, proxy variables and `env`. */
  run(command: string, args: readonly string[], more?: RunMore): Promise<Ran>;
}

export interface RunMore {
  env?: Record<string, string>;
  /** Milliseconds. */
  longestMs?: number;
}

export async function emptyMachine(): Promise<Machine> {
  requireBuilt();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'occ-one-shot-')));
  const within = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const [home, work, bin, temporary] = [within('home'), within('work'), within('bin'), within('tmp')];
  const env = { PATH: bin, HOME: home, TMPDIR: temporary, ...networkVariables() };
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const name of ['npm', 'npx', 'sh']) symlinkSync(onPath(name), join(bin, name));
    return {
      folder,
      home,
      work,
      path: bin,
      tarball: relative(work, await pack(within('packed'))),
      run: (command, args, more = {}) =>
        run(command, args, { cwd: work, longestMs, ...more, env: { ...env, ...more.env } }),
      async [Symbol.asyncDispose]() {
        clean();
      },
    };
  } catch (error) {
    clean();
    throw error;
  }
}

/** The variables for network access, which describe the machine and not the user. */
function networkVariables(): Record<string, string> {
  const names = /^(?:NODE_EXTRA_CA_CERTS|(?:https?|no)_proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value && names.test(name) ? [[name, value]] : [],
    ),
  );
}

/** Packs the built package. Returns the path of the tarball. */
async function pack(into: string): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--pack-destination', into];
  const { stderr } = await run('npm', args, { cwd: root, env: keepingDist });
  const [name] = readdirSync(into);
  if (name === undefined) throw new Error(`npm packed nothing:\n${stderr}`);
  return join(into, name);
}

/** The path of a program, with symbolic links resolved, because npm looks for its own files next to it. */
function onPath(name: string): string {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      return realpathSync(file);
    } catch {
      continue;
    }
  }
  throw new Error(`${name} is not on PATH`);
}

/** Names of files that a run writes if it ignores its HOME or TMPDIR. */
export function traces(): string[] {
  const userHome = homedir();
  const places = ['', '.config', '.cache', '.local/share', '.local/state', '.npm/_npx', '.claude/projects'];
  return [
    ...places.flatMap((place) => namesIn(join(userHome, place))),
    ...namesIn(tmpdir()).filter((name) => /claude|cc-socks|compile-cache/.test(name)),
  ].sort();
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return []; // no such directory
  }
}
