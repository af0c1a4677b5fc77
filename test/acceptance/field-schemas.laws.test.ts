/** `tool-schema` and `family-by-prefix`: schemas of tools that an upstream refuses, and names of families inside ids. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/sampled-test.ts';
import { loadSettings } from '../../lib/config/load.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { asObjects, type LooseJson } from '../support/loose-json.ts';
import { requestBody } from '../support/proxy.ts';
import { deliveries, envelopes, pairsOf, reminded } from '../support/reported.ts';
import { answerIn, json, scripted } from '../support/scripted-upstream.ts';

const toolsWith = (properties: object, more: object = {}): object => ({
  tools: [
    {
      name: 'mcp__notes__add',
      description: 'Adds a note',
      input_schema: { type: 'object', properties, required: ['title'], ...more },
    },
  ],
});

/** The schema of the only tool, in any format. */
function schemaIn(body: LooseJson | undefined): LooseJson {
  const [tool] = asObjects(body?.['tools']);
  assert(tool, 'a tool that was sent');
  const declared = asObjects(tool['functionDeclarations'] ?? tool['function_declarations'])[0];
  const inner = tool['function'] ?? declared ?? tool;
  const schema =
    inner['parameters'] ?? inner['parametersJsonSchema'] ?? inner['input_schema'] ?? assert.fail('a schema');
  return schema;
}
const text = (value: unknown): string => JSON.stringify(value);

/** The arrays in a schema, at any depth, that do not say what they hold. */
function bareArrays(schema: unknown): unknown[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, items } = schema as { type?: unknown; items?: unknown };
  const isArray = type === 'array' || (Array.isArray(type) && type.includes('array'));
  return [...(isArray && items === undefined ? [schema] : []), ...Object.values(schema).flatMap(bareArrays)];
}

const lists = {
  'type array': { type: 'array' },
  'type array or null': { type: ['array', 'null'] },
  'an array inside an array': { type: 'array', items: { type: 'array' } },
  'an array inside anyOf': { anyOf: [{ type: 'array' }, { type: 'string' }] },
  'an array in an object of an array': {
    type: 'array',
    items: { type: 'object', properties: { tags: { type: 'array', description: 'tags' } } },
  },
  additionalProperties: { type: 'object', additionalProperties: { type: 'array' } },
};
for (const [name, list] of Object.entries(lists))
  for (const [id, format] of [
    ['gpt-5.2', 'chat'],
    ['gpt-5.2-codex', 'responses'],
    ['openai/gpt-5.1', 'chat'],
    ['o4-mini', 'responses'],
    ['my-own-model', 'chat'],
    ['my-own-model', 'responses'],
    ['gemini-3-pro-preview', 'gemini'],
  ] as [string, WireFormat][])
    test(`tool-schema: ${name} without items, to ${id} over ${format} (claude-code#37642)`, async () => {
      await using over = await scripted({ format, script: [answerIn(format)], entry: { model_id: id } });
      await over.send(requestBody(toolsWith({ title: { type: 'string' }, tags: list })));
      const schema = schemaIn(over.received[0]?.body);
      assert.deepEqual(bareArrays(schema), [], text(schema));
      assert.ok(text(schema).includes('tags') && text(schema).includes('title'));
    });

/** Whether every value of a property, and every element of a list, has a type. */
function isTyped(schema: unknown): boolean {
  const { type, anyOf, properties, items } = schema as LooseJson;
  return (
    (type !== undefined || anyOf !== undefined) &&
    Object.values(properties ?? {}).every(isTyped) &&
    (items === undefined || isTyped(items))
  );
}

/** A refusal, and what must not be in the schema that follows. */
interface Refused {
  name: string;
  formats: WireFormat[];
  says: string;
  properties: object;
  more?: object;
  right: (schema: string) => boolean;
  wrap?: (message: string) => object;
}
const title = { type: 'string', description: 'its title' };
const refusals: Refused[] = [
  {
    name: 'llama.cpp, an unrecognized schema (llama.cpp#17574)',
    formats: ['chat', 'responses', 'messages'],
    says: 'JSON schema conversion failed: Unrecognized schema: {"not":{}}',
    properties: { title, other: { not: {} } },
    right: (schema) => !schema.includes('"not"'),
  },
  {
    name: 'llama.cpp, an unrecognized schema on its own line (llama.cpp#14227)',
    formats: ['chat'],
    says: 'JSON schema conversion failed:\nUnrecognized schema: {"not":{}}',
    properties: { title, other: { not: {} } },
    right: (schema) => !schema.includes('"not"'),
  },
  {
    name: 'llama.cpp, a pattern (llama.cpp#26930)',
    formats: ['chat', 'messages'],
    says: "JSON schema conversion failed:\nPattern must start with '^' and end with '$'",
    properties: { title: { ...title, pattern: '\\S' } },
    right: (schema) => !schema.includes('pattern'),
  },
  {
    name: 'LM Studio, a pattern behind the parser (lmstudio-bug-tracker#2168)',
    formats: ['chat'],
    says: "Unable to generate parser for this template. Automatic parser generation failed: JSON schema conversion failed:\nPattern must start with '^' and end with '$'",
    properties: { title: { ...title, pattern: '\\S' } },
    right: (schema) => !schema.includes('pattern'),
  },
  {
    name: 'llama.cpp, a grammar that does not parse (llama.cpp#25895)',
    formats: ['chat'],
    says: 'Failed to initialize samplers: failed to parse grammar',
    properties: { title: { ...title, pattern: '^\\d+$', maxLength: 100_000 } },
    right: (schema) => !schema.includes('pattern') && !schema.includes('maxLength'),
  },
  {
    name: 'vLLM, a format (paroquant#31)',
    formats: ['chat'],
    says: 'Grammar error: Unknown format: uri',
    properties: { title: { ...title, format: 'uri' } },
    right: (schema) => !schema.includes('"uri"'),
  },
  {
    name: 'vLLM, xgrammar (vllm, backend_xgrammar.py)',
    formats: ['chat'],
    says: 'The provided JSON schema contains features not supported by xgrammar.',
    properties: { title: { ...title, pattern: '^a+$' }, n: { type: 'integer', multipleOf: 5 } },
    right: (schema) => !schema.includes('multipleOf'),
  },
  {
    name: 'OpenCode Go, a keyword (opencode#43371)',
    formats: ['chat', 'responses', 'messages'],
    says: '[unsupported_tool_schema] The tool schema is not supported (unsupported_keyword).',
    properties: { title, n: { type: 'integer', minimum: 1, maximum: 9 } },
    right: (schema) => !schema.includes('minimum') && !schema.includes('maximum'),
    wrap: (message) => ({
      error: {
        param: 'tools',
        type: 'invalid_request_error',
        message: `Error from provider (Console Go): Upstream request failed: ${message}`,
      },
    }),
  },
  {
    name: 'OpenAI, an array without items (claude-code#37642)',
    formats: ['messages'],
    says: "Invalid schema for function 'mcp__notes__add': In context=('properties', 'tags'), array schema missing items.",
    properties: { title, tags: { type: 'array' } },
    right: (schema) => bareArrays(JSON.parse(schema)).length === 0,
  },
  {
    name: 'Ollama, a list of types (ollama#10328)',
    formats: ['chat'],
    says: 'json: cannot unmarshal array into Go struct field .tools.function.parameters.properties.type of type string',
    properties: { title: { type: ['string', 'null'] } },
    right: (schema) => !schema.includes('"type":['),
  },
  {
    name: 'Anthropic, a keyword at the top (claude-code#4753)',
    formats: ['messages'],
    says: 'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
    properties: { title },
    more: { anyOf: [{ required: ['title'] }, { required: ['other'] }] },
    right: (schema) => !('anyOf' in (JSON.parse(schema) as object)),
  },
  {
    name: 'OpenAI, a keyword at the top (codex#3152)',
    formats: ['chat', 'responses'],
    says: "Invalid schema for function 'mcp__notes__add': schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.",
    properties: { title },
    more: { anyOf: [{ required: ['title'] }, { required: ['other'] }] },
    right: (schema) => !('anyOf' in (JSON.parse(schema) as object)),
  },
  {
    name: 'Gemini, an unknown name (gemini-cli#1481)',
    formats: ['chat', 'messages'],
    says: 'Invalid JSON payload received. Unknown name "exclusiveMinimum" at \'tools[0].function_declarations[0].parameters.properties[1].value\': Cannot find field.',
    properties: { title, n: { type: 'integer', exclusiveMinimum: 0 } },
    right: (schema) => !schema.includes('exclusiveMinimum'),
  },
  ...["{'default': 'latest'}", '`{}`', "{'not': {}}"].map((instance) => ({
    name: `Fireworks and Kimi behind Go, a schema without a type: ${instance}`,
    formats: ['chat', 'messages'] as WireFormat[],
    says: `JSON Schema not supported: could not understand the instance ${instance}`,
    properties: {
      title,
      version: { default: 'latest' },
      any: {},
      none: { not: {} },
      list: { type: 'array', items: {} },
    },
    right: (schema: string) => isTyped(JSON.parse(schema)),
  })),
  {
    name: 'SGLang, a grammar (sglang, constrained/xgrammar_backend.py)',
    formats: ['chat'],
    says: 'Failed to compile json_schema grammar: Unsupported schema feature: patternProperties',
    properties: { title, map: { type: 'object', patternProperties: { '^a': { type: 'string' } } } },
    right: (schema) => !schema.includes('patternProperties'),
  },
  {
    name: 'OpenAI strict, a format (openai-node#1573)',
    formats: ['chat'],
    says: "Invalid schema for function 'mcp__notes__add': In context=('properties', 'title'), 'uri' is not a valid format.",
    properties: { title: { ...title, format: 'uri' } },
    right: (schema) => !schema.includes('"uri"'),
  },
];

for (const { name, formats, says, properties, more, right, wrap } of refusals)
  for (const format of formats)
    for (const [envelope, wrapped] of Object.entries(wrap ? { 'as reported': wrap } : envelopes))
      for (const [how, deliver] of Object.entries(deliveries))
        test(`tool-schema: ${name}, ${format}, ${envelope}, ${how}`, async () => {
          await using over = await scripted({
            format,
            script: [
              (response, received) =>
                (right(text(schemaIn(received.body))) ? answerIn(format) : deliver(wrapped(says)))(
                  response,
                  received,
                ),
            ],
          });
          const request = requestBody({ ...toolsWith(properties, more), stream: how !== 'status 200, JSON' });
          assert.equal((await over.send(request)).text, 'ok');
          const first = over.received.length;
          assert.ok(first <= 4, `${first} requests`);
          assert.equal((await over.send(request)).text, 'ok');
          assert.equal(over.received.length, first + 1, 'it is remembered');
          const schema = text(schemaIn(over.received.at(-1)?.body));
          for (const property of Object.keys(properties)) assert.ok(schema.includes(`"${property}"`), schema);
        });

test('tool-schema: LM Studio’s list points into the tools: parameters without a type (docker-agent#278)', async () => {
  const error = JSON.stringify(
    [
      {
        code: 'invalid_union_discriminator',
        options: ['object'],
        path: [0, 'function', 'parameters', 'type'],
        message: "Invalid discriminator value. Expected 'object'",
      },
    ],
    null,
    2,
  );
  await using over = await scripted({
    format: 'chat',
    script: [
      (response, received) =>
        ((schemaIn(received.body)['type'] as unknown) === 'object' ? answerIn('chat') : json(400, { error }))(
          response,
          received,
        ),
    ],
  });
  const tools = [{ name: 'Now', description: 'The time', input_schema: {} }];
  assert.equal((await over.send(requestBody({ tools }))).text, 'ok');
});

for (const says of [
  'invalid params, function parameters is empty (2013)',
  'tools.function.parameters.type is required and must be "object"',
  'ValidationException: Bedrock error message: The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object. reason: TOOL_SCHEMA_INVALID',
])
  test(`tool-schema: a tool without parameters: ${says.slice(0, 60)}`, async () => {
    for (const format of ['chat', 'messages'] as const) {
      await using over = await scripted({
        format,
        script: [
          (response, received) =>
            ((schemaIn(received.body)['type'] as unknown) === 'object'
              ? answerIn(format)
              : json(400, envelopes['the vendor itself'](says)))(response, received),
        ],
      });
      const tools = [{ name: 'Now', description: 'The time', input_schema: {} }];
      assert.equal((await over.send(requestBody({ tools }))).text, 'ok', format);
    }
  });

// Names of families.

const claudeSignature =
  'EqQBCkgIBxABGAIiQL8uQ1c8rYd1Yd8n3p1vT0m5m1ZrZ2V0aGluZ2tpbmcSDGFiY2RlZmdoaWprbBoM'.padEnd(200, 'A');
const thinkingTurn = {
  thinking: { type: 'enabled', budget_tokens: 2048 },
  max_tokens: 8000,
  tools: [{ name: 'Read', description: 'r', input_schema: { type: 'object', properties: {} } }],
  messages: [
    { role: 'user', content: 'hello' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'I should read.', signature: claudeSignature },
        { type: 'tool_use', id: 'toolu_01', name: 'Read', input: {} },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: 'x' }] },
  ],
};
for (const id of [
  'us.anthropic.claude-sonnet-4-6-v1:0',
  'eu.anthropic.claude-opus-4-5-20251101-v1:0',
  'global.anthropic.claude-haiku-4-5-20251001-v1:0',
  'anthropic/claude-sonnet-4.5',
  'bedrock/us.anthropic.claude-sonnet-4-6-v1:0',
  'vertex_ai/claude-opus-4-5@20251101',
  'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6-v1:0',
  'databricks-claude-sonnet-4-5',
  'company-claude-sonnet-4-5-eu',
  'Claude-Sonnet-4-5',
])
  test(`family-by-prefix: ${id} is Claude: its thinking and its thoughts go to it`, async () => {
    await using over = await scripted({
      format: 'messages',
      script: [answerIn('messages')],
      entry: { model_id: id },
    });
    await over.send(requestBody(thinkingTurn));
    const body = over.received[0]?.body;
    assert.deepEqual(body?.['thinking'], thinkingTurn.thinking);
    const [thought] = asObjects(asObjects(body?.['messages'])[1]?.['content']);
    assert.deepEqual(thought, thinkingTurn.messages[1]?.content[0]);
    assert.equal(body?.['model'], id);
  });

test('family-by-prefix: the configuration sets the family of an id without a known name', async () => {
  await using over = await scripted({
    format: 'messages',
    script: [answerIn('messages')],
    entry: { model_id: 'prod-7', family: 'claude-sonnet-4-6' },
  });
  await over.send(requestBody(thinkingTurn));
  const [thought] = asObjects(asObjects(over.received[0]?.body['messages'])[1]?.['content']);
  assert.deepEqual(thought, thinkingTurn.messages[1]?.content[0]);
});

test('family-by-prefix: the family “claude” alone is understood', async () => {
  await using over = await scripted({
    format: 'messages',
    script: [answerIn('messages')],
    entry: { model_id: 'prod-7', family: 'claude' },
  });
  await over.send(requestBody(thinkingTurn));
  assert.deepEqual(over.received[0]?.body['thinking'], thinkingTurn.thinking);
});

/** Chat: what a family's own requests have. */
const effort = { output_config: { effort: 'high' } };
for (const [id, field, expected] of [
  ['deepseek-ai/DeepSeek-V4-Pro', 'thinking', { type: 'enabled' }],
  ['accounts/fireworks/models/deepseek-v4-pro', 'thinking', { type: 'enabled' }],
  ['hf.co/unsloth/DeepSeek-V4-Flash-GGUF:Q4_K_M', 'thinking', { type: 'enabled' }],
  ['azure/gpt-5.2-prod', 'reasoning_effort', 'high'],
  ['openrouter/openai/gpt-5.2', 'reasoning_effort', 'high'],
  ['openai.gpt-5.2-v1:0', 'reasoning_effort', 'high'],
] as [string, string, unknown][])
  test(`family-by-prefix: ${id} over chat has its family’s ${field}`, async () => {
    await using over = await scripted({
      format: 'chat',
      script: [answerIn('chat')],
      entry: { model_id: id },
    });
    await over.send(
      requestBody({ ...effort, thinking: { type: 'enabled', budget_tokens: 4000 }, max_tokens: 8000 }),
    );
    assert.deepEqual(over.received[0]?.body[field], expected);
  });

for (const [family, format, isApplied] of [
  ['mistral', 'chat', (body) => !pairsOf(body).includes('tool>user')],
  ['claude', 'messages', (body) => (body['thinking']?.['type'] as unknown) === 'adaptive'],
  ['deepseek', 'chat', (body) => (body['thinking']?.['type'] as unknown) === 'enabled'],
] as [string, WireFormat, (body: LooseJson) => boolean][])
  test(`family-by-prefix: a configuration file sets the family ${family}`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'occ-field-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    await using upstream = await scripted({ format, script: [answerIn(format)] });
    const base_url = upstream.settings.providers['emulator']?.endpoints[format];
    const configFile = join(dir, 'config.json');
    const entry = { provider: 'lab', model_id: 'prod-7', family, wire_format: format };
    const lab = { wire_format: format, base_url, api_key: 'k' };
    await writeFile(configFile, JSON.stringify({ models: { default: entry }, providers: { lab } }));
    await chmod(configFile, 0o600);
    const { settings } = await loadSettings({ configFile, env: {}, home: dir });
    assert.deepEqual(settings.warnings, []);
    await using over = await scripted({ format, script: [answerIn(format)], settings: () => settings });
    await over.send(requestBody({ ...reminded, thinking: { type: 'adaptive' }, max_tokens: 8000 }));
    const body = upstream.received[0]?.body;
    assert.ok(body && isApplied(body), text(body));
  });
