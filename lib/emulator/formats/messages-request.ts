/** Reads a Messages request as a conversation. */
import { toArray, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { contentText, toConversation, type Conversation, type Entry } from '../conversation.ts';

export function readMessagesRequest(body: JsonObject): Conversation {
  const format = toObject(toObject(body['output_config'])['format']);
  const schema = format['type'] === 'json_schema' ? toObject(format['schema']) : undefined;
  const entries: Entry[] = [
    { role: 'system', text: contentText(body['system']) },
    ...toArray(body['messages']).flatMap((message) => read(toObject(message))),
  ];
  return toConversation(entries, {
    model: toText(body['model']),
    stream: body['stream'] === true,
    tools: toArray(body['tools']).map((tool) => ({
      name: toText(toObject(tool)['name']),
      schema: toObject(toObject(tool)['input_schema']),
    })),
    stops: toArray(body['stop_sequences']).map(toText),
    schema,
  });
}

function read(message: JsonObject): Entry[] {
  const blocks = toBlocks(message['content']);
  if (message['role'] === 'system') return [{ role: 'system', text: contentText(blocks) }];
  if (message['role'] === 'assistant') return blocks.flatMap((block) => readAnswer(toObject(block)));
  const results: Entry[] = [];
  const rest: Json[] = [];
  for (const entry of blocks) {
    const block = toObject(entry);
    if (block['type'] !== 'tool_result') {
      rest.push(block);
      continue;
    }
    results.push({
      role: 'result',
      id: toText(block['tool_use_id']),
      text: contentText(block['content']),
      failed: block['is_error'] === true,
    });
  }
  return rest.length > 0 ? [...results, { role: 'user', text: contentText(rest) }] : results;
}

function readAnswer(block: JsonObject): Entry[] {
  switch (block['type']) {
    case 'thinking': {
      const text = toText(block['thinking']);
      return text.trim() === '' ? [] : [{ role: 'thinking', text }];
    }
    case 'tool_use':
      return [{ role: 'call', id: toText(block['id']), name: toText(block['name']), input: block['input'] }];
    default:
      return [];
  }
}

function toBlocks(content: Json | undefined): Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : toArray(content);
}
