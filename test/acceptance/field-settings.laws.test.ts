/** The fields of a model’s entry reach unknown models, and every key has an effect or a warning. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from '../support/sampled-test.ts';
import { loadSettings } from '../../lib/config/load.ts';
import type { ModelEntry } from '../../lib/config/settings.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { asObjects, asText, type LooseJson } from '../support/loose-json.ts';
import { modelOf, requestBody } from '../support/proxy.ts';
import { deliveries, envelopes, readTool, reminded } from '../support/reported.ts';
import { answerIn, json, scripted } from '../support/scripted-upstream.ts';

/** The first is of a family with fields of its own over messages. */
const unknownIds = [
  'Qwen/Qwen3-32B-AWQ',
  'llama3.3:70b',
  'openrouter/some-vendor/some-model',
  'house-model-1',
];

/** A field of a body by its path. */
const at = (body: LooseJson | undefined, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as LooseJson | undefined)?.[key], body);

/** Where each setting of an entry is in a request, by format. */
const places: [string, Partial<ModelEntry>, Partial<Record<WireFormat, [string, unknown]>>][] = [
  [
    'reasoning_effort',
    { reasoning_effort: 'high' },
    {
      chat: ['reasoning_effort', 'high'],
      responses: ['reasoning.effort', 'high'],
      messages: ['output_config.effort', 'high'],
      gemini: ['generationConfig.thinkingConfig.thinkingLevel', 'HIGH'],
    },
  ],
  [
    'thinking',
    { thinking: { type: 'enabled', budget_tokens: 4000 } },
    {
      chat: ['thinking.type', 'enabled'],
      messages: ['thinking', { type: 'enabled', budget_tokens: 4000 }],
      gemini: ['generationConfig.thinkingConfig.thinkingBudget', 4000],
    },
  ],
  [
    'thinking that is disabled',
    { thinking: { type: 'disabled' } },
    {
      chat: ['thinking.type', 'disabled'],
      messages: ['thinking.type', 'disabled'],
      gemini: ['generationConfig.thinkingConfig.thinkingBudget', 0],
    },
  ],
  [
    'temperature',
    { temperature: 0.3 },
    {
      chat: ['temperature', 0.3],
      responses: ['temperature', 0.3],
      messages: ['temperature', 0.3],
      gemini: ['generationConfig.temperature', 0.3],
    },
  ],
  [
    'max_tokens',
    { max_tokens: 777 },
    {
      chat: ['max_tokens', 777],
      responses: ['max_output_tokens', 777],
      messages: ['max_tokens', 777],
      gemini: ['generationConfig.maxOutputTokens', 777],
    },
  ],
];
const clients: Record<string, object> = {
  'a client that says nothing of it': { max_tokens: 16_000 },
  'Claude Code': {
    max_tokens: 32_000,
    thinking: { type: 'adaptive' },
    output_config: { effort: 'medium' },
    tools: [readTool],
  },
};
for (const [setting, entry, formats] of places)
  for (const [format, [path, expected]] of Object.entries(formats) as [WireFormat, [string, unknown]][])
    for (const id of format === 'messages' ? unknownIds.slice(1) : unknownIds)
      for (const [client, more] of Object.entries(clients))
        test(`${setting} of an entry is sent to ${id}, ${format}, for ${client}`, async () => {
          await using over = await scripted({
            format,
            script: [answerIn(format)],
            entry: { model_id: id, ...entry },
          });
          for (const stream of [true, false]) await over.send(requestBody({ ...more, stream }));
          for (const { body } of over.received)
            assert.deepEqual(at(body, path), expected, JSON.stringify(body));
        });

/** Refusals of what the entry says, in words of vendors. */
const refused: [string, WireFormat, Partial<ModelEntry>, string, string][] = [
  [
    'OpenAI',
    'chat',
    { reasoning_effort: 'high' },
    'reasoning_effort',
    'Unrecognized request argument supplied: reasoning_effort',
  ],
  [
    'Ollama',
    'chat',
    { reasoning_effort: 'high' },
    'reasoning_effort',
    '"house-model-1" does not support thinking',
  ],
  [
    'xAI',
    'chat',
    { reasoning_effort: 'high' },
    'reasoning_effort',
    'Model house-model-1 does not support parameter reasoningEffort.',
  ],
  [
    'NIM',
    'chat',
    { thinking: { type: 'enabled' } },
    'thinking',
    'Validation: Unsupported parameter(s): `thinking`',
  ],
  [
    'Azure',
    'responses',
    { reasoning_effort: 'high' },
    'reasoning.effort',
    "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
  ],
  [
    'Bedrock',
    'messages',
    { thinking: { type: 'enabled', budget_tokens: 4000 } },
    'thinking',
    'thinking: Extra inputs are not permitted',
  ],
  [
    'Bedrock',
    'messages',
    { reasoning_effort: 'high' },
    'output_config',
    'output_config: Extra inputs are not permitted',
  ],
  [
    'Google',
    'gemini',
    { reasoning_effort: 'high' },
    'generationConfig.thinkingConfig.thinkingLevel',
    'Thinking level is not supported for this model.',
  ],
  [
    'Google',
    'gemini',
    { thinking: { type: 'enabled', budget_tokens: 4000 } },
    'generationConfig.thinkingConfig.thinkingBudget',
    'Invalid JSON payload received. Unknown name "thinkingBudget" at \'generation_config.thinking_config\': Cannot find field.',
  ],
];
for (const [vendor, format, entry, path, says] of refused)
  for (const [envelope, wrap] of Object.entries(envelopes))
    for (const [how, deliver] of Object.entries(deliveries))
      test(`a field of an entry is left out once it is refused: ${vendor}, ${path}, ${format}, ${envelope}, ${how}`, async () => {
        await using over = await scripted({
          format,
          script: [
            (response, received) =>
              (at(received.body, path) === undefined ? answerIn(format) : deliver(wrap(says)))(
                response,
                received,
              ),
          ],
          entry: { model_id: 'house-model-1', ...entry },
        });
        const body = requestBody({ max_tokens: 16_000 });
        assert.equal((await over.send(body)).text, 'ok');
        const first = over.received.length;
        assert.equal((await over.send(body)).text, 'ok');
        assert.equal(over.received.length, first + 1, 'it is remembered');
        assert.notEqual(at(over.received[0]?.body, path), undefined, 'it was sent at first');
      });

// Over messages, the body is the client's until something is refused.

const given = {
  top_k: 20,
  top_p: 0.9,
  temperature: 0.5,
  stop_sequences: ['END'],
  metadata: { user_id: 'u' },
  tools: [{ ...readTool, vendor_field: { a: 1 } }],
  service_tier: 'auto',
  a_field_nobody_knows: { nested: [1, null, 'x'] },
};
for (const id of unknownIds.slice(1))
  test(`messages: fields of the client are sent unchanged to ${id}, an unknown model`, async () => {
    const messages = [
      {
        role: 'user',
        content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' }, extra: 1 }],
      },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'toolu_01', name: 'Read', input: { file_path: '/a' } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: 'x' }] },
      { role: 'user', content: 'and now?' },
    ];
    await using over = await scripted({
      format: 'messages',
      script: [answerIn('messages')],
      entry: { model_id: id },
    });
    for (const stream of [true, false]) {
      await over.send(requestBody({ ...given, messages, stream }));
      const { model, stream: _stream, max_tokens, ...rest } = over.received.at(-1)?.body ?? {};
      assert.deepEqual([model, max_tokens], [id, 1000]);
      assert.deepEqual(rest, { ...given, messages });
    }
  });

for (const [field, says] of [
  ['top_k', 'top_k: Extra inputs are not permitted'],
  ['a_field_nobody_knows', "Unsupported parameter: 'a_field_nobody_knows'"],
  ['service_tier', 'service_tier is not supported'],
  ['metadata', 'Unknown field: metadata'],
] as const)
  for (const [envelope, wrap] of Object.entries(envelopes))
    test(`messages: only what is refused is left out: ${field}, ${envelope}`, async () => {
      await using over = await scripted({
        format: 'messages',
        script: [
          (response, received) =>
            (received.body[field] === undefined ? answerIn('messages') : json(400, wrap(says)))(
              response,
              received,
            ),
        ],
      });
      for (let i = 0; i < 2; i++) assert.equal((await over.send(requestBody(given))).text, 'ok');
      assert.equal(over.received.length, 3);
      const { [field]: _field, ...others } = given;
      for (const { body } of over.received.slice(1))
        assert.deepEqual(Object.fromEntries(Object.keys(others).map((key) => [key, body[key]])), others);
    });

test('messages: the user’s text after tool results stays a block of its own', async () => {
  await using over = await scripted({ format: 'messages', script: [answerIn('messages')] });
  await over.send(requestBody(reminded));
  assert.deepEqual(over.received[0]?.body['messages'], reminded.messages);
});

// Keys of the configuration.

async function load(t: TestContext, file: object): ReturnType<typeof loadSettings> {
  const dir = await mkdtemp(join(tmpdir(), 'occ-field-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const configFile = join(dir, 'config.json');
  await writeFile(
    configFile,
    JSON.stringify({ models: { default: { provider: 'emulator', model_id: 'm' } }, ...file }),
  );
  await chmod(configFile, 0o600);
  return loadSettings({ configFile, env: {}, home: dir });
}

for (const [name, given, set] of [
  ['logging.captures.enabled', { captures: { enabled: true } }, { enabled: true }],
  ['logging.captures.max_files', { captures: { max_files: 3 } }, { maxFiles: 3 }],
  ['logging.captures.max_bytes', { captures: { max_bytes: 4096 } }, { maxBytes: 4096 }],
  ['logging.debug_capture', { debug_capture: { enabled: true } }, { enabled: true }],
] as [string, object, object][])
  test(`a key of recordings has an effect: ${name}`, async (t) => {
    const { settings } = await load(t, { logging: given });
    assert.deepEqual(settings.warnings, []);
    assert.deepEqual({ ...settings.logging.captures, ...set }, settings.logging.captures);
  });

test('context_margin leaves room: a request that would need it goes to the larger model', async () => {
  const text = 'word '.repeat(6000);
  const send = async (margin: number): Promise<string | null> => {
    await using over = await scripted({
      format: 'chat',
      script: [answerIn('chat')],
      models: [
        modelOf('small', { context_window: 10_000, context_margin: margin }),
        modelOf('large', { provider: 'other' }),
      ],
    });
    const { headers } = await over.send(
      requestBody({ max_tokens: 100, messages: [{ role: 'user', content: text }] }),
    );
    return headers.get('x-occ-model');
  };
  assert.equal(await send(0), 'emulator/small');
  assert.equal(await send(8000), 'other/large');
});

test('the fields of a model below its provider count like those of its entry', async () => {
  await using over = await scripted({
    format: 'chat',
    script: [answerIn('chat')],
    providerFields: { models: { first: { reasoning_effort: 'low', temperature: 0.1 } } },
  });
  await over.send();
  const [{ body } = { body: {} as LooseJson }] = over.received;
  assert.deepEqual([asText(body['reasoning_effort']), body['temperature']], ['low', 0.1]);
  assert.deepEqual(asObjects(body['messages']).length, 1);
});
