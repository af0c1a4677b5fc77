/** Writes the files of the sessions that a proxy serves, and removes them when it ends. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory } from '../config/paths.ts';
import type { KnownQuota } from '../proxy/quota-watch.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import { sumOf, toSessionAnswer, type SessionAnswer } from './answer.ts';
import { namesByAge, sessionFile, toFileText } from './session-file.ts';

/** Files in the folder, of all proxies; the oldest is removed for a new one. */
const mostFiles = 64;

/**
 * The client waits at most 40 seconds between two tries (measured with 2.1.330), so after this time without another request
 * it has given up.
 */
const retriesEndMs = 60_000;

export interface SessionFiles {
  /** Receives each request that has ended. Never throws: a proxy works without a status line. */
  note(record: EndedRequest, quotas: readonly KnownQuota[]): void;
  /** Resolves when everything noted so far has been written. */
  settled(): Promise<void>;
  /** Removes the files that were written here, and the folder if it is empty then. Never rejects. */
  close(): Promise<void>;
}

interface Session {
  cost?: number;
  cancel?: () => void;
}

/** `after` runs an action once after some milliseconds, and returns how to cancel that. */
export function sessionFiles(folder: string, after = later): SessionFiles {
  const sessions = new Map<string, Session>();
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  function write(file: string, answer: SessionAnswer): void {
    writing = writing.then(async () => {
      const text = await toFileText(answer);
      if (closed) return;
      try {
        writeSession(folder, file, text);
      } catch {
        // No status line. A full disk is reported by the log.
      }
    });
  }

  return {
    note(record, quotas) {
      const name = record.session ?? '';
      const file = sessionFile(folder, name);
      if (file === undefined || closed) return;
      const session = sessions.get(name) ?? {};
      const answer = toSessionAnswer(record, quotas, session.cost);
      const cost = sumOf(session.cost, record.cost);
      if (cost !== undefined) session.cost = cost;
      sessions.delete(name);
      sessions.set(name, session);
      forgetOldest(sessions);
      if (answer === undefined) return;
      session.cancel?.();
      delete session.cancel;
      write(file, answer);
      const { failure } = answer;
      if (failure?.retrying !== true) return;
      session.cancel = after(retriesEndMs, () =>
        write(file, { ...answer, failure: { ...failure, retrying: false } }),
      );
    },
    settled: () => writing,
    async close() {
      closed = true;
      await writing;
      for (const session of sessions.values()) session.cancel?.();
      removeFiles(folder, [...sessions.keys()]);
    },
  };
}

function later(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms).unref();
  return () => clearTimeout(timer);
}

function forgetOldest(sessions: Map<string, Session>): void {
  const [oldest] = sessions.keys();
  if (sessions.size <= mostFiles || oldest === undefined) return;
  sessions.get(oldest)?.cancel?.();
  sessions.delete(oldest);
}

/** Replaces the file at once, so that a shell never reads half of one. */
function writeSession(folder: string, file: string, text: string): void {
  makePrivateDirectory(folder);
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
  removeOldest(folder);
}

function removeFiles(folder: string, names: readonly string[]): void {
  try {
    for (const name of names) rmSync(join(folder, name), { force: true });
    rmdirSync(folder);
  } catch {
    // Another proxy has files there, or there never was a folder.
  }
}

/** Files stay behind when a proxy is killed. */
function removeOldest(folder: string): void {
  for (const name of namesByAge(folder).slice(0, -mostFiles)) rmSync(join(folder, name), { force: true });
}
