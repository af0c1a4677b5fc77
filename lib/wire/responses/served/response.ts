/** The response object: what the client asked for, as OpenAI repeats it, and what is known of the answer. */
import type { Usage } from '../../../anthropic/events.ts';
import { isObject, toArray, toNumber, toObject, type Json, type JsonObject } from '../../../json.ts';
import type { AnswerHead } from '../../served.ts';

export type Item = JsonObject & { type: string; id: string };

export type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** What changes in the object while the answer goes on. */
export interface Answer {
  readonly status: Status;
  readonly output: readonly Item[];
  readonly usage?: Usage | undefined;
  /** Why the answer is incomplete. */
  readonly reason?: 'max_output_tokens' | 'content_filter' | undefined;
  readonly error?: { code: string; message: string } | undefined;
}

/** Makes the object for each state of one answer. Its fields have the order in which OpenAI sends them. */
export function responseOf(head: AnswerHead, body: JsonObject): (answer: Answer) => JsonObject {
  const { messageId, created } = head;
  const reasoning = toObject(body['reasoning']);
  const before = {
    id: `resp_${messageId.replace(/^msg_/, '')}`,
    object: 'response',
    created_at: created,
  };
  const asked = {
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: body['max_tool_calls'] ?? null,
    metadata: body['metadata'] ?? {},
    model: body['model'] ?? '',
  };
  const after = {
    frequency_penalty: body['frequency_penalty'] ?? 0,
    parallel_tool_calls: body['parallel_tool_calls'] !== false,
    presence_penalty: body['presence_penalty'] ?? 0,
    previous_response_id: null,
    prompt_cache_key: textIn(body, 'prompt_cache_key'),
    reasoning: { effort: reasoning['effort'] ?? null, summary: reasoning['summary'] ?? null },
    safety_identifier: textIn(body, 'safety_identifier'),
    service_tier: 'default',
    store: false,
    temperature: body['temperature'] ?? 1,
    text: { format: { type: 'text' }, ...toObject(body['text']) },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: toArray(body['tools']).map(toTool),
    top_logprobs: 0,
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
  };
  const user = typeof body['user'] === 'string' && { user: body['user'] };
  return ({ status, output, usage, reason, error }) => ({
    ...before,
    status,
    access_programs: null,
    background: false,
    completed_at: status === 'completed' ? created : null,
    error: error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    ...asked,
    output: output as Item[],
    ...after,
    usage: usage ? toUsage(usage) : null,
    ...user,
  });
}

/** A tool as OpenAI repeats it: a function has each of its fields. */
function toTool(tool: Json): Json {
  if (!isObject(tool) || tool['type'] !== 'function') return tool;
  const { description = null, parameters = null, strict = null } = tool;
  return { ...tool, description, parameters, strict };
}

function textIn(body: JsonObject, name: string): string | null {
  const value = body[name];
  return typeof value === 'string' ? value : null;
}

/** OpenAI's `input_tokens` include cached tokens. */
function toUsage(usage: Usage): JsonObject {
  const read = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  const input = usage.input_tokens + read + written;
  const { output_tokens_details: details } = usage;
  const thought = isObject(details)
    ? toNumber(details['thinking_tokens'] ?? details['reasoning_tokens'])
    : undefined;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: read, cache_write_tokens: written },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: Math.min(thought ?? 0, usage.output_tokens) },
    total_tokens: input + usage.output_tokens,
  };
}
