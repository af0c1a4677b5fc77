/** Tests the story of the demo: every sentence is proven by the log, and a broken promise is reported. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storyOf, type Line, type Outcome } from './story.mjs';

const first = 'emulator/refuse-429';
const second = 'emulator/cut-once';

const request = (id: string, stream = true): Line => ({ event: 'request', request: id, stream });
const refused = (id: string): Line => ({
  event: 'attempt',
  request: id,
  model: first,
  outcome: 'refused',
  upstreamStatus: 429,
});
const answered = (id: string, model = second): Line => ({
  event: 'attempt',
  request: id,
  model,
  outcome: 'answered',
});
const failed = (id: string): Line => ({ event: 'attempt', request: id, model: second, outcome: 'failed' });
const told = (id: string, ending: string): Line => ({ event: 'refused', request: id, ending });

const cut = [request('a'), refused('a'), failed('a'), told('a', 'cut')];
const saved = [request('b', false), refused('b'), answered('b')];
const done: Outcome = { exit: 0, text: 'hello from occ' };

test('a launch without a broken promise has four sentences', () => {
  assert.deepEqual(storyOf([...cut, ...saved, request('c'), refused('c'), answered('c')], done), {
    story: [
      'emulator/refuse-429 refused request 2 (and 3) with 429. emulator/cut-once answered, and Claude Code saw no error.',
      'In request 1, the stream of emulator/cut-once was cut. occ sent an error event instead of an end, and Claude Code asked again: request 2 has the whole answer.',
      'Claude Code wrote hello.txt and exited with 0. The file says: hello from occ',
      '3 requests took 6 attempts: 3 refused with 429, 1 cut, 2 answered. No key was needed.',
    ],
    broken: [],
  });
});

const fallback = /^no request that was refused with 429 was answered by another model$/;
for (const [name, lines, outcome, expected] of [
  [
    'no model refused',
    [...cut.slice(2), request('a'), ...cut.slice(2), request('b'), answered('b')],
    done,
    fallback,
  ],
  [
    'the model that refused answered itself',
    [...cut, request('b'), refused('b'), answered('b', first)],
    done,
    fallback,
  ],
  ['nobody answered', [...cut, request('b'), refused('b'), told('b', 'refused')], done, fallback],
  ['no stream was cut', saved, done, /^no stream was cut after its first words$/],
  [
    'the cut was told before the first words',
    [...cut.slice(0, -1), told('a', 'refused'), ...saved],
    done,
    /^no stream/,
  ],
  ['the client did not ask again', [...saved, ...cut], done, /^Claude Code did not ask again after the cut$/],
  ['the client failed', [...cut, ...saved], { ...done, exit: 1 }, /^Claude Code exited with 1$/],
  ['the client was killed', [...cut, ...saved], { ...done, exit: 'SIGKILL' }, /exited with SIGKILL$/],
  ['the file is missing', [...cut, ...saved], { exit: 0, text: undefined }, /^hello\.txt was not written$/],
  ['the file says something else', [...cut, ...saved], { exit: 0, text: 'bye' }, /^hello\.txt says: bye$/],
] as const)
  test(`a broken promise is reported: ${name}`, () => {
    const { broken, story } = storyOf(lines, outcome);
    assert.ok(
      broken.some((promise) => expected.test(promise)),
      broken.join('\n'),
    );
    assert.ok(story.length < 4);
  });

test('without a log, every promise but that of the task is broken', () => {
  assert.equal(storyOf([], done).broken.length, 2);
});
