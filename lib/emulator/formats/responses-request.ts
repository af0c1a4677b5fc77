/** Reads a Responses request as a conversation. */
import { failedResult, noResult } from '../../wire/encode/notes.ts';
import { parseJson, toArray, toObject, toText, type JsonObject } from '../../json.ts';
import { contentText, toConversation, type Conversation, type Entry } from '../conversation.ts';

export function readResponsesRequest(body: JsonObject): Conversation {
  const format = toObject(toObject(body['text'])['format']);
  const schema = format['type'] === 'json_schema' ? toObject(format['schema']) : undefined;
  const { input } = body;
  const entries: Entry[] = [
    { role: 'system', text: toText(body['instructions']) },
    ...(typeof input === 'string'
      ? [{ role: 'user' as const, text: input }]
      : toArray(input).flatMap((item) => read(toObject(item)))),
  ];
  return toConversation(entries, {
    model: toText(body['model']),
    stream: body['stream'] === true,
    tools: toArray(body['tools'])
      .map(toObject)
      .filter((tool) => tool['type'] === 'function')
      .map((tool) => ({ name: toText(tool['name']), schema: toObject(tool['parameters']) })),
    stops: [],
    schema,
  });
}

function read(item: JsonObject): Entry[] {
  switch (item['type'] ?? 'message') {
    case 'message':
      return readMessage(item);
    case 'reasoning': {
      const words = contentText(item['summary']);
      const encrypted = toText(item['encrypted_content']);
      return encrypted === '' ? [] : [{ role: 'thinking', text: words || encrypted }];
    }
    case 'function_call': {
      const input = parseJson(toText(item['arguments']));
      return [{ role: 'call', id: toText(item['call_id']), name: toText(item['name']), input }];
    }
    case 'function_call_output':
      return [{ role: 'result', id: toText(item['call_id']), ...readResult(contentText(item['output'])) }];
    default:
      return [];
  }
}

function readMessage(item: JsonObject): Entry[] {
  const text = contentText(item['content']);
  switch (item['role']) {
    case 'system':
    case 'developer':
      return [{ role: 'system', text }];
    case 'user':
      return [{ role: 'user', text }];
    default:
      return [];
  }
}

/** The format has no flag for a failed call, so the texts of occ and Claude Code show it to the model. */
function readResult(text: string): { text: string; failed: boolean } {
  if (text.startsWith(failedResult))
    return { text: text.slice(failedResult.length).trimStart(), failed: true };
  return { text, failed: text === noResult || text.startsWith('<tool_use_error>') };
}
