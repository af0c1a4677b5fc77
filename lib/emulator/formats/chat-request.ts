/** Reads a Chat Completions request as a conversation. */
import { failedResult, noResult } from '../../wire/encode/notes.ts';
import { parseJson, toArray, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { contentText, toConversation, type Conversation, type Entry } from '../conversation.ts';

export function readChatRequest(body: JsonObject): Conversation {
  const format = toObject(body['response_format']);
  const schema =
    format['type'] === 'json_schema' ? toObject(toObject(format['json_schema'])['schema']) : undefined;
  const stop = body['stop'];
  return toConversation(
    toArray(body['messages']).flatMap((message) => read(toObject(message))),
    {
      model: toText(body['model']),
      stream: body['stream'] === true,
      tools: toArray(body['tools']).map((tool) => {
        const described = toObject(toObject(tool)['function']);
        return { name: toText(described['name']), schema: toObject(described['parameters']) };
      }),
      stops: typeof stop === 'string' ? [stop] : toArray(stop).map(toText),
      schema,
    },
  );
}

function read(message: JsonObject): Entry[] {
  const text = contentText(message['content']);
  switch (message['role']) {
    case 'system':
    case 'developer':
      return [{ role: 'system', text }];
    case 'user':
      return [{ role: 'user', text }];
    case 'tool':
      return [{ role: 'result', id: toText(message['tool_call_id']), ...readResult(text) }];
    case 'assistant':
      return [
        ...thinking(message),
        ...toArray(message['tool_calls']).map((made) => readCall(toObject(made))),
      ];
    default:
      return [];
  }
}

function thinking(message: JsonObject): Entry[] {
  const text = toText(message['reasoning_content']);
  return text.trim() === '' ? [] : [{ role: 'thinking', text }];
}

function readCall(made: JsonObject): Entry {
  const called = toObject(made['function']);
  const input: Json | undefined = parseJson(toText(called['arguments']));
  return { role: 'call', id: toText(made['id']), name: toText(called['name']), input };
}

/** The format has no flag for a failed call, so the texts of occ and Claude Code show it to the model. */
function readResult(text: string): { text: string; failed: boolean } {
  if (text.startsWith(failedResult))
    return { text: text.slice(failedResult.length).trimStart(), failed: true };
  return { text, failed: text === noResult || text.startsWith('<tool_use_error>') };
}
