/** Every answer that the decoders make is printed for clients of Chat Completions, and obeys the laws of their stream. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutsTurn, type StreamEvent } from '../../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import type { ContentBlock } from '../../../../lib/anthropic/request.ts';
import { runs } from '../../../support/arbitraries.ts';
import { chatBody, printAll, printWhole, readRequest, sdkCompletion } from '../../../support/chat/served.ts';
import { readServedStream, type ServedAnswer } from '../../../support/chat/served-grammar.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { generated } from '../../../support/generated.ts';
import { decode } from '../../../support/laws.ts';
import { readReceived } from '../../../support/received.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { decoder, formats, requestedModel } from '../../../support/turns.ts';

const withUsage = chatBody({ stream_options: { include_usage: true } });

/** C1 to C10 for the events of one answer. */
function check(events: readonly StreamEvent[]): ServedAnswer {
  const answer = readServedStream(printAll(events, withUsage), { model: requestedModel, includeUsage: true });
  assert.equal(answer.broken, undefined);
  const received = readReceived(events);
  assert.equal(answer.text, received.text, 'C10: text');
  assert.equal(answer.thinking, received.thinking, 'C10: reasoning');
  assert.deepEqual(
    answer.calls.map(({ name }) => name),
    received.calls.map(({ name }) => name),
    'C10: calls',
  );
  const complete = received.ended === 'stopped' && !cutsTurn(received.stopReason as never);
  for (const [at, { args }] of answer.calls.entries()) {
    const sent = received.calls[at]?.args;
    assert.equal(
      args,
      sent === '' && (complete || at < answer.calls.length - 1) ? '{}' : sent,
      'C10: arguments',
    );
  }
  assert.equal(answer.ended, received.ended === 'stopped' ? 'done' : received.ended);
  const plain = readServedStream(printAll(events), { model: requestedModel });
  assert.equal(plain.broken, undefined);
  assert.equal(plain.usage, undefined, 'C7: usage that was not requested');
  return answer;
}

/** C11: a message that the client returns unchanged is the one that the model made. Consecutive texts are one. */
function comesHome(events: readonly StreamEvent[], answer: ServedAnswer): void {
  const message = foldMessage(events);
  if (answer.ended !== 'done' || cutsTurn(message?.stop_reason)) return;
  const returned = {
    role: 'assistant',
    content: answer.text === '' ? null : answer.text,
    reasoning_content: answer.thinking,
    reasoning_details: answer.details,
    ...(answer.calls.length > 0 && {
      tool_calls: answer.calls.map(({ id, name, args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args },
      })),
    }),
  };
  const { request } = readRequest(chatBody({ messages: [{ role: 'user', content: 'go on' }, returned] }));
  const [, home] = request.messages;
  const blocks =
    typeof home?.content === 'string' ? [{ type: 'text', text: home.content }] : (home?.content ?? []);
  assert.deepEqual(signed(blocks), signed(message?.content ?? []));
  if (answer.details.length === 0) return;
  assert.deepEqual(places(blocks), places(message?.content ?? []));
}

function signed(blocks: readonly ContentBlock[]): unknown[] {
  return blocks
    .filter(({ type }) => type === 'thinking' || type === 'redacted_thinking')
    .map(({ thinking, signature, data }) => ({ thinking, signature, data }));
}

/** The place of each thought: the characters of text and the calls before it. A call and a text have no order of their own. */
function places(blocks: readonly ContentBlock[]): string[] {
  let [text, calls] = [0, 0];
  return blocks.flatMap(({ type, text: words }) => {
    if (type === 'text') text += String(words).length;
    if (type === 'tool_use') calls++;
    return type === 'thinking' || type === 'redacted_thinking' ? [`${text} ${calls}`] : [];
  });
}

/** C12, C10: OpenAI's SDK makes of the stream what the whole answer says. */
async function sdkAgrees(events: readonly StreamEvent[], answer: ServedAnswer): Promise<void> {
  const stream = printAll(events, withUsage);
  if (answer.ended !== 'done') {
    await assert.rejects(sdkCompletion(stream), 'C9: the SDK takes the stream for finished');
    return;
  }
  const made = await sdkCompletion(stream);
  const whole = printWhole(events, withUsage) as unknown as typeof made;
  const [own, other] = [whole.choices[0], made.choices[0]];
  assert.equal(other?.message.content ?? '', own?.message.content ?? '');
  assert.equal(other?.finish_reason, own?.finish_reason);
  assert.equal(made.id, whole.id);
  assert.deepEqual(made.usage, whole.usage);
  if (own?.finish_reason === 'length' || own?.finish_reason === 'content_filter') return;
  assert.deepEqual(
    (other?.message.tool_calls ?? []).map(toComparable),
    (own?.message.tool_calls ?? []).map(toComparable),
  );
}

function toComparable(call: {
  id: string;
  type: string;
  function?: { name: string; arguments: string };
}): unknown {
  return [call.id, call.type, call.function?.name, JSON.parse(call.function?.arguments ?? 'null')];
}

for (const format of formats) {
  describe(`answers of ${format} upstreams`, () => {
    for (const transcript of transcripts(format)) {
      if (transcript.options.model !== undefined) continue;
      test(transcript.name, async () => {
        const { events } = decode(transcript);
        const answer = check(events);
        comesHome(events, answer);
        await sdkAgrees(events, answer);
      });
    }

    test('generated answers', () => {
      fc.assert(
        fc.property(generated[format], ({ frames }) => {
          const { events } = run(decoder(format), frames.map(utf8));
          comesHome(events, check(events));
        }),
        runs,
      );
    });

    test('a stream that breaks off never looks finished', () => {
      fc.assert(
        fc.property(generated[format], fc.nat(30), ({ frames }, length) => {
          const { events } = run(decoder(format), frames.slice(0, length).map(utf8));
          check(events);
        }),
        runs,
      );
    });

    test('the chat codec reads back what was printed', () => {
      fc.assert(
        fc.property(generated[format], ({ frames }) => {
          const { events } = run(decoder(format), frames.map(utf8));
          const again = run(decoder('chat'), [utf8(printAll(events, withUsage))]).events;
          const [before, after] = [readReceived(events), readReceived(again)];
          assert.equal(after.text, before.text);
          assert.equal(after.thinking, before.thinking);
          assert.deepEqual(
            after.calls,
            before.calls.map((call) => ({ ...call, args: call.args || '{}' })),
          );
          assert.equal(
            after.stopReason,
            before.stopReason === 'stop_sequence' ? 'end_turn' : before.stopReason,
          );
          const sealed = after.signatures.join('\n');
          for (const signature of signaturesBeforeTheEnd(events))
            assert.ok(sealed.includes(JSON.stringify(signature).slice(1, -1)), 'a signature is lost');
        }),
        runs,
      );
    });
  });
}

/** Signatures before a text or a call. After the last text the codec leaves them out, and reports it. */
function signaturesBeforeTheEnd(events: readonly StreamEvent[]): string[] {
  const content = foldMessage(events)?.content ?? [];
  const last = content.findLastIndex(({ type }) => type === 'text' || type === 'tool_use');
  return content
    .slice(0, last)
    .flatMap(({ type, signature }) => (type === 'thinking' ? [signature ?? ''] : []));
}
