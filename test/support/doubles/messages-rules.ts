/** Rules about Anthropic Messages requests, with Anthropic's words, which servers of the format copy. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Refusal, Rule, Violation } from './double.ts';
import { firstViolation, onlyFields, schemasIn } from './rules.ts';
import type { Shape } from './shapes.ts';

/** A tool loop that is one step old. */
export const goodMessages = {
  model: 'model',
  max_tokens: 1000,
  stream: true,
  system: [{ type: 'text', text: 'You are helpful.' }],
  messages: [
    { role: 'user', content: 'Read it.' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I read.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: '/a' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'content of a' }] },
  ],
  tools: [
    {
      name: 'Read',
      description: 'Reads a file.',
      input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
    },
  ],
} satisfies JsonObject;

export function anthropicError({ message, status = 400, type }: Violation): Refusal {
  const error = { type: type ?? 'invalid_request_error', message };
  return { status, body: { type: 'error', error, request_id: 'req_011CSVr7aBmVBX3fycHTLhQf' } };
}

export interface Block {
  block: LooseJson;
  type: string;
  /** `messages.2.content.0` */
  path: string;
  message: number;
}

/** Every block of every message, in order; a string is one text block. */
export function blocksOf(body: LooseJson): Block[] {
  return asObjects(body['messages']).flatMap(({ content }, message) => {
    const blocks =
      typeof content === 'string'
        ? [{ type: 'text', text: content } as unknown as LooseJson]
        : asObjects(content);
    return blocks.map((block, at) => ({
      block,
      type: asText(block['type']),
      path: `messages.${message}.content.${at}`,
      message,
    }));
  });
}

/** A change of `goodMessages`: another content of its assistant message. */
export function withAssistant(...content: JsonObject[]): (good: JsonObject) => object {
  return (good) => ({
    ...good,
    messages: toArray(good['messages']).map((one) =>
      toObject(one)['role'] === 'assistant' ? { role: 'assistant', content } : one,
    ),
  });
}

export const toolUse: JsonObject = { type: 'tool_use', id: 'toolu_1', name: 'Read', input: {} };

/** A change of `goodMessages`: the schema of its tool. */
export function withSchema(schema: JsonObject, name = 'Read'): object {
  return { tools: [{ name, input_schema: schema }] };
}

export function extraInputs(shape: Shape, source: string, bad: Rule['bad']): Rule {
  return onlyFields(shape, source, bad, ({ path, kind }) => ({
    message:
      kind === undefined
        ? `${path.join('.')}: Extra inputs are not permitted`
        : `${path.join('.')}: Input tag '${kind}' found using 'type' does not match any of the expected tags`,
  }));
}

/** What is said about calls without results in message `at`, and about a result without its call. */
interface PairWords {
  missing(ids: readonly string[], at: number): Violation;
  unexpected(id: string, path: string): Violation;
}

const anthropicWords: PairWords = {
  missing: (ids, at) => ({
    message: `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  }),
  unexpected: (id, path) => ({
    message: `${path}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
  }),
};

/** A call has its result in the next message, and a result has its call in the message before. */
export function pairs(source: string, words = anthropicWords): Rule[] {
  const ids = (body: LooseJson, message: number, type: string, field: string): string[] =>
    blocksOf(body)
      .filter((one) => one.message === message && one.type === type)
      .map(({ block }) => asText(block[field]));
  return [
    {
      name: 'results follow their calls',
      source,
      bad: (good) => ({ ...good, messages: toArray(good['messages']).slice(0, -1) }),
      violates: ({ body }) =>
        firstViolation(asObjects(body['messages']), (_, at) => {
          // A system message in between is passed over.
          const next = asText(asObjects(body['messages'])[at + 1]?.['role']) === 'system' ? at + 2 : at + 1;
          const results = ids(body, next, 'tool_result', 'tool_use_id');
          const missing = ids(body, at, 'tool_use', 'id').filter((id) => !results.includes(id));
          return missing.length === 0 ? undefined : words.missing(missing, at);
        }),
    },
    {
      name: 'results have calls',
      source: 'openai/openai-agents-python#1797',
      bad: withAssistant({ type: 'text', text: 'No call.' }),
      violates: ({ body }) =>
        firstViolation(blocksOf(body), ({ block, type, path, message }) => {
          const before =
            asText(asObjects(body['messages'])[message - 1]?.['role']) === 'system'
              ? message - 2
              : message - 1;
          const id = asText(block['tool_use_id']);
          return type !== 'tool_result' || ids(body, before, 'tool_use', 'id').includes(id)
            ? undefined
            : words.unexpected(id, path);
        }),
    },
  ];
}

/** Names, uniqueness and schemas of tools. */
export function toolRules(): Rule[] {
  return [
    {
      name: 'names of tools',
      source: 'https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use',
      bad: [withSchema({ type: 'object' }, 'files.read'), withSchema({ type: 'object' }, 'n'.repeat(129))],
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), ({ name }, at) =>
          /^[a-zA-Z0-9_-]{1,128}$/.test(asText(name))
            ? undefined
            : { message: `tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'` },
        ),
    },
    {
      name: 'no combination at the top of a schema',
      source: 'anthropics/claude-code#5878, anthropics/claude-code#44788',
      bad: withSchema({ type: 'object', anyOf: [{ required: ['a'] }] }),
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), ({ input_schema: schema }, at) =>
          ['oneOf', 'allOf', 'anyOf'].some((key) => schema?.[key] !== undefined)
            ? {
                message: `tools.${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
              }
            : undefined,
        ),
    },
    {
      name: 'schemas are JSON Schema',
      source:
        'https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview, https://json-schema.org/draft/2020-12',
      bad: [
        withSchema({ type: 'object', properties: { a: { type: 'any' } } }),
        withSchema({ type: 'object', required: 'a' }),
      ],
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), ({ input_schema: schema }, at) =>
          [...schemasIn(schema)].every(([part]) => isValid(part))
            ? undefined
            : {
                message: `tools.${at}.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12).`,
              },
        ),
    },
  ];
}

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

function isValid(schema: JsonObject): boolean {
  const named = [schema['type'] ?? []].flat().every((type) => typeof type === 'string' && types.has(type));
  return (
    named &&
    (schema['required'] === undefined || Array.isArray(schema['required'])) &&
    !Array.isArray(schema['items'])
  );
}

/** No empty text, wherever it is. */
export const noEmptyText: Rule = {
  name: 'no empty text',
  source: 'https://docs.claude.com/en/api/messages',
  bad: withAssistant({ type: 'text', text: '' }, toolUse),
  violates: ({ body }) =>
    blocksOf(body).some(({ block, type }) => type === 'text' && asText(block['text']) === '')
      ? { message: 'messages: text content blocks must be non-empty' }
      : undefined,
};

/** Whether a request has thinking on. */
export function isThinking(body: LooseJson, byDefault = false): boolean {
  const type = asText(body['thinking']?.['type']);
  return type === '' ? byDefault : type !== 'disabled';
}
