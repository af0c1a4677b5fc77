/** Writes the files of the sessions that a proxy serves, and removes them when it ends. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory } from '../config/paths.ts';
import type { BudgetUse } from '../proxy/policy/budget.ts';
import type { KnownQuota } from '../catalog/quota.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import type { Waiting } from '../proxy/waiting.ts';
import { sumOf, toSessionAnswer, toWaiting, type SessionAnswer } from './answer.ts';
import { namesByAge, sessionFile, toFileText } from './session-file.ts';

/** Files in the folder, of all proxies; the oldest is removed for a new one. */
const mostFiles = 64;

/**
 * The client waits at most 40 seconds between two tries (measured with 2.1.330), so after this time without another request
 * it has given up.
 */
const retriesEndMs = 60_000;

/** Milliseconds between two writes of a file: the status line is drawn less often than sub-agents end requests. */
const betweenWritesMs = 250;

export interface SessionFiles {
  /** Receives each request that has ended. Never throws: a proxy works without a status line. */
  note(record: EndedRequest, quotas: readonly KnownQuota[], budgets?: readonly BudgetUse[]): void;
  /** Shows that the model of a request has sent nothing yet. Never throws. */
  waiting(waiting: Waiting): void;
  /** Shows again what was there before the wait. Never throws. */
  waited(record: EndedRequest): void;
  /** Writes at once what was noted so far, and resolves when that is done. */
  settled(): Promise<void>;
  /** Removes the files that were written here, and the folder if it is empty then. Never rejects. */
  close(): Promise<void>;
}

interface Session {
  cost?: number;
  /** The latest answer or failure. */
  last?: SessionAnswer;
  /** The id of the request whose wait is shown. */
  waitsFor?: string;
  /** What the file does not have yet; without an answer the file is to be removed. */
  unwritten?: { answer: SessionAnswer | undefined };
  /** Cancels the next write. */
  cancelWrite?: () => void;
  /** Cancels the change of the file when the client has given up. */
  cancel?: () => void;
}

/** `after` runs an action once after some milliseconds, and returns how to cancel that. */
export function sessionFiles(folder: string, after = later): SessionFiles {
  const sessions = new Map<string, Session>();
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  /** The first answer after a pause is written at once, of those that follow closely only the last. */
  function write(file: string, session: Session, answer: SessionAnswer | undefined): void {
    session.unwritten = { answer };
    if (session.cancelWrite === undefined) flush(file, session);
  }

  function flush(file: string, session: Session): void {
    const { unwritten } = session;
    delete session.unwritten;
    delete session.cancelWrite;
    if (unwritten === undefined) return;
    const { answer } = unwritten;
    session.cancelWrite = after(betweenWritesMs, () => flush(file, session));
    writing = writing.then(async () => {
      const text = answer && (await toFileText(answer));
      if (closed) return;
      try {
        if (text === undefined) rmSync(file, { force: true });
        else writeSession(folder, file, text);
      } catch {
        // No status line. A full disk is reported by the log.
      }
    });
  }

  function cancel(session: Session): void {
    session.cancel?.();
    session.cancelWrite?.();
  }

  /** The session of a request, which becomes the one that was used last; undefined if it can have no file. */
  function sessionOf({ session: name = '' }: EndedRequest): { session: Session; file: string } | undefined {
    const file = sessionFile(folder, name);
    if (file === undefined || closed) return undefined;
    const session = sessions.get(name) ?? {};
    sessions.delete(name);
    sessions.set(name, session);
    forgetOldest(sessions, cancel);
    return { session, file };
  }

  return {
    note(record, quotas, budgets = []) {
      const { session, file } = sessionOf(record) ?? {};
      if (session === undefined || file === undefined) return;
      const answer = toSessionAnswer(record, quotas, session.cost, budgets);
      const cost = sumOf(session.cost, record.cost);
      if (cost !== undefined) session.cost = cost;
      if (answer === undefined) return;
      session.last = answer;
      session.cancel?.();
      delete session.cancel;
      write(file, session, answer);
      const { failure } = answer;
      if (failure?.retrying !== true) return;
      session.cancel = after(retriesEndMs, () => {
        session.last = { ...answer, failure: { ...failure, retrying: false } };
        write(file, session, session.last);
      });
    },
    waiting(waiting) {
      const answer = toWaiting(waiting, new Date().toISOString());
      const { session, file } = (answer && sessionOf(waiting.record)) ?? {};
      if (session === undefined || file === undefined) return;
      session.waitsFor = waiting.record.id;
      // The client has asked again, so it has not given up.
      session.cancel?.();
      delete session.cancel;
      write(file, session, answer);
    },
    waited(record) {
      const { session, file } = sessionOf(record) ?? {};
      if (session?.waitsFor !== record.id || file === undefined) return;
      delete session.waitsFor;
      write(file, session, session.last);
    },
    settled() {
      for (const [name, session] of sessions) {
        session.cancelWrite?.();
        flush(join(folder, name), session);
      }
      return writing;
    },
    async close() {
      closed = true;
      await writing;
      for (const session of sessions.values()) cancel(session);
      removeFiles(folder, [...sessions.keys()]);
    },
  };
}

function later(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms).unref();
  return () => clearTimeout(timer);
}

function forgetOldest(sessions: Map<string, Session>, cancel: (session: Session) => void): void {
  const [oldest] = sessions;
  if (sessions.size <= mostFiles || oldest === undefined) return;
  cancel(oldest[1]);
  sessions.delete(oldest[0]);
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
