/**
 * Starts the proxy as a process of its own and waits until it is ready. The process reports that over its IPC channel,
 * which then closes. What it prints until then, errors included, goes to a file.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants as files, openSync, renameSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { makePrivateDirectory } from '../config/paths.ts';
import type { ProxyRecord } from './record.ts';
import { endingSignalNames, endingSignals } from '../errors.ts';

export interface BackgroundOptions<T> {
  /** The arguments after `occ`. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Its working directory, which it keeps in use as long as it runs. */
  cwd: string;
  stateDir: string;
  /** Milliseconds until it must be ready. */
  limitMs: number;
  /**
   * What to ask the proxy before its start is reported. A signal until then still ends the proxy, because the user does not
   * know yet that it runs.
   */
  ask: (record: ProxyRecord) => Promise<T>;
}

export type Started<T> =
  /** Its port answers. It has printed at most warnings. */
  | { kind: 'ready'; printed: string; record: ProxyRecord; answer: T }
  /** It ended with this code. */
  | { kind: 'failed'; code: number; printed: string }
  /** It was not ready in time, and was killed. */
  | { kind: 'late'; printed: string }
  /** This process received a signal, and ended it. */
  | { kind: 'interrupted'; code: number };

/** Milliseconds for a proxy that is ready to end by itself and to remove its record. */
const graceMs = 3000;

/** Bytes that a start may print; it prints some lines. */
const maxPrinted = 4 * 1024 * 1024;

/** The message that the child sends when its port answers. */
export interface ReadyMessage {
  ready: ProxyRecord;
}

/** The file that holds stdout and stderr of the background proxy that was started last. */
export function startLogFile(stateDir: string): string {
  return join(stateDir, 'start.log');
}

/** A link in the place of the file is not followed, and a pipe is not waited for. Windows has neither flag. */
const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: nonBlocking = 0 } = files as Partial<typeof files>;
const emptied = files.O_WRONLY | files.O_CREAT | files.O_TRUNC | noFollow | nonBlocking;

/** Rejects with the system's error if the file cannot be opened or the process cannot be created, and as `ask` rejects. */
export async function startBackground<T>(options: BackgroundOptions<T>): Promise<Started<T>> {
  const { args, env, cwd, stateDir, limitMs, ask } = options;
  makePrivateDirectory(stateDir);
  // Several starts at once must not empty the file of one another.
  const file = join(stateDir, `start.${process.pid}.log`);
  const log = openSync(file, emptied, 0o600);
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      cwd,
      env: { ...env },
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
  const started = await outcome(child, { limitMs, ask, printed: () => printedIn(file) }).finally(() =>
    renameSync(file, startLogFile(stateDir)),
  );
  if (child.connected) child.disconnect();
  child.unref();
  return started;
}

/** What the process has printed; a sentence about it if that cannot be read. */
function printedIn(file: string): string {
  try {
    return readBounded(file, maxPrinted).toString('utf8');
  } catch (error) {
    return `occ: what it printed cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

interface Waiting<T> extends Pick<BackgroundOptions<T>, 'limitMs' | 'ask'> {
  printed: () => string;
}

function outcome<T>(child: ChildProcess, { limitMs, ask, printed }: Waiting<T>): Promise<Started<T>> {
  return new Promise((resolve, reject) => {
    let isReady = false;
    let isStopping = false;
    const end = (started: Started<T>): void => {
      if (started.kind === 'late') child.kill('SIGKILL');
      finish();
      resolve(started);
    };
    const onSignal = (signal: keyof typeof endingSignals): void => {
      if (isStopping) return;
      isStopping = true;
      // Before it is ready, it has nothing to clean up, and may not listen to signals yet.
      child.kill(isReady ? 'SIGTERM' : 'SIGKILL');
      const interrupted = (): void => {
        clearTimeout(grace);
        end({ kind: 'interrupted', code: endingSignals[signal] });
      };
      const grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
      child.once('exit', interrupted);
    };
    const timer = setTimeout(() => end({ kind: 'late', printed: printed() }), limitMs);
    const finish = (): void => {
      clearTimeout(timer);
      for (const signal of endingSignalNames) process.off(signal, onSignal);
    };
    const fail = (error: unknown): void => {
      finish();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    for (const signal of endingSignalNames) process.on(signal, onSignal);
    child.once('message', (message) => {
      isReady = true;
      clearTimeout(timer);
      const { ready: record } = message as ReadyMessage;
      ask(record)
        .then((answer) => isStopping || end({ kind: 'ready', printed: printed(), record, answer }))
        .catch((error: unknown) => isStopping || fail(error));
    });
    child.once('exit', (code, signal) => {
      if (isStopping) return;
      const ended = code ?? (signal === null ? 1 : 128 + constants.signals[signal]);
      end({ kind: 'failed', code: ended, printed: printed() });
    });
    child.once('error', fail);
  });
}
