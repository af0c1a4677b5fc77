/** Tests how the questions are asked: within the budget, each with a time limit, and once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../../lib/emulator/answer.ts';
import { questions } from '../../../lib/doctor/verify/questions.ts';
import { stretched } from '../../support/limits.ts';
import { liars, type Liar } from './liars.ts';
import { verifyEmulated } from './verify-emulated.ts';

const refusing = liars.find(
  ({ code, says }) => code === 'thinking' && says.test('its own thinking is refused'),
);

test('what occ repeats in another form counts in the budget', async (t) => {
  assert.ok(refusing);
  const all = await verifyEmulated(t, 'responses', refusing);
  assert.equal(all.requests, questions.length + 1);
  // The question about its own thinking is the fifteenth request, and its repeat would be the sixteenth.
  const { requests, ended, verdicts } = await verifyEmulated(t, 'responses', refusing, { budget: 15 });
  assert.deepEqual([requests, ended], [15, 'budget']);
  assert.equal(verdicts.find(({ code }) => code === 'thinking')?.level, 'lie');
});

const answering = (answer: Liar['answer']): Liar => ({
  name: 'a provider',
  code: '',
  says: /$/,
  level: 'lie',
  answer,
});

test('a failure that passes is not asked again, and is no lie', async (t) => {
  let asked = 0;
  const busy = answering((_, honest) => (++asked === 2 ? refuse(529, { message: 'overloaded' }) : honest()));
  const { requests, verdicts, score } = await verifyEmulated(t, 'messages', busy);
  assert.equal(requests, questions.length);
  const system = verdicts.find(({ code }) => code === 'system');
  assert.deepEqual([system?.level, system?.summary], ['unknown', 'no answer: 529 overloaded']);
  assert.equal(score, 100);
});

test('a question that is never answered ends at its limit, and the others are asked', async (t) => {
  const silent = answering(({ conversation }, honest) =>
    conversation.prompt.includes('code of today')
      ? { script: [], faults: { breaks: { at: 'before-headers', how: 'silence' } } }
      : honest(),
  );
  const limitMs = stretched(2000);
  const { verdicts, ended } = await verifyEmulated(t, 'chat', silent, { limitMs });
  assert.equal(ended, undefined);
  assert.equal(verdicts.find(({ code }) => code === 'system')?.level, 'unknown');
  assert.equal(verdicts.find(({ code }) => code === 'tool-choice')?.level, 'honest');
});

test('a provider that refuses everything is left alone after three questions', async (t) => {
  const closed = answering(() => refuse(401, { message: 'the key is not valid' }));
  const { answers, ended, score, verdicts } = await verifyEmulated(t, 'chat', closed);
  assert.deepEqual([answers.size, ended, score], [3, 'no_answers', undefined]);
  assert.deepEqual(
    verdicts.filter(({ level }) => level === 'lie' || level === 'doubt'),
    [],
  );
});
