/**
 * Refused fields, through the proxy: a small server that refuses exactly as reported, and what the next request has. See
 * `field-*.test.ts` for the other kinds of failures that users have reported.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerIn, json, scripted } from '../support/scripted-upstream.ts';
import { requestBody } from '../support/proxy.ts';

test('unlearned-field: detail as a text, responses', async () => {
  await using over = await scripted({
    format: 'responses',
    script: [json(400, { detail: 'Unsupported parameter: max_output_tokens' }), answerIn('responses')],
  });
  for (let i = 0; i < 2; i++) assert.equal((await over.send(requestBody())).text, 'ok');
  const sent = over.received.map(({ body }) => body['max_output_tokens']);
  assert.deepEqual(sent, [1000, undefined, undefined]);
});
