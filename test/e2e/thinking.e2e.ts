/** Thinking is sent back to the model that made it by the real Claude Code, over chat and messages. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Answer } from '../../lib/emulator/answer.ts';
import { call, say, think, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { toArray, type JsonObject } from '../../lib/json.ts';
import { sandbox } from './client.ts';
import { inTurn, launch } from './launched.ts';
import { messagesOf, openCode, posts, sse } from './upstream.ts';

/** Plays two tool calls with thinking before each, then the answer. Resolves to the assistant messages of the last request. */
async function thinking(model: string, provider: string, first: Answer | Script): Promise<JsonObject[]> {
  await using box = sandbox();
  const second: Script = [
    think('And once more.', 'U0VDT05E'),
    call('Bash', { command: 'echo two' }, 'toolu_2'),
  ];
  await using emulator = await startEmulator({ script: inTurn([first, second, [say('Thought.')]]) });
  const config = openCode(emulator, provider, model);
  const ran = await launch(box, config, '-p', 'Think.', '--allowedTools', 'Bash(echo:*)');
  assert.equal(ran.stdout.trim(), 'Thought.', ran.stderr);
  const requests = posts(emulator);
  assert.equal(requests.length, 3);
  const before = assistants(messagesOf(requests[1]));
  const after = assistants(messagesOf(requests[2]));
  assert.deepEqual(
    withoutMarkers(after.slice(0, 1)),
    withoutMarkers(before),
    'a message does not change between requests',
  );
  return after;
}

const firstThought: Script = [
  think('A tool will tell.', 'RklSU1Q='),
  call('Bash', { command: 'echo one' }, 'toolu_1'),
];

test('chat: thinking is sent back as reasoning_content', async () => {
  const turns = await thinking('deepseek-v4-pro', 'opencode-zen', firstThought);
  assert.deepEqual(
    turns.map((turn) => turn['reasoning_content']),
    ['A tool will tell.', 'And once more.'],
  );
});

test('chat: reasoning_details are sent back unchanged', async () => {
  const details = [
    {
      type: 'reasoning.text',
      text: 'A tool will tell.',
      signature: 'RklSU1Q=',
      format: 'anthropic-claude-v1',
      index: 0,
    },
    { type: 'reasoning.encrypted', data: 'enc_0123', id: 'rs_1', format: 'openai-responses-v1', index: 1 },
  ];
  const toolCall = {
    index: 0,
    id: 'call_1',
    type: 'function',
    function: { name: 'Bash', arguments: '{"command":"echo one"}' },
  };
  const chunks = [
    { delta: { role: 'assistant', reasoning_details: [details[0]] } },
    { delta: { reasoning_details: [details[1]] } },
    { delta: { tool_calls: [toolCall] } },
    { delta: {}, finish_reason: 'tool_calls' },
  ].map((choice) => `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, ...choice }] })}\n\n`);
  const [turn] = await thinking('glm-5.3-flash', 'opencode-zen', sse(`${chunks.join('')}data: [DONE]\n\n`));
  assert.deepEqual(turn?.['reasoning_details'], details);
});

for (const [model, provider] of [
  ['claude-sonnet-5', 'opencode-zen'],
  ['qwen3.8-flash', 'opencode-go'],
] as const) {
  test(`messages: thinking of ${model} is sent back with its signature`, async () => {
    const turns = await thinking(model, provider, firstThought);
    assert.deepEqual(
      turns.map((turn) => toArray(turn['content'])[0]),
      [
        { type: 'thinking', thinking: 'A tool will tell.', signature: 'RklSU1Q=' },
        { type: 'thinking', thinking: 'And once more.', signature: 'U0VDT05E' },
      ],
    );
  });
}

function assistants(messages: readonly JsonObject[]): JsonObject[] {
  return messages.filter(({ role }) => role === 'assistant');
}

/** Removes the cache markers, which the client moves from request to request. */
function withoutMarkers(messages: readonly JsonObject[]): unknown {
  return JSON.parse(
    JSON.stringify(messages, (name, value: unknown) => (name === 'cache_control' ? undefined : value)),
  );
}
