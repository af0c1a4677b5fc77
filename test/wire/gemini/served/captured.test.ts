/** Requests that Gemini CLI sent: nothing in them is left out unnamed, and for the same format they stay as they are. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { served } from '../../../../lib/wire/gemini/served/index.ts';
import { same } from '../../../../lib/wire/gemini/served/same.ts';
import { asksForAnswer, clientRequests, givenBy } from '../../../support/client-requests.ts';
import { clientContent } from '../../../support/client-content.ts';
import { gemini3 } from '../../../support/gemini/encode.ts';
import { upstreamContent } from '../../../support/upstream-content.ts';

describe('Gemini CLI', () => {
  const requests = clientRequests().filter(({ client }) => client === 'gemini');
  assert.ok(requests.length > 10);
  for (const captured of requests)
    test(captured.kind, () => {
      const { request, left: named } = served.read(givenBy(captured));
      // The signatures are those of the recording server.
      const others = named.filter((name) => name !== 'contents.parts.thoughtSignature');
      assert.deepEqual(others, []);
      const { entries, tools } = clientContent(request);
      const content = upstreamContent('gemini', captured.body);
      const texts = (who: string, from: typeof entries): string =>
        from.map((entry) => (entry.who === who && 'text' in entry ? entry.text : '')).join('');
      for (const who of ['user', 'assistant', 'system', 'result'])
        assert.equal(texts(who, entries), texts(who, content.entries), who);
      const calls = entries.flatMap((entry) => (entry.who === 'call' ? [entry.id] : []));
      const results = entries.flatMap((entry) => (entry.who === 'result' ? [entry.id] : []));
      // A request for a count holds the new parts only.
      if (captured.kind !== 'count-tokens')
        assert.deepEqual(results.toSorted(), calls.filter((id) => results.includes(id)).toSorted());
      assert.equal(tools.length, content.tools.length);
      if (!asksForAnswer(captured)) return;
      const given = { format: 'gemini', body: captured.body };
      const turn = { request, session: 's', messageId: 'msg_1', inputTokens: 1, given };
      // A model that requires no signature gets nothing that the client did not send.
      const route = { ...gemini3, quirks: { ...gemini3.quirks, signedCalls: false } };
      assert.deepEqual(
        withoutSignatures(same.encodeRequest(captured.body, turn, route)),
        withoutSignatures(captured.body),
      );
    });
});

function withoutSignatures(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (name, value: unknown) => (name === 'thoughtSignature' ? undefined : value)),
  );
}
