/**
 * Collects the parts of a request that cost tokens: texts for a tokenizer, and fixed costs (images, documents, message
 * overhead). The exact count and the estimate both use it, so they count the same content. Base64 is not counted as text.
 */
import { append } from '../append.ts';
import { imageTokens } from './image-size.ts';
import { isBlock, toBlocks, type ContentBlock, type MessagesRequest } from './request.ts';
import { callableTools, serverTools } from './tools.ts';

export interface Countable {
  texts: string[];
  /** Values that the model reads as JSON: the arguments of calls, tools, and blocks of unknown type. */
  values: unknown[];
  /** Tokens for everything except text. */
  fixed: number;
}

/** The cost of a PDF with a few pages; the number of bytes does not indicate the cost. */
const tokensPerDocument = 3000;
/** The overhead of a chat template for each message and each tool result. */
const tokensPerMessage = 4;
const tokensPerResult = 2;

/** Covers the system prompt, messages, images, and the tools that the model gets. */
export function toCountable(request: MessagesRequest): Countable {
  const { system, messages } = request;
  const texts: string[] = [];
  const values: unknown[] = [];
  let fixed = 0;

  function add(text: unknown): void {
    if (typeof text === 'string' && text !== '') texts.push(text);
  }

  function addBlock(block: ContentBlock): void {
    if (isBlock(block, 'text')) return add(block.text);
    if (isBlock(block, 'thinking')) return add(block.thinking);
    if (isBlock(block, 'image')) {
      fixed += imageTokens(block.source);
    } else if (isBlock(block, 'document')) {
      if (block.source.type === 'text') add(block.source.data);
      else fixed += tokensPerDocument;
    } else if (isBlock(block, 'tool_use')) {
      add(block.name);
      values.push(block.input ?? {});
    } else if (isBlock(block, 'tool_result')) {
      fixed += tokensPerResult;
      for (const inner of toBlocks(block.content)) addBlock(inner);
    } else {
      values.push(block);
    }
  }

  for (const block of toBlocks(system)) addBlock(block);
  for (const { content } of messages) {
    fixed += tokensPerMessage;
    for (const block of toBlocks(content)) addBlock(block);
  }
  for (const { name, description, input_schema } of callableTools(request)) {
    values.push({ name, description, input_schema });
  }
  append(values, serverTools(request));
  return { texts, values, fixed };
}
