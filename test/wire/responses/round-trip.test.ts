/** Round trip of encrypted reasoning, the limit for unnamed arguments, and stop sequences. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decoded } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { ContentBlock } from '../../../lib/anthropic/request.ts';
import { responses as emulated } from '../../../lib/emulator/formats/responses.ts';
import { call, say, think, type Script } from '../../../lib/emulator/script.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import { encodeMessagesRequest } from '../../../lib/wire/messages/request.ts';
import { responsesDecoder } from '../../../lib/wire/responses/stream.ts';
import { stopSequences } from '../../../lib/wire/decode/stop-sequences.ts';
import { outputsOf, run, utf8 } from '../../support/decode.ts';
import { chatRoutes, messagesRoutes, requestOf, result, user } from '../../support/requests.ts';
import { encode, responsesRoutes } from '../../support/responses/encode.ts';
import { decoder, turn } from '../../support/turns.ts';

const { gpt, muse } = responsesRoutes;
const head = { id: 'x1', model: 'm', created: 1_787_800_000, inputTokens: 9 } as const;

test('encrypted reasoning returns unchanged to its model, and to no other', () => {
  const script: Script = [
    think('First. ', 'sealed=='),
    say('I look.'),
    think('', 'alone=='),
    call('Bash', { command: 'ls' }, 'call_1'),
  ];
  const bytes = [...emulated.stream(script, { ...head, flavour: 'plain' })].map((frame) =>
    utf8(frame.type === 'event' ? frame.text : ''),
  );
  const answer = foldMessage(run(responsesDecoder(gpt, turn()), bytes).events);
  const talk = [
    user('go'),
    { role: 'assistant' as const, content: (answer?.content ?? []) as ContentBlock[] },
    user(result('call_1', 'a file')),
  ];
  assert.deepEqual(encode(talk).input.slice(1, 5), [
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'First. ' }],
      encrypted_content: 'sealed==',
    },
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'I look.', annotations: [] }],
    },
    { type: 'reasoning', summary: [], encrypted_content: 'alone==' },
    { type: 'function_call', call_id: 'call_1', name: 'Bash', arguments: '{"command":"ls"}' },
  ]);
  const request = requestOf(talk, { thinking: { type: 'adaptive' } });
  const others = [
    ...Object.values(chatRoutes).map((route) => encodeChatRequest(request, route)),
    ...Object.values(messagesRoutes).map((route) => encodeMessagesRequest(request, route)),
    encode(talk, {}, muse),
    encode(talk, {}, { ...gpt, provider: 'another' }),
  ];
  for (const body of others) assert.doesNotMatch(JSON.stringify(body), /sealed|alone==|occ1\./);
});

test('arguments without a name are limited', () => {
  const delta = 'x'.repeat(1024 * 1024);
  const chunk = utf8(
    `data: ${JSON.stringify({ type: 'response.function_call_arguments.delta', output_index: 0, delta })}\n\n`,
  );
  const responses = decoder('responses');
  const decoded = Array.from({ length: 65 }, () =>
    outputsOf<Decoded>((emit) => responses.step(chunk, emit)),
  ).flat();
  assert.deepEqual(
    decoded.map(({ type }) => type),
    ['message_start', 'failed', 'error'],
  );
  assert.deepEqual(
    outputsOf<Decoded>((emit) => responses.flush(emit)),
    [],
  );
});

test('a stop sequence ends the text however it is cut, and other text is released', () => {
  const words = ['</block>', 'STOP', ''];
  const cases: [string, string, string | undefined][] = [
    ['no</block> more', 'no', '</block>'],
    ['a STOP b', 'a ', 'STOP'],
    ['a ST b', 'a ST b', undefined],
    ['</blocks', '</blocks', undefined],
    ['S', 'S', undefined],
    ['', '', undefined],
  ];
  for (const [text, kept, met] of cases) {
    for (let size = 1; size <= text.length + 1; size++) {
      const stops = stopSequences(words);
      let out = '';
      for (let at = 0; at < text.length; at += size) out += stops.push(text.slice(at, at + size));
      assert.equal(out + stops.end(), kept, `${text} by ${size}`);
      assert.equal(stops.found(), met);
    }
  }
});
