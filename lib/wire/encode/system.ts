/** The system prompt, less what belongs to Anthropic's servers alone, and the form the answer must have. */
import { isObject, type JsonObject } from '../../json.ts';
import { toBlocks, type MessagesRequest, type ServerTool, type TextBlock } from '../../anthropic/request.ts';
import { isBlank } from './text.ts';

/**
 * Claude Code's first system block carries a hash that differs from request to request: it means nothing to others,
 * and costs them the whole prefix cache (measured, claude-code 2.4).
 */
const billing = /^x-anthropic-billing-header:/;

/** The blocks of the system prompt that hold something, without the billing block. */
export function systemBlocks({ system }: MessagesRequest): TextBlock[] {
  return toBlocks(system).filter(
    (block): block is TextBlock =>
      block.type === 'text' &&
      typeof block['text'] === 'string' &&
      !isBlank(block['text']) &&
      !billing.test(block['text']),
  );
}

/** The schema the whole answer has to fit (`output_config.format`), if one was asked for. */
export function answerSchema({ output_config: output }: MessagesRequest): JsonObject | undefined {
  const format = output?.format;
  return format?.type === 'json_schema' && isObject(format.schema) ? format.schema : undefined;
}

/** How a JSON Schema for the whole answer is asked for where the server has no field for it. */
export function schemaInstruction(schema: unknown): string {
  return `Answer with a single JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
}

/**
 * What a model is told of tools that were offered and that nobody can run for it. Asked to search without a search, a
 * model tends to make the results up; none where nothing is missing.
 */
export function missingToolsNote(missing: readonly ServerTool[]): string[] {
  if (missing.length === 0) return [];
  const names = missing.map(({ name, type }) => name || type).join(', ');
  return [
    `Not available in this conversation: ${names}. Only the servers of another provider can run that. Where it would be ` +
      'needed, say in your answer that it is not available with this model, and invent no results of it.',
  ];
}
