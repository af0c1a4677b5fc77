/**
 * The prompt that an upstream makes of a request, in the order in which the vendor puts it before the model. Its text stands
 * for the vendor's own: what is equal in the request is equal in it.
 */
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { usualLifeMs, type PromptPart } from './cache.ts';

const hourMs = 3_600_000;

/** OpenAI: the schema of the answer comes before the system message, and the tools before the messages. */
export function chatPrompt(body: JsonObject): PromptPart[] {
  return [body['response_format'], ...toArray(body['tools']), ...toArray(body['messages'])].flatMap(toPart);
}

export function responsesPrompt(body: JsonObject): PromptPart[] {
  const format = toObject(body['text'])['format'];
  return [format, ...toArray(body['tools']), body['instructions'], ...inputOf(body)].flatMap(toPart);
}

/** Google does not document the order of its own parts. */
export function geminiPrompt(body: JsonObject): PromptPart[] {
  const tools = toArray(body['tools']).flatMap((tool) => {
    const declared = toArray(toObject(tool)['functionDeclarations']);
    return declared.length > 0 ? declared : [tool];
  });
  return [...tools, body['systemInstruction'], ...toArray(body['contents'])].flatMap(toPart);
}

/**
 * Anthropic: tools, system, messages, each block a part that a mark may end. Deferred tools are not in the prefix; the block
 * that refers to one brings its definition into the conversation (platform.claude.com: tool use with prompt caching). A
 * changed tool choice or thinking setting invalidates the messages, but not what precedes them.
 */
export function messagesPrompt(body: JsonObject): PromptPart[] {
  const tools = toArray(body['tools']).filter(isObject);
  const deferred = new Map<string, Json>();
  for (const tool of tools) if (tool['defer_loading'] === true) deferred.set(toText(tool['name']), tool);
  const settings = [body['tool_choice'] ?? null, body['thinking'] ?? null];
  return [
    ...tools.filter((tool) => tool['defer_loading'] !== true).flatMap(toPart),
    ...blocksOf(body['system']).flatMap(toPart),
    ...toPart(settings),
    ...toArray(body['messages']).flatMap((message) => messageParts(toObject(message), deferred)),
  ];
}

function messageParts(message: JsonObject, deferred: ReadonlyMap<string, Json>): PromptPart[] {
  const role = toText(message['role']);
  return blocksOf(message['content']).flatMap((block) => {
    const loaded = toArray(toObject(block)['content']).flatMap((inner) => {
      const { type, tool_name: name } = toObject(inner);
      return type === 'tool_reference' ? (deferred.get(toText(name)) ?? []) : [];
    });
    const [part] = toPart(block);
    return part
      ? [
          {
            ...part,
            text: [role, part.text, ...loaded.flatMap((tool) => toPart(tool).map(({ text }) => text))].join(
              '\n',
            ),
          },
        ]
      : [];
  });
}

function inputOf(body: JsonObject): Json[] {
  const { input } = body;
  return typeof input === 'string' ? [input] : toArray(input);
}

function blocksOf(content: Json | undefined): Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : toArray(content);
}

function toPart(value: Json | undefined): PromptPart[] {
  if (value === undefined) return [];
  const mark = isObject(value) ? value['cache_control'] : undefined;
  const text = printed(value);
  if (!isObject(mark)) return [{ text }];
  return [{ text, keptMs: mark['ttl'] === '1h' ? hourMs : usualLifeMs }];
}

/** Without marks, which are not part of the prompt. */
function printed(value: Json): string {
  return JSON.stringify(value, (key, inner: unknown) => (key === 'cache_control' ? undefined : inner));
}
