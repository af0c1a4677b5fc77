/** Prints the chunks of an answer (laws.md). */
import { parseJson, isObject, toNumber, type JsonObject } from '../../../json.ts';
import type { StopReason, Usage } from '../../../anthropic/events.ts';

/** A part of an answer as JSON. */
export type PartText = string;

export function textPart(text: string, signature?: string): PartText {
  return signature === undefined
    ? `{"text":${JSON.stringify(text)}}`
    : `{"text":${JSON.stringify(text)},"thoughtSignature":${JSON.stringify(signature)}}`;
}

export function thoughtPart(text: string): PartText {
  return `{"text":${JSON.stringify(text)},"thought":true}`;
}

/**
 * A call. `args` is the JSON text of its arguments, which passes as it is, on one line; undefined for a call that is not
 * whole: the client would run it.
 */
export function callPart(id: string, name: string, args: string, signature?: string): PartText | undefined {
  const text = args.trim() === '' ? '{}' : args;
  if (!isObject(parseJson(text))) return undefined;
  // In JSON, line breaks occur between values only.
  const line = text.trim().replace(/[\r\n]+/g, ' ');
  const call = `"functionCall":{"id":${JSON.stringify(id)},"name":${JSON.stringify(name)},"args":${line}}`;
  return signature === undefined ? `{${call}}` : `{${call},"thoughtSignature":${JSON.stringify(signature)}}`;
}

/** The names that every chunk of an answer carries. */
export interface ChunkHead {
  model: string;
  responseId: string;
}

/** A chunk with these parts; `more` are further fields of the candidate and of the chunk. */
export function chunkText(
  { model, responseId }: ChunkHead,
  parts: readonly PartText[],
  more: { candidate?: JsonObject; chunk?: JsonObject } = {},
): string {
  const candidate = fieldsText(more.candidate);
  const chunk = fieldsText(more.chunk);
  const content = `{"role":"model","parts":[${parts.join(',')}]}`;
  return `{"candidates":[{"content":${content}${candidate},"index":0}]${chunk},"modelVersion":${JSON.stringify(model)},"responseId":${JSON.stringify(responseId)}}`;
}

function fieldsText(fields: JsonObject = {}): string {
  return Object.entries(fields)
    .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join('');
}

/** How Google says that an answer ended. */
export function finishReasonOf(reason: StopReason | null): string {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'MAX_TOKENS';
    case 'refusal':
      return 'SAFETY';
    default:
      return 'STOP';
  }
}

/** Google's prompt count includes cached tokens, and its count of candidates no thoughts. */
export function usageOf(usage: Partial<Usage>): JsonObject {
  const count = (value: unknown): number => Math.max(0, Math.round(toNumber(value) ?? 0));
  const cached = count(usage.cache_read_input_tokens);
  const prompt = count(usage.input_tokens) + cached + count(usage.cache_creation_input_tokens);
  const output = count(usage.output_tokens);
  const details = usage['output_tokens_details'];
  const thoughts = isObject(details)
    ? Math.min(output, count(details['thinking_tokens'] ?? details['reasoning_tokens']))
    : 0;
  return {
    promptTokenCount: prompt,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    candidatesTokenCount: output - thoughts,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    totalTokenCount: prompt + output,
  };
}
