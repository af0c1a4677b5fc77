/** Google's own client reads what occ prints, however the bytes are cut, and sees a failure as one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError, type GenerateContentResponse } from '@google/genai';
import type { StreamEvent } from '../../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import { randomCuts, slices } from '../../../support/cuts.ts';
import { utf8 } from '../../../support/decode.ts';
import { clientOf } from '../../../support/gemini/client.ts';
import { head, model, printed, printerFor, read, say, whole } from '../../../support/gemini/served.ts';
import { decode } from '../../../support/laws.ts';
import { exhaustive } from '../../../support/sampling.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { formats } from '../../../support/turns.ts';

interface Received {
  text: string;
  thinking: string;
  calls: unknown[];
  finish: string | undefined;
  history: number;
}

async function receive(bytes: readonly Uint8Array[]): Promise<Received> {
  const chat = clientOf(bytes).client.chats.create({ model });
  const received: Received = { text: '', thinking: '', calls: [], finish: undefined, history: 0 };
  for await (const chunk of await chat.sendMessageStream({ message: 'go' })) add(received, chunk);
  received.history = chat.getHistory(true).length;
  return received;
}

function add(received: Received, chunk: GenerateContentResponse): void {
  assert.equal(chunk.modelVersion, model);
  const [candidate] = chunk.candidates ?? [];
  for (const { text = '', thought, functionCall } of candidate?.content?.parts ?? []) {
    if (functionCall) received.calls.push(functionCall);
    else if (thought) received.thinking += text;
    else received.text += text;
  }
  if (candidate?.finishReason) received.finish = candidate.finishReason;
}

function ways(bytes: Uint8Array): Uint8Array[][] {
  const seeds = exhaustive ? 8 : 1;
  return [
    [bytes],
    slices(bytes, 1),
    ...Array.from({ length: seeds }, (_, seed) => randomCuts(bytes, seed + 1)),
  ];
}

async function check(events: readonly StreamEvent[]): Promise<void> {
  const bytes = utf8(printed(events, printerFor()));
  const message = foldMessage(events);
  // The proxy sends an error when the upstream has failed, which is seldom in one read with the chunks before.
  if (events.at(-1)?.type === 'error') {
    const at = bytes.lastIndexOf(0x0a) + 1;
    await assert.rejects(receive([bytes.subarray(0, at), bytes.subarray(at)]), ApiError);
  }
  for (const pieces of ways(bytes)) {
    if (events.at(-1)?.type === 'error') {
      await assert.rejects(receive(pieces), /got status|Incomplete JSON segment/);
      continue;
    }
    const received = await receive(pieces);
    const content = message?.content ?? [];
    assert.equal(received.text, content.map(({ text }) => text ?? '').join(''));
    assert.equal(received.thinking, content.map(({ thinking }) => thinking ?? '').join(''));
    assert.ok(received.finish);
    // The question and the answer: a chunk that the client calls invalid would remove both.
    assert.ok(received.history >= 2, 'the answer is not in the history');
  }
}

for (const format of formats)
  describe(`${format} transcripts`, () => {
    for (const transcript of transcripts(format))
      test(transcript.name, () => check(decode(transcript).events));
  });

describe('whole answers', () => {
  for (const transcript of transcripts('messages')) {
    const { events } = decode(transcript);
    if (events.at(-1)?.type === 'error') continue;
    test(transcript.name, async () => {
      const body = JSON.stringify(whole(events, printerFor()));
      const { client } = clientOf([utf8(body)], { contentType: 'application/json' });
      const answer = await client.models.generateContent({ model, contents: 'go' });
      const content = foldMessage(events)?.content ?? [];
      const parts = answer.candidates?.[0]?.content?.parts ?? [];
      const texts = parts.map(({ text = '', thought }) => (thought ? '' : text)).join('');
      assert.equal(texts, content.map(({ text }) => text ?? '').join(''));
      assert.deepEqual(
        (answer.functionCalls ?? []).map(({ id, name, args }) => [id, name, args]),
        content.flatMap(({ type, id, name, input }) =>
          type === 'tool_use' ? [[id, name, JSON.parse(JSON.stringify(input)) as unknown]] : [],
        ),
      );
    });
  }
});

test('a failure after the start of the stream is an ApiError with its status, and so is one before any content', async () => {
  const printer = read(say('go')).printer(head);
  const error = { status: 529, type: 'overloaded_error', message: 'busy', requestId: 'r' } as const;
  const bytes = utf8(printer.heartbeat + printer.error(error));
  await assert.rejects(receive([bytes]), (thrown) => thrown instanceof ApiError && thrown.status === 503);
});
