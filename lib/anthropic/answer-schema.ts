/** Finds the form that a client wants the whole answer in. Pure. */
import { isObject, toObject, type JsonObject } from '../json.ts';
import type { MessagesRequest } from './request.ts';

/**
 * The JSON Schema for the whole answer, if the client requests one: `output_config.format`, or `output_format`, as it was
 * called in the beta and still is in `client.beta` of Anthropic's SDKs.
 */
export function answerSchema({
  output_config: output,
  output_format: older,
}: MessagesRequest): JsonObject | undefined {
  const { type, schema } = toObject(output?.format ?? older);
  return type === 'json_schema' && isObject(schema) ? schema : undefined;
}
