/** Reads a generateContent request as a conversation. The model and whether to stream are in its path. */
import { noResult } from '../../wire/encode/notes.ts';
import { isObject, parseJson, toArray, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { toJsonSchema } from '../../wire/gemini/served/json-schema.ts';
import { toConversation, type Conversation, type OfferedTool, type Entry } from '../conversation.ts';

export function readGeminiRequest(body: JsonObject, path: string): Conversation {
  const generation = toObject(body['generationConfig']);
  const schema = generation['responseJsonSchema'] ?? generation['responseSchema'];
  const [, model = '', method = ''] = /\/models\/(.+):(\w+)$/.exec(path) ?? [];
  return toConversation(
    [
      { role: 'system', text: textOf(toObject(body['systemInstruction'])['parts']) },
      ...toArray(body['contents']).flatMap((content) => read(toObject(content))),
    ],
    {
      model: model.replaceAll('%2F', '/').replaceAll('%3A', ':'),
      stream: method === 'streamGenerateContent',
      wholeCalls: true,
      tools: toArray(body['tools']).flatMap((tool) =>
        toArray(toObject(tool)['functionDeclarations']).map(toTool),
      ),
      stops: toArray(generation['stopSequences']).map(toText),
      schema: isObject(schema) ? toJsonSchema(schema) : undefined,
    },
  );
}

function toTool(declared: Json): OfferedTool {
  const { name, parameters, parametersJsonSchema } = toObject(declared);
  return { name: toText(name), schema: toJsonSchema(toObject(parametersJsonSchema ?? parameters)) };
}

function read({ role, parts }: JsonObject): Entry[] {
  const list = toArray(parts).map(toObject);
  if (role === 'model') return list.flatMap(readAnswer);
  const results = list.flatMap(({ functionResponse }) =>
    isObject(functionResponse) ? [readResult(functionResponse)] : [],
  );
  const rest = list.filter((part) => !isObject(part['functionResponse']));
  return rest.length > 0 ? [...results, { role: 'user', text: textOf(rest) }] : results;
}

function readAnswer(part: JsonObject): Entry[] {
  const { functionCall, thought } = part;
  const text = toText(part['text']);
  if (isObject(functionCall)) {
    const { id, name, args } = functionCall;
    return [{ role: 'call', id: toText(id), name: toText(name), input: args }];
  }
  return thought === true && text.trim() !== '' ? [{ role: 'thinking', text }] : [];
}

function readResult({ id, response }: JsonObject): Entry {
  const { output, error } = toObject(response);
  const text = toText(error) || toText(output);
  return { role: 'result', id: toText(id), text, failed: error !== undefined || text === noResult };
}

/** The text of parts. Media become `[image]`. */
function textOf(parts: Json | undefined): string {
  return toArray(parts)
    .map(toObject)
    .map(({ text, inlineData }) => (isObject(inlineData) ? '[image]' : toText(text)))
    .join('\n');
}

/** Arguments as an object, or as a string if they are not one, as some servers send them. */
export function toArgs(text: string): Json {
  const parsed = parseJson(text);
  return isObject(parsed) ? parsed : text;
}
