/**
 * What of a request costs tokens: the texts a tokenizer reads, and what stands in no text (images, documents, the frame
 * around a message). Both ways of counting start here, so that they cannot differ in what they count. Base64 is never text.
 */
import { imageTokens } from './image-size.ts';
import { isBlock, toBlocks, type ContentBlock, type MessagesRequest } from './request.ts';
import { callableTools, serverTools } from './tools.ts';

export interface Countable {
  texts: string[];
  /** Tokens for everything that is no text. */
  fixed: number;
}

/** A PDF of a few pages; its bytes tell little. */
const tokensPerDocument = 3000;
/** What a chat template adds around each message, and around each result of a tool. */
const tokensPerMessage = 4;
const tokensPerResult = 2;

/** The whole request: system, messages, images, and the tools that are shown to the model. */
export function toCountable(request: MessagesRequest): Countable {
  const { system, messages } = request;
  const texts: string[] = [];
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
      add(JSON.stringify(block.input ?? {}));
    } else if (isBlock(block, 'tool_result')) {
      fixed += tokensPerResult;
      for (const inner of toBlocks(block.content)) addBlock(inner);
    } else {
      add(JSON.stringify(block));
    }
  }

  for (const block of toBlocks(system)) addBlock(block);
  for (const { content } of messages) {
    fixed += tokensPerMessage;
    for (const block of toBlocks(content)) addBlock(block);
  }
  for (const { name, description, input_schema } of callableTools(request)) {
    add(JSON.stringify({ name, description, input_schema }));
  }
  for (const tool of serverTools(request)) add(JSON.stringify(tool));
  return { texts, fixed };
}
