/**
 * A cheap estimate of a request's tokens, for routing and for a `message_start` that comes before anybody has counted.
 * Four characters to a token is what English and code come to with the tokenizers in use; an image costs what Anthropic
 * documents for a full-sized one. Base64 is never counted as text.
 */
import { isBlock, toBlocks, type ContentBlock, type MessagesRequest } from './request.ts';

const charactersPerToken = 4;
/** Anthropic: width × height / 750, at most about 1,600. */
const tokensPerImage = 1600;
/** A PDF of a few pages; its bytes tell little. */
const tokensPerDocument = 3000;
/** What a chat template adds around each message. */
const tokensPerMessage = 4;

/** Tokens of the whole request: system, messages, tools, images. */
export function estimateTokens({
  system,
  messages,
  tools,
}: Pick<MessagesRequest, 'system' | 'messages' | 'tools'>): number {
  let tokens = toBlocks(system).reduce((sum, block) => sum + blockTokens(block), 0);
  for (const { content } of messages) {
    tokens += tokensPerMessage + toBlocks(content).reduce((sum, block) => sum + blockTokens(block), 0);
  }
  if (tools !== undefined) tokens += JSON.stringify(tools).length / charactersPerToken;
  return Math.ceil(tokens);
}

function blockTokens(block: ContentBlock): number {
  if (isBlock(block, 'text')) return textTokens(block.text);
  if (isBlock(block, 'image')) return tokensPerImage;
  if (isBlock(block, 'document')) {
    const { source } = block;
    return source.type === 'text' ? textTokens(source.data) : tokensPerDocument;
  }
  if (isBlock(block, 'thinking')) return textTokens(block.thinking);
  if (isBlock(block, 'tool_use'))
    return textTokens(block.name) + textTokens(JSON.stringify(block.input ?? {}));
  if (isBlock(block, 'tool_result'))
    return toBlocks(block.content).reduce((sum, inner) => sum + blockTokens(inner), 2);
  return textTokens(JSON.stringify(block));
}

function textTokens(text: unknown): number {
  return typeof text === 'string' ? text.length / charactersPerToken : 0;
}
