/** Runs occ as a program, in a temporary home directory, with fake programs on PATH. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';
import { readRecords, type ProxyRecord } from '../../lib/daemon/record.ts';
import { quote } from '../../lib/shell-word.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { hangMs } from '../support/limits.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** The compiled program, which starts in a third of the time; coverage is measured on the sources. */
const program = process.env['OCC_FROM_SOURCES']
  ? ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), join(root, 'bin/occ.ts')]
  : [builtOcc];
if (!process.env['OCC_FROM_SOURCES']) requireBuilt();

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  pid: number;
  /** Resolves when the text has appeared on stdout or stderr. */
  waitFor(text: string): Promise<void>;
  /** All of stdout so far. */
  stdout(): string;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

export interface Home {
  dir: string;
  /** The arguments, environment and signals of the fake client. */
  seen: () => Seen;
  write: (file: string, text: string) => string;
  /** Creates a program on PATH. */
  program: (name: string, script: string, mode?: number) => string;
  start: (args: readonly string[], env?: Record<string, string>) => Running;
  run: (args: readonly string[], env?: Record<string, string>) => Promise<Ended>;
  /** Runs lines of bash, in which `occ` is the program. */
  shell: (lines: string, env?: Record<string, string>) => Promise<Ended>;
}

/** The record that `occ start` wrote in this home directory; undefined if there is none. */
export function recordIn(dir: string): ProxyRecord | undefined {
  return readRecords(join(dir, '.local/state/occ'))[0];
}

/** Kills a proxy that a failed test has left behind. */
function endRecorded(dir: string): void {
  const record = recordIn(dir);
  if (record === undefined || record.pid === process.pid || !ran(record.pid, dir)) return;
  process.kill(record.pid, 'SIGKILL');
}

/** True if the process was started with that home directory, so that no other process is killed. */
function ran(pid: number, dir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${dir}\0`);
  } catch {
    return false;
  }
}

export interface Seen {
  argv: string[];
  env: Record<string, string>;
  signals: string[];
  pid: number;
}

/** A home directory that is deleted after the test; every process started in it is ended. */
export function home(context: TestContext): Home {
  const dir = mkdtempSync(join(tmpdir(), 'occ-home-'));
  const bin = join(dir, 'bin');
  const temporary = join(dir, 'tmp');
  for (const folder of [bin, temporary]) mkdirSync(folder);
  const running = new Set<{ kill(signal: NodeJS.Signals): void }>();
  context.after(() => {
    for (const child of running) child.kill('SIGKILL');
    endRecorded(dir);
    rmSync(dir, { recursive: true, force: true });
  });

  function begin([command = '', ...args]: readonly string[], env: Record<string, string> = {}): Running {
    const child = spawn(command, args, {
      cwd: dir,
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        HOME: dir,
        TMPDIR: temporary,
        SEEN: join(dir, 'seen.json'),
        // Otherwise a proxy of this machine would be found by its address.
        OCC_PORT: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: hangMs,
      killSignal: 'SIGKILL',
    });
    running.add(child);
    const text = { stdout: '', stderr: '' };
    const listeners = new Set<() => void>();
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (more: string) => {
        text[name] += more;
        for (const listener of listeners) listener();
      });
    }
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code, signal) => {
        running.delete(child);
        for (const listener of listeners) listener();
        resolve({ code, signal, ...text });
      });
    });
    const waitFor = (wanted: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if ((text.stdout + text.stderr).includes(wanted)) resolve();
          else if (child.exitCode !== null)
            reject(new Error(`ended without printing "${wanted}": ${text.stdout}${text.stderr}`));
        };
        listeners.add(look);
        look();
      });
    return {
      pid: child.pid ?? 0,
      waitFor,
      stdout: () => text.stdout,
      kill: (signal) => void child.kill(signal),
      ended,
    };
  }

  const occ = [process.execPath, ...program];
  const start = (args: readonly string[], env?: Record<string, string>): Running =>
    begin([...occ, ...args], env);
  const asFunction = `occ() { ${occ.map((word) => quote(word)).join(' ')} "$@"; }`;

  return {
    dir,
    seen: () => JSON.parse(readFileSync(join(dir, 'seen.json'), 'utf8')) as Seen,
    write(file, content) {
      const path = join(dir, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    program(name, script, mode = 0o755) {
      const path = join(bin, name);
      writeFileSync(path, script);
      chmodSync(path, mode);
      return path;
    },
    start,
    run: (args, env) => start(args, env).ended,
    shell: (lines, env) => begin(['/bin/bash', '-c', `${asFunction}\n${lines}`], env).ended,
  };
}

/** The source of a client that records its arguments, environment and signals, and then runs `script`. */
export function fakeClient(script: string): string {
  return `#!${process.execPath}
const fs = require('node:fs');
const seen = { argv: process.argv.slice(2), env: { ...process.env }, signals: [], pid: process.pid };
const note = () => fs.writeFileSync(process.env.SEEN, JSON.stringify(seen));
const on = (signal, then) => process.on(signal, () => { seen.signals.push(signal); note(); then?.(); });
note();
// Ends by itself if its launch has died.
setTimeout(() => process.exit(99), ${hangMs}).unref();
${script}
`;
}

export function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) || canSignal(pid);
}

function canSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
