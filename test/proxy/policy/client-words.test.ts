/** Which errors the client acts on by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actsOnWords, asksAgain } from '../../../lib/proxy/policy/client-words.ts';

const error = { status: 400, message: 'tools.0: bad', permanent: false, class: 'client' } as const;

test('the client acts on a prompt that is too long, and on an error about a feature that it can leave out', () => {
  for (const message of [
    'prompt is too long: 9 tokens > 8 maximum',
    'thinking.display: Extra inputs are not permitted',
    'tools.3.defer_loading: unknown field',
    'unknown value for anthropic-beta',
  ])
    assert.deepEqual([actsOnWords({ ...error, message }), asksAgain({ ...error, message })], [true, true]);
  assert.deepEqual([actsOnWords(error), asksAgain(error)], [false, false]);
  const outage = { ...error, class: 'transient', message: 'thinking' } as const;
  assert.deepEqual([actsOnWords(outage), asksAgain(outage)], [false, true]);
  assert.equal(asksAgain({ ...outage, permanent: true }), false);
});
