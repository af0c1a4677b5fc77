/**
 * Seals that are no longer good, and thinking that an upstream wants back, as users have reported them, through the proxy:
 * what the next request has. See `field-*.laws.test.ts` for the other kinds of failures.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { test } from '../support/sampled-test.ts';
import type { Format } from '../support/turns.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import {
  configured,
  contentOf,
  following,
  readTool,
  wholeAnswerIn,
  type Configured,
} from '../support/configured-upstreams.ts';
import { requestBody } from '../support/proxy.ts';
import { answerIn, events, json, type Responder } from '../support/scripted-upstream.ts';

const text = (message: string, more: object = {}): object => ({ error: { message, ...more } });
const anthropic = (message: string, type = 'invalid_request_error'): object => ({
  type: 'error',
  error: { type, message },
});
const inOpenRouter = (raw: object): object =>
  text('Provider returned error', { code: 400, metadata: { raw: JSON.stringify(raw), provider_name: 'X' } });

const seal = 'c2VhbGVkLXNlYWxlZC1zZWFsZWQ=';

/** A turn with sealed reasoning and a call. */
const sealed: Record<Format, Responder> = {
  chat: events(
    {
      choices: [
        {
          index: 0,
          delta: {
            reasoning: 'First I look.',
            reasoning_details: [
              { type: 'reasoning.encrypted', data: seal, id: 'r1', format: 'anthropic-claude-v1', index: 0 },
            ],
          },
        },
      ],
    },
    {
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [
              {
                index: 0,
                id: 'call_1',
                type: 'function',
                function: { name: 'Read', arguments: '{"path":"a"}' },
                extra_content: { google: { thought_signature: seal } },
              },
            ],
          },
        },
      ],
    },
    { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    'data: [DONE]\n\n',
  ),
  messages: events(
    { type: 'message_start', message: { id: 'm', usage: { input_tokens: 1, output_tokens: 0 } } },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'First I look.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: seal } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'Read', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{"path":"a"}' },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ),
  responses: events(
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'reasoning', id: 'rs_1', summary: [] },
    },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'First I look.' }],
        encrypted_content: seal,
      },
    },
    {
      type: 'response.output_item.added',
      output_index: 1,
      item: { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'Read', arguments: '' },
    },
    {
      type: 'response.output_item.done',
      output_index: 1,
      item: { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'Read', arguments: '{"path":"a"}' },
    },
    {
      type: 'response.completed',
      response: { status: 'completed', usage: { input_tokens: 1, output_tokens: 1 } },
    },
  ),
  gemini: events(
    { candidates: [{ content: { parts: [{ text: 'First I look.', thought: true }] } }] },
    {
      candidates: [
        {
          content: {
            parts: [{ functionCall: { name: 'Read', args: { path: 'a' } }, thoughtSignature: seal }],
          },
          finishReason: 'STOP',
        },
      ],
    },
  ),
};

interface Case {
  report: string;
  format: WireFormat;
  status?: number;
  model?: string;
  body: unknown;
  /** The request has this instead of the seal. */
  standIn?: RegExp;
}

const gemini = (message: string): object => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } });
const bad = 'messages.1.content.0: Invalid `signature` in `thinking` block';
const unverified = text('The encrypted content gAAA...OA== could not be verified.', {
  type: 'invalid_request_error',
  param: null,
  code: 'invalid_encrypted_content',
});
const documented = /skip_thought_signature_validator|context_engineering_is_the_way_to_go/;

const seals: Case[] = [
  { report: 'sub2api#1776', format: 'messages', model: 'claude-sonnet-4-5', body: anthropic(bad) },
  { report: 'sub2api#1776, another model', format: 'messages', body: anthropic(bad) },
  {
    report: 'sub2api#1776 in metadata.raw',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    body: inOpenRouter(anthropic(bad)),
  },
  { report: 'sub2api#1776 in metadata.raw, chat', format: 'chat', body: inOpenRouter(anthropic(bad)) },
  {
    report: 'sub2api#1776 in a sentence of LiteLLM',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    body: text(
      `litellm.BadRequestError: AnthropicException - ${JSON.stringify(anthropic(bad))}. Received Model Group=claude`,
      { type: null, param: null, code: '400' },
    ),
  },
  {
    report: 'sub2api#1776 as Bedrock says it',
    format: 'messages',
    model: 'anthropic.claude-sonnet-4-5',
    body: { message: `The model returned the following errors: ${bad}` },
  },
  {
    report: 'opencode#48637',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    body: anthropic(
      'messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block". That setting requires the `thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header. The `system` prompt differs.',
    ),
  },
  {
    report: 'oh-my-pi#10486',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    body: anthropic('messages.1.content.0.thinking.signature: Field required'),
  },
  { report: 'codex#8119', format: 'responses', body: unverified },
  { report: 'codex#8119 in metadata.raw', format: 'responses', body: inOpenRouter(unverified) },
  { report: 'codex#8119 in metadata.raw, chat', format: 'chat', body: inOpenRouter(unverified) },
  {
    report: 'codex#8100',
    format: 'responses',
    body: text(
      'litellm.BadRequestError: OpenAIException - {\n  "error": {\n    "message": "The encrypted content gAAA...OA== could not be verified.",\n    "type": "invalid_request_error",\n    "param": null,\n    "code": "invalid_encrypted_content"\n  }\n}. Received Model Group=gpt-5.1-codex-max',
      { type: null, param: null, code: '400' },
    ),
  },
  {
    report: 'kilocode#14314',
    format: 'responses',
    body: {
      model: 'muse-spark-1.3-contributor',
      error: {
        param: null,
        type: 'invalid_request_error',
        message:
          'Upstream request failed: [invalid_request_error] reasoning `encrypted_content` was not issued to this caller',
      },
    },
  },
  {
    report: 'Go, in a sentence',
    format: 'responses',
    body: text(
      'Error from provider (Console Go): Upstream request failed: [invalid_encrypted_content] The encrypted content gAAA could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
    ),
  },
  {
    report: 'responses, only a code',
    format: 'responses',
    body: text('Bad request', { code: 'invalid_encrypted_content' }),
  },
  {
    report: 'codex: organization_id did not match',
    format: 'responses',
    body: text(
      'The encrypted content for item rs_1 could not be verified. Reason: Encrypted content organization_id did not match the target organization.',
      { code: 'invalid_encrypted_content', type: 'invalid_request_error' },
    ),
  },
  {
    report: 'crush#1698',
    format: 'gemini',
    body: gemini('Corrupted thought signature.'),
    standIn: documented,
  },
  {
    report: 'crush#1698, a list',
    format: 'gemini',
    body: [gemini('Corrupted thought signature.')],
    standIn: documented,
  },
  {
    report: 'crush#1698 over chat',
    format: 'chat',
    body: [gemini('Corrupted thought signature.')],
    standIn: documented,
  },
  {
    report: 'crush#1698 in metadata.raw',
    format: 'chat',
    body: inOpenRouter(gemini('Corrupted thought signature.')),
    standIn: documented,
  },
  {
    report: 'Antigravity-Manager#3342',
    format: 'gemini',
    body: gemini('Invalid thought signature.'),
    standIn: documented,
  },
  {
    report: 'gemini: Thought signature is not valid',
    format: 'gemini',
    body: gemini('Thought signature is not valid.'),
    standIn: documented,
  },
  {
    report: 'paws#103',
    format: 'gemini',
    body: gemini(
      'Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly. Additional data, function call `default_api:Read` , position 2.',
    ),
    standIn: documented,
  },
  {
    report: 'opencode#4832',
    format: 'gemini',
    body: gemini(
      'Unable to submit request because function call `default_api:Read` in the 2. content block is missing a `thought_signature`.',
    ),
    standIn: documented,
  },
  {
    report: 'Base64 (Vertex)',
    format: 'gemini',
    body: gemini(
      'Invalid value at \'contents[1].parts[0].thought_signature\' (TYPE_BYTES), Base64 decoding failed for "x"',
    ),
    standIn: documented,
  },
];

async function firstTurn(over: Configured, more: object = {}): Promise<Record<string, unknown>> {
  const first = requestBody({
    tools: [readTool],
    thinking: { type: 'enabled', budget_tokens: 2000 },
    max_tokens: 8000,
    ...more,
  });
  const response = await over.send(first);
  assert.equal(response.stopReason, 'tool_use', response.body);
  return following(first, contentOf(response));
}

const hasSeal = (body: unknown): boolean => JSON.stringify(body).includes(seal);

describe('stale-seal: once more without the seals, remembered for the conversation', () => {
  for (const { report, format, status = 400, model, body, standIn } of seals)
    for (const way of ['streamed', 'whole', 'inside a 200'] as const) {
      if (way === 'inside a 200' && Array.isArray(body)) continue;
      test(`${report}, ${way}`, async () => {
        const refused = way === 'inside a 200' ? events(body) : json(status, body);
        const answer = way === 'whole' ? wholeAnswerIn(format) : answerIn(format);
        await using over = await configured({
          up: { format, script: [sealed[format], refused, answer], ...(model !== undefined && { model }) },
        });
        const next = { ...(await firstTurn(over)), stream: way !== 'whole' };
        const response = await over.send(next);
        assert.equal(response.text, 'ok', response.body);
        const later = following(next, contentOf(response));
        assert.equal((await over.send(later)).text, 'ok');
        const [, sent, repaired, again, ...more] = over.received['up']?.map((one) => one.body) ?? [];
        assert.equal(more.length, 0, 'the conversation is refused again');
        assert(hasSeal(sent), 'the seal was not sent');
        for (const one of [repaired, again]) {
          assert(!hasSeal(one), JSON.stringify(one));
          if (standIn) assert.match(JSON.stringify(one), standIn);
          assert.match(JSON.stringify(one), /a file/);
          assert.match(JSON.stringify(one), /Read/);
        }
        if (format === 'responses')
          for (const one of [repaired, again])
            assert(
              !JSON.stringify(one).includes('"encrypted_content":'),
              'an item of reasoning without its seal',
            );
      });
    }

  test('another conversation keeps its seals', async () => {
    const format = 'messages';
    await using over = await configured({
      up: {
        format,
        model: 'claude-sonnet-4-5',
        script: [
          sealed[format],
          json(400, anthropic(bad)),
          answerIn(format),
          sealed[format],
          answerIn(format),
        ],
      },
    });
    await over.send(await firstTurn(over));
    await over.send(await firstTurn(over, { messages: [{ role: 'user', content: 'another conversation' }] }));
    assert(hasSeal(over.received['up']?.[4]?.body));
  });

  test('a seal from before a restart is repaired as well', async () => {
    const format = 'responses';
    await using over = await configured({
      up: { format, script: [sealed[format], json(400, unverified), answerIn(format)] },
    });
    const next = await firstTurn(over);
    await over.restart();
    assert.equal((await over.send(next)).text, 'ok');
    assert(hasSeal(over.received['up']?.[1]?.body));
    assert(!hasSeal(over.received['up']?.[2]?.body));
  });
});

/** A history that another model made: text and a call without a thought. */
const foreign = {
  max_tokens: 8000,
  tools: [readTool],
  thinking: { type: 'enabled', budget_tokens: 2000 },
  messages: [
    { role: 'user', content: 'look' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'a file' }] },
  ],
};

interface Sent {
  thinking?: { type: string };
  context_management?: { edits?: unknown };
  messages: { role: string; content: { type: string; thinking?: string; signature?: string }[] }[];
}

/** Thinking is disabled, or each turn with calls begins with a thought. */
function gaveIn(body: Sent): boolean {
  const turns = body.messages.filter(
    ({ role, content }) => role === 'assistant' && content.some(({ type }) => type === 'tool_use'),
  );
  const off = body.thinking?.type === 'disabled';
  return turns.length > 0 && (off || turns.every(({ content }) => content[0]?.type === 'thinking'));
}

const histories = [
  ['openclaw#71998', 'The content in the thinking mode must be passed back'],
  ['openclaw#71998, whole', 'The `content[].thinking` in the thinking mode must be passed back to the API.'],
  [
    'claude-code#37757',
    'thinking is enabled but reasoning_content is missing in assistant tool call message at index 1',
  ],
  [
    'GCMP#26',
    'Missing thinking block in the assistant message at message index 1. For more information, see the docs',
  ],
  [
    'anthropic',
    'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`.',
  ],
] as const;

describe('replay-messages', () => {
  for (const [report, message] of histories)
    for (const model of ['some-model', 'deepseek-v4-pro', 'kimi-k2.6', 'claude-sonnet-4-5'])
      for (const stream of [true, false])
        test(`${report}, ${model}, ${stream ? 'streamed' : 'whole'}`, async () => {
          const answer = stream ? answerIn('messages') : wholeAnswerIn('messages');
          const check: Responder = (response, received) =>
            gaveIn(received.body as unknown as Sent)
              ? answer(response, received)
              : json(400, anthropic(message))(response, received);
          await using over = await configured({ up: { format: 'messages', model, script: [check] } });
          const response = await over.send(requestBody({ ...foreign, stream }));
          assert.equal(response.text, 'ok', response.body);
          assert.match(JSON.stringify(over.received['up']?.at(-1)?.body), /I look.*toolu_1.*a file/);
          const before = over.received['up']?.length ?? 0;
          assert.equal((await over.send(requestBody({ ...foreign, stream }))).text, 'ok');
          assert.equal(over.received['up']?.length, before + 1, 'remembered');
        });

  const unsigned = events(
    { type: 'message_start', message: { id: 'm', usage: { input_tokens: 1, output_tokens: 0 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'First I look.' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'Read', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{"path":"a"}' },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  );
  const unsignedWhole = json(200, {
    id: 'm',
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'First I look.' },
      { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 1 },
  });
  for (const model of ['some-model', 'deepseek-v4-pro', 'kimi-k2.6', 'glm-5', 'minimax-m2.5', 'qwen3.5-plus'])
    for (const [way, answer, stream] of [
      ['streamed', unsigned, true],
      ['whole', unsignedWhole, false],
    ] as const)
      test(`its own thought without a signature returns to that model only: ${model}, ${way}`, async () => {
        await using over = await configured({
          up: { format: 'messages', model, script: [answer, answerIn('messages'), json(500, text('down'))] },
          other: { format: 'messages', script: [answerIn('messages')] },
        });
        const next = await firstTurn(over, { stream });
        await over.restart();
        await over.send({ ...next, stream: true });
        const sent = over.received['up']?.[1]?.body as unknown as Sent;
        const [thought] = sent.messages[1]?.content ?? [];
        assert.equal(thought?.type, 'thinking');
        assert.equal(thought?.thinking, 'First I look.');
        assert.doesNotMatch(JSON.stringify(sent), /occ1/);
        await over.send({ ...next, stream: true });
        assert.doesNotMatch(JSON.stringify(over.received['other']?.[0]?.body), /occ1/);
      });

  for (const model of [
    'claude-sonnet-4-5',
    'claude-opus-4-6',
    'anthropic/claude-sonnet-4-5',
    'us.anthropic.claude-sonnet-4-6-v1:0',
  ])
    test(`sub2api#599: the edit that needs thinking is left out with it: ${model}`, async () => {
      await using over = await configured({
        up: { format: 'messages', model, script: [answerIn('messages')] },
      });
      const request = requestBody({
        ...foreign,
        context_management: {
          edits: [{ type: 'clear_thinking_20251015', keep: 'all' }, { type: 'clear_tool_uses_20250919' }],
        },
      });
      assert.equal((await over.send(request)).text, 'ok');
      const sent = over.received['up']?.[0]?.body as unknown as Sent;
      if (sent.thinking === undefined || sent.thinking.type === 'disabled') {
        assert.deepEqual(sent.context_management, { edits: [{ type: 'clear_tool_uses_20250919' }] });
      } else assert(gaveIn(sent));
    });

  test('sub2api#599: a refused edit is left out', async () => {
    const refusal = anthropic(
      '`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive',
    );
    const check: Responder = (response, received) => {
      const { thinking, context_management } = received.body as unknown as Sent;
      const needs = JSON.stringify(context_management ?? {}).includes('clear_thinking');
      const off = thinking === undefined || thinking.type === 'disabled';
      return (needs && off ? json(400, refusal) : answerIn('messages'))(response, received);
    };
    await using over = await configured({
      up: { format: 'messages', model: 'claude-sonnet-4-5', script: [check] },
    });
    const response = await over.send(
      requestBody({ context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } }),
    );
    assert.equal(response.text, 'ok', response.body);
  });

  test('a refusal about an edit, over an unknown model', async () => {
    const refusal = anthropic(
      'context_management.edits.0: `clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive',
    );
    await using over = await configured({
      up: { format: 'messages', script: [json(400, refusal), answerIn('messages')] },
    });
    const response = await over.send(
      requestBody({ context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } }),
    );
    assert.equal(response.text, 'ok', response.body);
    assert.doesNotMatch(JSON.stringify(over.received['up']?.at(-1)?.body), /clear_thinking/);
  });

  for (const [format, refusal] of [
    ['chat', 'The `reasoning_content` in the thinking mode must be passed back to the API.'],
    [
      'chat',
      'Error from provider (DeepSeek): The `reasoning_content` in the thinking mode must be passed back to the API.',
    ],
    [
      'responses',
      'Upstream request failed: [invalid_request_error] The `reasoning_text` in the thinking mode must be passed back to the API.',
    ],
  ] as const)
    test(`opencode#28890, rikkahub#1690: ${format}, ${refusal.slice(0, 40)}`, async () => {
      const entry = { reasoning_effort: 'high' };
      await using over = await configured({
        up: { format, entry, script: [json(400, text(refusal)), answerIn(format)] },
      });
      const response = await over.send(requestBody(foreign));
      assert.equal(response.text, 'ok', response.body);
      assert.notDeepEqual(over.received['up']?.[1]?.body, over.received['up']?.[0]?.body);
    });
});
