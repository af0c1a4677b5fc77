/** The system prompt without Anthropic-only blocks, and the text that replaces unsupported features. */
import { toText } from '../../json.ts';
import {
  toBlocks,
  type ContentBlock,
  type MessagesRequest,
  type ServerTool,
  type TextBlock,
} from '../../anthropic/request.ts';
import { isBlank } from './text.ts';

/**
 * Claude Code's first system block contains a hash that changes with every request (measured). Other upstreams do not
 * need it, and it would invalidate their whole prefix cache.
 */
const billingHeader = /^x-anthropic-billing-header:/;

/** True for the block of the system prompt that is for Anthropic's billing alone. */
export function isBilling(block: ContentBlock): boolean {
  return block.type === 'text' && billingHeader.test(toText(block['text']));
}

/** The non-empty blocks of the system prompt, without the billing block. */
export function systemBlocks({ system }: MessagesRequest): TextBlock[] {
  return toBlocks(system).filter(
    (block): block is TextBlock =>
      block.type === 'text' &&
      typeof block['text'] === 'string' &&
      !isBlank(block['text']) &&
      !isBilling(block),
  );
}

/** The instruction that replaces a JSON Schema field which the server does not have. */
export function schemaInstruction(schema: unknown): string {
  return `Answer with a single JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
}

/** Tells the model which requested server tools are unavailable. Without this note, models tend to invent search results. */
export function missingToolsNote(missing: readonly ServerTool[]): string[] {
  if (missing.length === 0) return [];
  const names = missing.map(({ name, type }) => name || type).join(', ');
  return [
    `Not available in this conversation: ${names}. Only the servers of another provider can run that. Where it would be ` +
      'needed, say in your answer that it is not available with this model, and invent no results of it.',
  ];
}
