/**
 * Starts the proxy as a process of its own and waits until it says that it is ready. It says so over a channel that
 * closes then; why it could not, it has said by then to its own log, in the words of any other command.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { makePrivateDirectory } from '../config/paths.ts';
import { endingSignalNames, endingSignals } from '../errors.ts';

export interface BackgroundOptions {
  /** The words after `occ`. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Where it runs: a folder that is not in anybody's way. */
  cwd: string;
  stateDir: string;
  /** Milliseconds it has to become ready. */
  limitMs: number;
}

export type Started =
  /** Its port answers; what it said until then are warnings. */
  | { kind: 'ready'; words: string }
  /** It ended with this code, having said these words. */
  | { kind: 'failed'; code: number; words: string }
  /** It did not become ready in time, and was ended. */
  | { kind: 'late'; words: string }
  /** This process was told to end meanwhile, and ended it too. */
  | { kind: 'interrupted'; code: number };

/** What the child sends when its port answers. */
export const readyMessage = 'ready';

/** Where a background proxy's own words go, from its start on: nobody else hears them. */
export function startLogFile(stateDir: string): string {
  return join(stateDir, 'start.log');
}

/** Rejects with the platform's own error when the log cannot be opened or the process cannot be made. */
export async function startBackground(options: BackgroundOptions): Promise<Started> {
  const { args, env, cwd, stateDir, limitMs } = options;
  makePrivateDirectory(stateDir);
  const file = startLogFile(stateDir);
  const words = openSync(file, 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      cwd,
      env: { ...env },
      detached: true,
      windowsHide: true,
      stdio: ['ignore', words, words, 'ipc'],
    });
  } finally {
    closeSync(words);
  }
  const started = await outcome(child, limitMs, () => readFileSync(file, 'utf8'));
  if (child.connected) child.disconnect();
  child.unref();
  return started;
}

function outcome(child: ChildProcess, limitMs: number, words: () => string): Promise<Started> {
  return new Promise((resolve, reject) => {
    const end = (started: Started): void => {
      if (started.kind !== 'ready' && started.kind !== 'failed') child.kill('SIGKILL');
      finish();
      resolve(started);
    };
    const told = (signal: keyof typeof endingSignals): void =>
      end({ kind: 'interrupted', code: endingSignals[signal] });
    const timer = setTimeout(() => end({ kind: 'late', words: words() }), limitMs);
    const finish = (): void => {
      clearTimeout(timer);
      for (const signal of endingSignalNames) process.off(signal, told);
    };
    for (const signal of endingSignalNames) process.on(signal, told);
    child.once('message', (message) => {
      if (message === readyMessage) end({ kind: 'ready', words: words() });
    });
    child.once('exit', (code, signal) => {
      const ended = code ?? (signal === null ? 1 : 128 + constants.signals[signal]);
      end({ kind: 'failed', code: ended, words: words() });
    });
    child.once('error', (error) => {
      finish();
      reject(error);
    });
  });
}
