/** A machine that has Node and npm and nothing else, with the package as it would be published. */
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
import { run, type Ran } from './client.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Fetching the client is some hundred megabytes. */
const longestMs = 300_000;

export interface Machine extends AsyncDisposable {
  /** Everything is in here. */
  folder: string;
  home: string;
  work: string;
  /** PATH: node, npm, npx and a shell. */
  path: string;
  /** The package, packed; from the work folder, since npx runs a file it is given with its whole path. */
  tarball: string;
  /** Runs a program of PATH in the work folder, with nothing in its environment but PATH, HOME, TMPDIR and `env`. */
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
  const env = { PATH: bin, HOME: home, TMPDIR: temporary, ...reachingNetwork() };
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

/** How the network is reached belongs to the machine, not to the person. */
function reachingNetwork(): Record<string, string> {
  const names = /^(?:NODE_EXTRA_CA_CERTS|(?:https?|no)_proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value && names.test(name) ? [[name, value]] : [],
    ),
  );
}

/** Packs what is built; gives the tarball's path. */
async function pack(into: string): Promise<string> {
  const words = ['pack', '--ignore-scripts', '--pack-destination', into];
  const { stderr } = await run('npm', words, { cwd: root, env: keepingDist });
  const [name] = readdirSync(into);
  if (name === undefined) throw new Error(`npm packed nothing:\n${stderr}`);
  return join(into, name);
}

/** The file itself, past symbolic links: npm looks for its own files beside it. */
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
  throw new Error(`there is no ${name} on PATH`);
}

/** What a run that forgets its HOME or TMPDIR would leave behind: names in the places where such programs write. */
export function traces(): string[] {
  const person = homedir();
  const places = ['', '.config', '.cache', '.local/share', '.local/state', '.npm/_npx', '.claude/projects'];
  return [
    ...places.flatMap((place) => namesIn(join(person, place))),
    ...namesIn(tmpdir()).filter((name) => /claude|cc-socks|compile-cache/.test(name)),
  ].sort();
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return []; // no such place
  }
}
