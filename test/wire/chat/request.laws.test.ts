/** Property tests of chat requests: generated conversations follow the protocol's rules, and a longer one starts like the shorter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import { brokenRules } from '../../support/chat/rules.ts';
import { call, chatRoutes, image, requestOf, result, text, thought } from '../../support/requests.ts';
import { runsOf } from '../../support/sampling.ts';

const runs = runsOf(300);

const id = fc.constantFrom('a', 'b', 'c', 'toolu_x', 'call|1', '');
const words = fc.constantFrom(
  '',
  ' ',
  'hello',
  'two\nlines\n',
  'half \ud800',
  '<system-reminder>x</system-reminder>',
);
const input = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(undefined)) as fc.Arbitrary<unknown>;
const part: fc.Arbitrary<ContentBlock> = fc.oneof(
  words.map(text),
  fc.constant(image()),
  fc.constant<ContentBlock>({ type: 'mystery' }),
);
const userBlock: fc.Arbitrary<ContentBlock> = fc.oneof(
  part,
  fc
    .tuple(id, fc.option(fc.array(part, { maxLength: 2 }), { nil: undefined }), fc.boolean())
    .map((args) => result(...args)),
);
const assistantBlock: fc.Arbitrary<ContentBlock> = fc.oneof(
  words.map(text),
  words.map((reasoning) => thought(reasoning)),
  fc.tuple(id, input, fc.constantFrom('Bash', 'odd name', '')).map((args) => call(...args)),
);
const message: fc.Arbitrary<RequestMessage> = fc.oneof(
  fc.record({
    role: fc.constant('user' as const),
    content: fc.oneof(words, fc.array(userBlock, { maxLength: 4 })),
  }),
  fc.record({ role: fc.constant('assistant' as const), content: fc.array(assistantBlock, { maxLength: 4 }) }),
  fc.record({ role: fc.constant('system' as const), content: words }),
);
const conversation = fc.array(message, { maxLength: 9 });

/** True for an assistant message that follows non-empty content of another role: a request ended there. */
function isAnswer(messages: readonly RequestMessage[], at: number): boolean {
  if (messages[at]?.role !== 'assistant') return false;
  const since = messages.slice(0, at).findLastIndex(({ role }) => role === 'assistant') + 1;
  return messages.slice(since, at).some(({ content }) => {
    if (typeof content === 'string') return content.trim() !== '';
    return content.some((block) => block.type !== 'text' || String(block['text']).trim() !== '');
  });
}

for (const [name, route] of Object.entries(chatRoutes)) {
  test(`any conversation follows the rules for a model like ${name}`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const body = encodeChatRequest(requestOf(messages, { thinking: { type: 'adaptive' } }), route);
        assert.deepEqual(brokenRules(body), []);
      }),
      runs,
    );
  });

  test(`a longer conversation starts with the messages of the shorter one for a model like ${name} (P12)`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const encoded = (part: RequestMessage[]) =>
          encodeChatRequest(requestOf(part, { thinking: { type: 'adaptive' } }), route).messages;
        const whole = encoded(messages);
        for (const at of messages.keys()) {
          if (!isAnswer(messages, at)) continue;
          const before = encoded(messages.slice(0, at));
          assert.deepEqual(whole.slice(0, before.length), before);
        }
      }),
      runs,
    );
  });
}

test('no text of the user or of a tool result is lost', () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const marked = messages.map((one, at): RequestMessage => {
        if (one.role === 'assistant' || typeof one.content === 'string') return one;
        const content = one.content.map((block, n): ContentBlock => {
          if (block.type === 'text') return text(`mark-${at}-${n}.`);
          return block.type === 'tool_result' ? { ...block, content: `mark-${at}-${n}.` } : block;
        });
        return { ...one, content };
      });
      const sent = JSON.stringify(encodeChatRequest(requestOf(marked), chatRoutes['plain'] ?? assert.fail()));
      for (const [mark] of JSON.stringify(marked).matchAll(/mark-\d+-\d+\./g))
        assert.ok(sent.includes(mark), mark);
    }),
    runs,
  );
});
