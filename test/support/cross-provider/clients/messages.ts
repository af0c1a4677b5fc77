/** A client of Anthropic's format. */
import assert from 'node:assert/strict';
import { readEvents } from '../../proxy.ts';
import { goOn, picture, question, readTool, resultOf, type Conversation } from './conversation.ts';

type Block = Record<string, unknown>;

export function messagesClient(): Conversation {
  const messages: object[] = [{ role: 'user', content: question }];
  let turns = 0;
  return {
    request: (model, stream) => ({
      path: '/v1/messages',
      body: {
        model,
        max_tokens: 1000,
        stream,
        thinking: { type: 'adaptive' },
        tools: [{ name: readTool.name, input_schema: readTool.parameters }],
        messages,
      },
    }),
    take(answer, stream) {
      const content = stream ? blocksOf(answer) : (JSON.parse(answer) as { content: Block[] }).content;
      messages.push({ role: 'assistant', content });
      const results = content
        .filter(({ type }) => type === 'tool_use')
        .map(({ id, input }) => ({ type: 'tool_result', tool_use_id: id, content: resultOf(input) }));
      const source = { type: 'base64', media_type: 'image/png', data: picture };
      const next =
        ++turns === 3
          ? [
              { type: 'text', text: goOn },
              { type: 'image', source },
            ]
          : goOn;
      messages.push({ role: 'user', content: results.length > 0 ? results : next });
    },
  };
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const json: string[] = [];
  for (const event of readEvents(text).events) {
    if (event.type === 'error') assert.fail(event.error.message);
    if (event.type === 'content_block_start') blocks[event.index] = { ...event.content_block };
    if (event.type !== 'content_block_delta') continue;
    const { index, delta } = event;
    const block = blocks[index];
    assert(block, 'a delta before its block');
    if (delta.type === 'text_delta') block['text'] = String(block['text']) + delta.text;
    if (delta.type === 'thinking_delta') block['thinking'] = String(block['thinking']) + delta.thinking;
    if (delta.type === 'signature_delta') block['signature'] = delta.signature;
    if (delta.type === 'input_json_delta') json[index] = (json[index] ?? '') + delta.partial_json;
  }
  for (const [index, block] of blocks.entries())
    if (block['type'] === 'tool_use') block['input'] = JSON.parse(json[index] || '{}');
  return blocks;
}
