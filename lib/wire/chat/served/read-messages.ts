/** Reads the conversation: the system prompt at its beginning, and the messages after it, in their order. */
import { failedResult } from '../../encode/notes.ts';
import type {
  ContentBlock,
  MessagesRequest,
  RequestMessage,
  TextBlock,
  ToolResultBlock,
} from '../../../anthropic/request.ts';
import { isBlock } from '../../../anthropic/request.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { legacyId, readAssistant } from './read-assistant.ts';
import { markerIn, readParts, readTexts } from './read-content.ts';
import { isAbsent, listAt, nameAt, objectAt, wrong } from './shape.ts';

export type Conversation = Required<Pick<MessagesRequest, 'messages'>> & { system: TextBlock[] };

export function readConversation(given: Json | undefined): Conversation {
  const list = listAt(given, 'messages');
  if (list.length === 0) return wrong('messages', 'at least one message', list);
  const system: TextBlock[] = [];
  const messages: RequestMessage[] = [];
  /** The position of the latest `function_call`, which the next `function` message answers. */
  let called = -1;
  for (const [at, entry] of list.entries()) {
    const param = `messages[${at}]`;
    const message = objectAt(entry, param);
    const role = nameAt(message['role'], `${param}.role`);
    switch (role) {
      case 'system':
      case 'developer': {
        const texts = marked(message, readTexts(message['content'], `${param}.content`));
        if (messages.length === 0) system.push(...texts);
        else if (texts.length > 0) messages.push({ role: 'system', content: texts });
        break;
      }
      case 'user':
        add(messages, 'user', marked(message, readParts(message['content'], `${param}.content`)));
        break;
      case 'assistant':
        add(messages, 'assistant', marked(message, readAssistant(message, at)));
        if (!isAbsent(message['function_call'])) called = at;
        break;
      case 'tool': {
        const id = nameAt(message['tool_call_id'], `${param}.tool_call_id`);
        addResult(messages, toResult(id, message, param));
        break;
      }
      case 'function':
        addResult(messages, toResult(legacyId(called), message, param));
        break;
      default:
        wrong(`${param}.role`, 'system, developer, user, assistant or tool', 'another role');
    }
  }
  return withUser(system, messages);
}

/** The blocks with the cache mark of the message on the last of them. Thinking cannot have one. */
function marked<B extends ContentBlock>(message: JsonObject, blocks: B[]): B[] {
  const marker = markerIn(message);
  const last = blocks.at(-1);
  if (!last || marker.cache_control === undefined || last.type === 'thinking') return blocks;
  return [...blocks.slice(0, -1), { ...last, ...marker }];
}

/** A conversation of system messages alone is legal here. The last of them is what the model is to answer. */
function withUser(system: TextBlock[], messages: RequestMessage[]): Conversation {
  const last = system.at(-1);
  if (messages.length > 0 || !last) return { system, messages };
  return { system: system.slice(0, -1), messages: [{ role: 'user', content: [last] }] };
}

/** A single text stays a string, as most clients send it. */
function add(messages: RequestMessage[], role: 'user' | 'assistant', blocks: ContentBlock[]): void {
  const [only] = blocks;
  if (only === undefined) return;
  const isPlain = blocks.length === 1 && isBlock(only, 'text') && only.cache_control === undefined;
  messages.push({ role, content: isPlain ? only.text : blocks });
}

/** Results of consecutive messages are one message. */
function addResult(messages: RequestMessage[], result: ToolResultBlock): void {
  const last = messages.at(-1);
  const blocks = last?.role === 'user' && Array.isArray(last.content) ? last.content : [];
  if (blocks.length > 0 && blocks.every(({ type }) => type === 'tool_result')) blocks.push(result);
  else messages.push({ role: 'user', content: [result] });
}

/** The format has no flag for a failed call. The text that occ writes in its place is read back. */
function toResult(id: string, message: JsonObject, param: string): ToolResultBlock {
  const parts = readParts(message['content'], `${param}.content`);
  // The mark of a part belongs to the result: what is inside a block has none of its own in Anthropic's API.
  const markers = parts.flatMap(
    (part) => markerIn({ cache_control: part['cache_control'] }).cache_control ?? [],
  );
  const marker = markers.at(-1) && { cache_control: markers.at(-1) };
  const content = parts.map((part): ContentBlock => {
    const { cache_control: _, ...block } = part;
    return block;
  });
  const result: ToolResultBlock = {
    type: 'tool_result',
    tool_use_id: id,
    content,
    ...marker,
    ...markerIn(message),
  };
  const [first] = content;
  if (!first || !isBlock(first, 'text')) return result;
  const isFailed = first.text.startsWith(`${failedResult}\n`);
  const text = isFailed ? first.text.slice(failedResult.length + 1) : first.text;
  return {
    ...result,
    content: content.length === 1 ? text : [{ ...first, text }, ...content.slice(1)],
    ...(isFailed && { is_error: true }),
  };
}
