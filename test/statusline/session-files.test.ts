import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { statusLineCommand } from '../../lib/clients/status-line.ts';
import { arrived, type EndedRequest } from '../../lib/proxy/recent.ts';
import { latestSession, readFileText } from '../../lib/statusline/session-file.ts';
import { sessionFiles } from '../../lib/statusline/session-files.ts';

const session = '3f1c0c52-7a1e-4a8e-9f5b-0c1d2e3f4a5b';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "occ's sessions "));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return join(root, 'sessions');
}

function answered(more: Partial<EndedRequest> = {}): EndedRequest {
  return {
    ...arrived('req_1', '2026-11-29T10:00:00.000Z'),
    ending: 'answered',
    session,
    answered: { model: 'zen/deepseek-v4-pro', provider: 'zen', format: 'chat' },
    firstContentMs: 812,
    fallbackFrom: { model: 'go/glm-5.3', status: 429 },
    ...more,
  };
}

const failed = answered({
  ending: 'refused',
  attempts: [
    {
      model: 'go/glm-5.3',
      format: 'chat',
      outcome: 'refused',
      ms: 1,
      upstreamStatus: 529,
      words: 'secret words',
    },
  ],
  error: { status: 529, type: 'overloaded_error', message: 'secret words', permanent: false },
});

/** What the client's shell prints in a terminal of this width. */
function shown(command: string, env: Record<string, string>, input = ''): string {
  return execFileSync('/bin/sh', ['-c', command], { env, input, encoding: 'utf8' });
}

test('only the owner can read a file, and it is gone after the proxy', async (t) => {
  const where = folder(t);
  const files = sessionFiles(where);
  files.note(failed, []);
  await files.settled();
  assert.deepEqual(readdirSync(where), [session]);
  assert.equal(statSync(where).mode & 0o777, 0o700);
  assert.equal(statSync(join(where, session)).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(where, session), 'utf8').includes('secret words'), false);
  await files.close();
  assert.equal(existsSync(where), false);
});

test('the shell finds the session in its environment or on stdin, and the line that fits', async (t) => {
  const where = folder(t);
  const files = sessionFiles(where);
  files.note(answered(), []);
  await files.settled();
  const command = statusLineCommand(where, false);
  const inEnvironment = { CLAUDE_CODE_SESSION_ID: session, NO_COLOR: '1' };
  const whole = 'deepseek-v4-pro · zen · first token 0.8 s · fallback from glm-5.3 (429)\n';
  assert.equal(shown(command, { ...inEnvironment, COLUMNS: '120' }), whole);
  assert.equal(
    shown(command, { ...inEnvironment, COLUMNS: '50' }),
    'deepseek-v4-pro · fallback from glm-5.3 (429)\n',
  );
  assert.equal(shown(command, { ...inEnvironment, COLUMNS: '10' }), 'deepseek-v4-pro\n');
  const json = JSON.stringify({ transcript_path: '/x', session_id: session, cwd: '/y' });
  assert.equal(shown(command, { NO_COLOR: '1', COLUMNS: '120' }, json), whole);
  assert.ok(shown(command, { COLUMNS: '120' }, json).includes('\u001b[33mfallback'));
  assert.equal(shown(command, { COLUMNS: '120', TERM: 'dumb' }, json), whole);
  assert.equal(shown(statusLineCommand(where, true), { COLUMNS: '120' }, json), whole);
  await files.close();
});

test('the shell prints nothing for a session without an answer, and reads no other file', (t) => {
  const where = folder(t);
  mkdirSync(where);
  writeFileSync(join(where, '..', 'other'), 'c 0 not a session\n');
  const command = statusLineCommand(where, false);
  assert.equal(shown(command, { CLAUDE_CODE_SESSION_ID: session }), '');
  for (const id of ['../other', '$(id)', '', '.', '*']) {
    assert.equal(shown(command, { CLAUDE_CODE_SESSION_ID: id }), '', id);
    assert.equal(shown(command, {}, JSON.stringify({ session_id: id })), '', id);
  }
});

test('a name that is no id gets no file', async (t) => {
  const where = folder(t);
  const files = sessionFiles(where);
  for (const name of ['../x', 'a/b', '', '.', 'x'.repeat(65)]) files.note(answered({ session: name }), []);
  await files.settled();
  assert.equal(existsSync(where), false);
});

test('a folder that cannot be written harms nothing', async (t) => {
  const where = folder(t);
  writeFileSync(join(where, '..', 'file'), '');
  const files = sessionFiles(join(where, '..', 'file', 'sessions'));
  files.note(answered(), []);
  await files.settled();
  await files.close();
});

test('a failure that the client retries says so until it has given up', async (t) => {
  const where = folder(t);
  let expire: (() => void) | undefined;
  let cancelled = 0;
  const files = sessionFiles(where, (ms, act) => {
    // The pause between two writes.
    if (ms < 1000) return () => {};
    assert.ok(ms > 40_000);
    expire = act;
    return () => cancelled++;
  });
  const retrying = (): boolean | undefined =>
    readFileText(readFileSync(join(where, session), 'utf8'))?.failure?.retrying;
  files.note(failed, []);
  await files.settled();
  assert.equal(retrying(), true);
  expire?.();
  await files.settled();
  assert.equal(retrying(), false);
  files.note(failed, []);
  files.note(answered(), []);
  await files.settled();
  assert.equal(retrying(), undefined);
  assert.equal(cancelled, 2);
  await files.close();
});

test('of answers that follow each other closely, the first and the last are written', async (t) => {
  const where = folder(t);
  let pause: (() => void) | undefined;
  const files = sessionFiles(where, (ms, act) => {
    assert.ok(ms > 0 && ms < 1000);
    pause = act;
    return () => {};
  });
  const shownAt = async (): Promise<string | undefined> => {
    await setImmediate();
    return existsSync(join(where, session))
      ? readFileText(readFileSync(join(where, session), 'utf8'))?.at
      : undefined;
  };
  const at = (second: number): string => `2026-11-29T10:00:0${second}.000Z`;
  for (const second of [1, 2, 3]) files.note(answered({ at: at(second) }), []);
  while ((await shownAt()) === undefined);
  assert.equal(await shownAt(), at(1));
  pause?.();
  while ((await shownAt()) === at(1));
  assert.equal(await shownAt(), at(3));
  await files.close();
});

/** The file of the session; undefined if there is none. */
function read(where: string): ReturnType<typeof readFileText> {
  const file = join(where, session);
  return existsSync(file) ? readFileText(readFileSync(file, 'utf8')) : undefined;
}

test('a wait is shown until the model sends something, then the previous line', async (t) => {
  const where = folder(t);
  const files = sessionFiles(where);
  const wait = (more: Partial<EndedRequest> = {}) => ({
    record: { ...arrived('req_2', '2026-11-29T10:01:00.000Z'), session, ...more },
    model: 'zen/deepseek-v4-pro',
    ms: 20_000,
    limit: { setting: 'timeout_ms' as const, ms: 300_000 },
  });
  for (const of of [{ agent: 'a1' }, { requestClass: 'title' }, { session: '../x' }]) files.waiting(wait(of));
  await files.settled();
  assert.equal(read(where), undefined);
  files.waiting(wait());
  await files.settled();
  assert.deepEqual(read(where)?.waiting, { model: 'deepseek-v4-pro', ms: 20_000 });
  // A sub-agent has waited, too, which was not shown.
  files.waited({ ...wait().record, id: 'req_3', agent: 'a1' });
  await files.settled();
  assert.deepEqual(read(where)?.waiting, { model: 'deepseek-v4-pro', ms: 20_000 });
  // The client has left before any answer.
  files.waited(wait().record);
  await files.settled();
  assert.equal(read(where), undefined);
  files.note(answered(), []);
  files.waiting(wait());
  files.waited(wait().record);
  await files.settled();
  assert.deepEqual([read(where)?.model, read(where)?.waiting], ['deepseek-v4-pro', undefined]);
  files.waiting(wait());
  files.waited(wait().record);
  files.note(failed, []);
  await files.settled();
  assert.equal(read(where)?.failure?.reason, '529');
  await files.close();
});

test('the cost adds up over the session, sub-agents included', async (t) => {
  const where = folder(t);
  const files = sessionFiles(where);
  files.note(answered({ cost: 0.25 }), []);
  files.note(answered({ cost: 0.5, agent: 'a1' }), []);
  files.note(answered({ cost: 1 }), []);
  await files.settled();
  assert.equal(readFileText(readFileSync(join(where, session), 'utf8'))?.cost, 1.75);
  await files.close();
});

test('the number of files is bounded, and the newest stay', async (t) => {
  const where = folder(t);
  const killed = sessionFiles(where);
  for (let i = 0; i < 70; i++) killed.note(answered({ session: `old-${i}` }), []);
  await killed.settled();
  const files = sessionFiles(where);
  files.note(answered(), []);
  await files.settled();
  assert.equal(readdirSync(where).length, 64);
  assert.equal(latestSession(where), session);
});

test('a folder that has become a file stops neither the proxy nor its end', async (t) => {
  const sessions = folder(t);
  const files = sessionFiles(sessions);
  files.note(answered(), []);
  await files.settled();
  rmSync(sessions, { recursive: true });
  writeFileSync(sessions, '');
  files.note(answered(), []);
  await files.settled();
  await files.close();
  assert.equal(readFileSync(sessions, 'utf8'), '');
});
