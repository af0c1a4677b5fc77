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
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  /** Runs a program of PATH in the work folder, with nothing in its environment but PATH, HOME and TMPDIR. */
  run(command: string, args: readonly string[], env?: Record<string, string>): Promise<Ran>;
}

/** How the network is reached belongs to the machine, not to the person. */
const network = [
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
];

export async function emptyMachine(): Promise<Machine> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'occ-one-shot-')));
  const [home = '', work = '', temporary = '', bin = '', packed = ''] = [
    'home',
    'work',
    'tmp',
    'bin',
    'packed',
  ].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  });
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['npm', 'npx', 'sh']) symlinkSync(onPath(name), join(bin, name));
  const given = Object.fromEntries(
    network.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const machine: Machine = {
    folder,
    home,
    work,
    path: bin,
    tarball: '',
    run: (command, args, env = {}) =>
      run(command, args, {
        cwd: work,
        env: { PATH: bin, HOME: home, TMPDIR: temporary, ...given, ...env },
        longestMs,
      }),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const { stdout, stderr } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', packed],
    { cwd: root, env: process.env },
  );
  const [name] = readdirSync(packed);
  if (name === undefined) throw new Error(`npm packed nothing:\n${stdout}${stderr}`);
  return { ...machine, tarball: join('..', 'packed', name) };
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
