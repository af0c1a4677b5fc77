/** Properties of requests encoded from random conversations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tagSignature } from '../../../lib/anthropic/provenance.ts';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { encodeResponsesRequest } from '../../../lib/wire/responses/request.ts';
import { continued } from '../../../lib/wire/responses/replay.ts';
import { call, image, requestOf, result, text, thought } from '../../support/requests.ts';
import { responsesRoutes } from '../../support/responses/encode.ts';
import { brokenRules } from '../../support/responses/rules.ts';
import { runsOf } from '../../support/sampling.ts';

const runs = runsOf(300);
const { gpt, muse } = responsesRoutes;

const id = fc.constantFrom('a', 'b', 'c', 'toolu_x', 'call|1', 'y'.repeat(300), '');
const words = fc.constantFrom(
  '',
  ' ',
  'hello',
  'two\nlines\n',
  'half \ud800',
  '<system-reminder>x</system-reminder>',
);
const signature = fc.constantFrom(
  '',
  'genuine',
  tagSignature(gpt, 'sealed=='),
  tagSignature(gpt, continued),
  tagSignature(gpt),
  tagSignature(muse, 'other=='),
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
  fc.tuple(words, signature).map((args) => thought(...args)),
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

/** True for the first assistant message after user content, before which a request was sent. */
function isAnswer(messages: readonly RequestMessage[], at: number): boolean {
  if (messages[at]?.role !== 'assistant') return false;
  const since = messages.slice(0, at).findLastIndex(({ role }) => role === 'assistant') + 1;
  return messages.slice(since, at).some(({ content }) => {
    if (typeof content === 'string') return content.trim() !== '';
    return content.some((block) => block.type !== 'text' || String(block['text']).trim() !== '');
  });
}

for (const [name, route] of Object.entries(responsesRoutes)) {
  test(`requests for a model like ${name} obey the rules`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const body = encodeResponsesRequest(requestOf(messages, { thinking: { type: 'adaptive' } }), route);
        assert.deepEqual(brokenRules(body), []);
      }),
      runs,
    );
  });

  test(`a longer conversation starts with the shorter one for a model like ${name} (P12)`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const encoded = (some: RequestMessage[]) => encodeResponsesRequest(requestOf(some), route).input;
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

  test(`texts, images and results keep their content and order for a model like ${name}`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const { marked, marks, shown } = mark(messages);
        const sent = JSON.stringify(encodeResponsesRequest(requestOf(marked), route).input);
        for (const mark of marks) assert.equal(sent.split(mark).length, 2, mark);
        if (route.images) for (const data of shown) assert.ok(sent.includes(`base64,${data}`), data);
        // Texts keep their order; results follow their calls.
        const places = marks.filter((mark) => mark.startsWith('said-')).map((mark) => sent.indexOf(mark));
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        );
      }),
      runs,
    );
  });
}

/** Gives every text and result a unique mark and every image unique data; assistant messages are unchanged. */
function mark(messages: readonly RequestMessage[]): {
  marked: RequestMessage[];
  marks: string[];
  shown: string[];
} {
  const marks: string[] = [];
  const shown: string[] = [];
  const marked = messages.map((one, at): RequestMessage => {
    if (one.role === 'assistant' || typeof one.content === 'string') return one;
    const content = one.content.map((block, n): ContentBlock => {
      const name = `${at}x${n}z`;
      if (block.type === 'image') {
        shown.push(name);
        return image(name);
      }
      if (block.type !== 'text' && block.type !== 'tool_result') return block;
      marks.push(`${block.type === 'text' ? 'said' : 'result'}-${name}.`);
      const words = marks.at(-1) ?? '';
      return block.type === 'text' ? text(words) : { ...block, content: words };
    });
    return { ...one, content };
  });
  return { marked, marks, shown };
}
