/** `order`: the order and shape of turns that an upstream insists on. */
import assert from 'node:assert/strict';
import { test } from '../support/sampled-test.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { asObjects, asText, type LooseJson } from '../support/loose-json.ts';
import { modelOf, requestBody } from '../support/proxy.ts';
import { deliveries, envelopes, pairsOf, reminded, rolesOf } from '../support/reported.ts';
import { answerIn, json, scripted, type Responder } from '../support/scripted-upstream.ts';

const said = JSON.stringify;
/** Nothing of the conversation is lost by another order. */
function holdsAll(body: LooseJson | undefined): asserts body is LooseJson {
  assert(body);
  for (const text of ['first question', 'the file', 'be brief']) assert.ok(said(body).includes(text), text);
}

for (const id of [
  'mistral-large-latest',
  'devstral-medium-2512',
  'codestral-latest',
  'magistral-medium-latest',
  'ministral-8b-latest',
  'mistralai/mistral-small-3.2-24b-instruct',
  'mistralai/Devstral-2-123B-Instruct-2512',
  'open-mistral-nemo',
  'pixtral-large-latest',
  'mistral.mistral-large-2402-v1:0',
])
  test(`order: no user message after a tool result for ${id} (litellm#17761)`, async () => {
    await using over = await scripted({
      format: 'chat',
      script: [answerIn('chat')],
      entry: { model_id: id },
    });
    for (const stream of [true, false])
      assert.equal((await over.send(requestBody({ ...reminded, stream }))).text, 'ok');
    for (const { body } of over.received) {
      holdsAll(body);
      assert.ok(!pairsOf(body).includes('tool>user'), said(rolesOf(body)));
    }
  });

const mistralSays = "Unexpected role 'user' after role 'tool'";
const mistral: Record<string, object> = {
  'Mistral itself': {
    object: 'error',
    message: mistralSays,
    type: 'invalid_request_message_order',
    param: null,
    code: '3230',
  },
  'Mistral, with raw_status_code': {
    object: 'error',
    message: { detail: [{ msg: mistralSays, type: 'invalid_request_message_order', loc: ['messages'] }] },
    type: 'invalid_request_message_order',
    code: 3230,
    raw_status_code: 400,
  },
  ...Object.fromEntries(
    Object.entries(envelopes).map(([name, wrap]) => [
      name,
      (wrap as (m: string, c?: string) => object)(mistralSays, '3230'),
    ]),
  ),
};

for (const [name, body] of Object.entries(mistral))
  for (const [how, deliver] of Object.entries(deliveries))
    for (const stream of [true, false])
      test(`order: learned from Mistral’s 3230, ${name}, ${how}, ${stream ? 'streamed' : 'whole'} (litellm#17761)`, async () => {
        await using over = await scripted({ format: 'chat', script: [deliver(body), answerIn('chat')] });
        assert.equal((await over.send(requestBody({ ...reminded, stream }))).text, 'ok');
        assert.equal((await over.send(requestBody({ ...reminded, stream: !stream }))).text, 'ok');
        assert.equal(over.received.length, 3);
        for (const { body: sent } of over.received.slice(1)) {
          holdsAll(sent);
          assert.ok(!pairsOf(sent).includes('tool>user'), said(rolesOf(sent)));
        }
      });

test('order: what one model taught is not done to another of the same provider', async () => {
  const body = mistral['Mistral itself'] ?? assert.fail();
  await using over = await scripted({
    format: 'chat',
    script: [
      (response, received) =>
        (received.body['model'] as unknown) === 'first' && pairsOf(received.body).includes('tool>user')
          ? json(400, body)(response, received)
          : answerIn('chat')(response, received),
    ],
    change: (settings) => ({
      ...settings,
      models: { ...settings.models, second: { ...settings.models['default']!, model_id: 'second' } },
    }),
  });
  for (const model of ['claude-sonnet-5', 'emulator/second', 'claude-sonnet-5'])
    assert.equal((await over.send(requestBody({ ...reminded, model }))).text, 'ok');
  assert.deepEqual(
    over.received.map(({ body: sent }) => [sent['model'] as unknown, pairsOf(sent).includes('tool>user')]),
    [
      ['first', true],
      ['first', false],
      ['second', true],
      ['first', false],
    ],
  );
});

/** What the next request must be like, by the refusal that it answers. */
interface Order {
  name: string;
  format: WireFormat;
  says: string;
  more?: object;
  body?: object;
  right: (body: LooseJson) => boolean;
}
const blocks = (message: LooseJson | undefined): LooseJson[] => asObjects(message?.['content']);
const noMixedTurn = (body: LooseJson): boolean =>
  asObjects(body['messages']).every((message) => {
    const kinds = new Set(blocks(message).map(({ type }) => asText(type)));
    return !(kinds.has('tool_result') && kinds.size > 1);
  });
const withSystemInside = {
  tools: reminded.tools,
  messages: [
    { role: 'user', content: 'first question' },
    { role: 'assistant', content: 'the file' },
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'second question' },
  ],
};
const orders: Order[] = [
  {
    name: 'text beside results (langchain-aws#141)',
    format: 'messages',
    says: 'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
    right: noMixedTurn,
  },
  {
    name: 'a system message in between, MiniMax (MiniMax-M2.7#43)',
    format: 'messages',
    says: 'invalid params, chat content has invalid message role: system (2013)',
    more: withSystemInside,
    right: (body) => !rolesOf(body).includes('system'),
  },
  {
    name: 'a system message in between, a gateway (claude-code#63469)',
    format: 'messages',
    says: "messages[1].role must be either 'user' or 'assistant', but got 'system'",
    more: withSystemInside,
    right: (body) => !rolesOf(body).includes('system'),
  },
  {
    name: 'a system message in between, LM Studio (lmstudio-bug-tracker#2204)',
    format: 'messages',
    says: "Invalid discriminator value. Expected 'user' | 'assistant'",
    more: withSystemInside,
    right: (body) => !rolesOf(body).includes('system'),
  },
  {
    name: 'a system message in between, Plano (plano#967)',
    format: 'messages',
    says: 'Failed to parse request: unknown variant `system`, expected `user` or `assistant` at line 1 column 4677',
    more: withSystemInside,
    right: (body) => !rolesOf(body).includes('system'),
  },
  {
    name: 'roles that must alternate (templates of Mistral, vllm#6862)',
    format: 'chat',
    says: 'Conversation roles must alternate user/assistant/user/assistant/...',
    right: (body) => {
      const pairs = pairsOf(body);
      return ['tool>user', 'user>user', 'assistant>assistant'].every((pair) => !pairs.includes(pair));
    },
  },
  {
    name: 'a result must not be followed by the user (templates in Jinja, lmstudio-bug-tracker#479)',
    format: 'chat',
    says: 'Error rendering prompt with jinja template: "After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results."',
    right: (body) => !pairsOf(body).includes('tool>user'),
  },
  {
    name: 'text beside function responses (gemini-cli#3814)',
    format: 'gemini',
    says: 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    right: (body) =>
      asObjects(asObjects(body['contents'])[2]?.['parts']).every((part) => part['text'] === undefined),
  },
  ...(
    [
      [
        'messages',
        'This model does not support assistant message prefill. The conversation must end with a user message.',
      ],
      ['chat', 'The last message in a Gemini request must not be from the assistant'],
      [
        'chat',
        'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      ],
      [
        'chat',
        'The last message of deepseek-reasoner must be a user message, or an assistant message with prefix mode on (refer to https://api-docs.deepseek.com/guides/chat_prefix_completion).',
      ],
    ] as const
  ).map(([format, says]) => ({
    name: `the assistant speaks last: ${says.slice(0, 40)}`,
    format,
    says,
    more: {
      messages: [
        { role: 'user', content: 'first question, be brief' },
        { role: 'assistant', content: 'the file is {' },
      ],
    },
    right: (body: LooseJson) => rolesOf(body).at(-1) === 'user',
  })),
];

for (const { name, format, says, more = reminded, right } of orders)
  for (const [envelope, wrap] of Object.entries(envelopes))
    test(`order: ${name}, ${format}, ${envelope}`, async () => {
      await using over = await scripted({ format, script: [json(400, wrap(says)), answerIn(format)] });
      assert.equal((await over.send(requestBody(more))).text, 'ok');
      assert.equal((await over.send(requestBody(more))).text, 'ok');
      for (const { body } of over.received.slice(1)) {
        holdsAll(body);
        assert.ok(right(body), said(body['messages']));
      }
      assert.equal(over.received.length, 3);
    });

test('order: Mistral refuses the second turn only, after one that it accepted (litellm#17761)', async () => {
  const respond: Responder = (response, received) =>
    (pairsOf(received.body).includes('tool>user') ? json(400, mistral['Mistral itself']) : answerIn('chat'))(
      response,
      received,
    );
  await using over = await scripted({ format: 'chat', script: [respond] });
  const headers = { 'x-claude-code-session-id': 'one' };
  assert.equal(
    (await over.send(requestBody({ messages: reminded.messages.slice(0, 1) }), { headers })).text,
    'ok',
  );
  for (let i = 0; i < 2; i++) assert.equal((await over.send(requestBody(reminded), { headers })).text, 'ok');
  assert.equal(over.received.length, 4);
});

test('order: results come first in their message (language-servers#1235)', async () => {
  await using over = await scripted({ format: 'messages', script: [answerIn('messages')] });
  const [question, call, results] = reminded.messages;
  const turned = {
    role: 'user',
    content: Array.isArray(results?.content) ? results.content.toReversed() : assert.fail(),
  };
  await over.send(requestBody({ ...reminded, messages: [question, call, turned] }));
  holdsAll(over.received[0]?.body);
  const [first] = blocks(asObjects(over.received[0]?.body['messages'])[2]);
  assert.equal(asText(first?.['type']), 'tool_result');
});

test('order: a fallback gets the turns as the client sent them', async () => {
  await using over = await scripted({
    format: 'chat',
    script: [
      json(400, mistral['Mistral itself']),
      json(503, { error: { message: 'down' } }),
      answerIn('chat'),
    ],
    models: [modelOf('first'), modelOf('second', { provider: 'other' })],
  });
  assert.equal((await over.send(requestBody(reminded))).text, 'ok');
  assert.deepEqual(
    over.received.map(({ body }) => pairsOf(body).includes('tool>user')),
    [true, false, true],
  );
});
