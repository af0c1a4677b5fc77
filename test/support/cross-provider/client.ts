/** A client that returns every block unchanged and answers every call, whatever upstream the blocks came from. */
import assert from 'node:assert/strict';
import { readEvents, token } from '../proxy.ts';
import { hangMs } from '../limits.ts';

type Block = Record<string, unknown>;

export interface Client {
  /** Sends the conversation to `model` at `url`, appends the response, and returns its blocks. */
  send(url: string, model: string, stream: boolean): Promise<Block[]>;
}

export function client(): Client {
  const conversation: object[] = [{ role: 'user', content: 'Begin.' }];
  return {
    async send(url, model, stream) {
      const response = await fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model,
          max_tokens: 1000,
          stream,
          thinking: { type: 'adaptive' },
          tools: [
            { name: 'Read', input_schema: { type: 'object', properties: { file_path: { type: 'string' } } } },
          ],
          messages: conversation,
        }),
        signal: AbortSignal.timeout(hangMs),
      });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      const blocks = stream ? blocksOf(text) : (JSON.parse(text) as { content: Block[] }).content;
      const calls = blocks.filter(({ type }) => type === 'tool_use');
      conversation.push({ role: 'assistant', content: blocks });
      const results = calls.map(({ id, input }) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: `read ${(input as { file_path: string }).file_path}`,
      }));
      conversation.push({ role: 'user', content: calls.length > 0 ? results : 'Go on.' });
      return blocks;
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
