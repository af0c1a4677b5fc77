/** The request that generated refusals are about, its model in each format, and the fields that are sent for it. */
import type { Format } from '../turns.ts';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { Candidate } from '../../../lib/proxy/policy/plan.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { candidateOf } from '../candidates.ts';
import { call, requestOf, result, routeOf, text, thought, user } from '../requests.ts';

/** The names of fields and the number in the id are no part of what a refusal says. */
export const modelId = 'acme/limit/128000/top_p/temperature';

const schema = {
  type: 'object',
  properties: { path: { type: 'string', minLength: 1, pattern: '.' }, top_p: { type: 'number' } },
  required: ['path'],
  additionalProperties: false,
};

const answered = { role: 'assistant' as const, content: [thought('I think', 'c2VhbA=='), text('I look.')] };

/** A turn with thinking, a tool and its result, and every field that a client may set. */
export const request: MessagesRequest = Object.assign(
  requestOf(
    [
      user('look'),
      { ...answered, content: [...answered.content, call('toolu_1', { path: 'a', stop: 3 }, 'Read')] },
      user(result('toolu_1', 'it says: temperature is not supported'), 'go on'),
    ],
    { max_tokens: 32_000, temperature: 0.5, top_p: 0.9, stop_sequences: ['</end>'] },
  ),
  {
    system: [{ type: 'text', text: 'You help.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    tools: [{ name: 'Read', description: 'Reads.', input_schema: schema }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    metadata: { user_id: 'u' },
    output_config: { effort: 'high' },
    thinking: { type: 'enabled', budget_tokens: 8000 },
    context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    top_k: 40,
    service_tier: 'auto',
  },
) as MessagesRequest;

/** Identifies the conversation. */
export const session = 'session_of_the_test';

/** The headers beside those of the codec. */
export const headers = { 'anthropic-beta': 'alpha-2026-01-01,omega-2026-02-02' };

export function candidateIn(format: WireFormat): Candidate {
  const route = routeOf({
    format,
    provider: 'p',
    modelId,
    maxOutputTokens: 64_000,
    efforts: ['low', 'high', 'max'],
    reasoningEffort: 'high',
    endpoint: 'http://127.0.0.1:1/v1',
    quirks: {
      thinking: format === 'messages' ? 'claude' : 'effort',
      betas: true,
      topK: 'free',
      genuineSignatures: true,
    },
  });
  return candidateOf(`p/${modelId}`, { route });
}

/** A field as it is sent: its path, with a number for the element of a list. */
export type SentField = readonly (string | number)[];

/** Fields that can be left out. */
export const optional: Readonly<Record<Format, readonly SentField[]>> = {
  chat: [
    ['temperature'],
    ['top_p'],
    ['top_k'],
    ['stop'],
    ['parallel_tool_calls'],
    ['stream_options'],
    ['reasoning_effort'],
    ['tool_choice'],
  ],
  responses: [
    ['temperature'],
    ['top_p'],
    ['parallel_tool_calls'],
    ['max_output_tokens'],
    ['prompt_cache_key'],
    ['reasoning', 'summary'],
    ['reasoning', 'effort'],
    ['tool_choice'],
    ['tools', 0, 'strict'],
  ],
  messages: [
    ['temperature'],
    ['top_p'],
    ['top_k'],
    ['stop_sequences'],
    ['metadata'],
    ['service_tier'],
    ['context_management'],
    ['system', 0, 'cache_control', 'ttl'],
    ['output_config', 'effort'],
    ['tool_choice', 'disable_parallel_tool_use'],
  ],
  gemini: [
    ['generationConfig', 'temperature'],
    ['generationConfig', 'topP'],
    ['generationConfig', 'topK'],
    ['generationConfig', 'stopSequences'],
    ['generationConfig', 'thinkingConfig', 'thinkingLevel'],
    ['generationConfig', 'thinkingConfig', 'includeThoughts'],
    ['toolConfig'],
  ],
};

/** Fields without which there is no request. */
export const essential: Readonly<Record<Format, readonly SentField[]>> = {
  chat: [['model'], ['messages'], ['messages', 0, 'content'], ['tools'], ['stream'], ['messages', 1, 'role']],
  responses: [['model'], ['input'], ['input', 0, 'content'], ['tools'], ['stream'], ['instructions']],
  messages: [
    ['model'],
    ['max_tokens'],
    ['messages'],
    ['messages', 0, 'content'],
    ['tools'],
    ['stream'],
    ['system'],
  ],
  gemini: [['contents'], ['contents', 0, 'parts'], ['tools'], ['systemInstruction'], ['contents', 0, 'role']],
};

/** The value of every path of a body that has no further paths. */
export function leavesOf(
  value: unknown,
  path = '',
  found = new Map<string, string>(),
): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return found.set(path, JSON.stringify(value));
  const entries = Object.entries(value);
  if (entries.length === 0) found.set(path, Array.isArray(value) ? '[]' : '{}');
  for (const [key, inner] of entries) leavesOf(inner, path === '' ? key : `${path}.${key}`, found);
  return found;
}

/** The paths at which two bodies differ. */
export function differences(before: unknown, after: unknown): string[] {
  const [old, own] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...old.keys(), ...own.keys()])].filter((path) => old.get(path) !== own.get(path));
}
