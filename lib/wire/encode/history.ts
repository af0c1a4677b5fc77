/**
 * A conversation as the stricter servers want it: each assistant turn that calls tools is followed at once by exactly
 * one result for each call, in the order of the calls, and everything else stands around that.
 *
 *     conversation = ( user | system | assistant [ results ] )*
 *
 * Claude Code's own history breaks this in honest ways (results in the order they came in, reminders in between), and
 * interrupted or compacted conversations break it further. Nothing is invented to mend it: a result that is missing is
 * said to be missing, and a result without a call becomes text of the user.
 */
import { isObject, parseJson, toText } from '../../json.ts';
import { failedResult, noOutput, noResult } from './notes.ts';
import {
  isBlock,
  toBlocks,
  type ContentBlock,
  type RequestMessage,
  type ToolResultBlock,
  type ToolUseBlock,
} from '../../anthropic/request.ts';
import { joinTexts } from './text.ts';

/** Consecutive messages of one role are one step. Every id in `results` stands in the assistant step before it. */
export type Step =
  | { role: 'user' | 'system' | 'assistant'; blocks: ContentBlock[] }
  | { role: 'results'; results: ToolResultBlock[]; calls: ToolUseBlock[] };

export interface History {
  steps: Step[];
  /** False when the calls and results were in order as they stood, by Anthropic's own rules. */
  repaired: boolean;
}

/** A call that waits for its result. `id` is the one the client knows; the call's own may differ (see `unique`). */
interface Waiting {
  id: string;
  call: ToolUseBlock;
  result?: ToolResultBlock;
}

/**
 * `reminders` turns messages of the role system into user text in a system reminder, for models that take no system
 * message in mid-conversation.
 */
export function toHistory(messages: readonly RequestMessage[], options: { reminders: boolean }): History {
  const steps: Step[] = [];
  /** Ids of calls so far, and the number under which the next call of that id may go. */
  const used = new Map<string, number>();
  let repaired = false;
  let waiting: Waiting[] = [];
  /** User messages since the calls: only the first may hold their results. */
  let userMessages = 0;
  let after: { role: 'user' | 'system'; blocks: ContentBlock[] }[] = [];

  const add = (role: 'user' | 'system' | 'assistant', blocks: ContentBlock[]): void => {
    // An assistant turn with nothing in it still parts what was said before it from what was said after.
    if (blocks.length === 0 && role !== 'assistant') return;
    const last = steps.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else steps.push({ role, blocks: [...blocks] });
  };
  const addLater = (role: 'user' | 'system', blocks: ContentBlock[]): void => {
    if (waiting.length === 0) add(role, blocks);
    else if (blocks.length > 0) after.push({ role, blocks });
  };

  /** Ends the wait: the results go in, in the order of the calls, then what came meanwhile. */
  const settle = (): void => {
    if (waiting.length > 0) {
      if (waiting.some(({ result }) => result === undefined)) repaired = true;
      const results = waiting.map(({ call, result }) => toResult(call, result));
      steps.push({ role: 'results', results, calls: waiting.map(({ call }) => call) });
    }
    waiting = [];
    userMessages = 0;
    for (const { role, blocks } of after) add(role, blocks);
    after = [];
  };

  /** Claude's API wants each id once in a conversation, and so does pairing: a second use gets a number. */
  const unique = (id: string): string => {
    let name = id || `call_${used.size + 1}`;
    for (let n = used.get(name) ?? 2; used.has(name); n++) {
      used.set(id || name, n + 1);
      name = `${id || 'call'}_${n}`;
    }
    used.set(name, 2);
    return name;
  };

  const assistant = (blocks: ContentBlock[]): void => {
    // Two assistant messages in a row are one turn; their results come after both.
    if (steps.at(-1)?.role !== 'assistant' || after.length > 0 || waiting.some(({ result }) => result))
      settle();
    if (waiting.length > 0) repaired = true;
    const own = blocks.map((block) => {
      if (!isBlock(block, 'tool_use')) return block;
      const id = unique(toText(block.id));
      if (id !== block.id) repaired = true;
      const call = id === block.id ? block : { ...block, id };
      waiting.push({ id: toText(block.id), call });
      return call;
    });
    add('assistant', own);
  };

  const user = (blocks: ContentBlock[]): void => {
    const rest: ContentBlock[] = [];
    userMessages++;
    for (const block of blocks) {
      if (!isBlock(block, 'tool_result')) {
        rest.push(block);
        continue;
      }
      if (rest.length > 0 || userMessages > 1) repaired = true;
      const open = waiting.find(({ id, result }) => id === block.tool_use_id && result === undefined);
      if (open) {
        open.result = block;
        continue;
      }
      repaired = true;
      const told = waiting.some(({ id, result }) => id === block.tool_use_id && sameContent(result, block));
      if (!told) rest.push(...toUserBlocks(block));
    }
    addLater('user', rest);
  };

  for (const message of messages) {
    const blocks = toBlocks(message.content).filter((block) => isObject(block));
    if (message.role === 'assistant') assistant(blocks);
    else if (message.role !== 'system') user(blocks);
    else if (options.reminders) addLater('user', toReminder(blocks));
    else addLater('system', blocks);
  }
  settle();
  return { steps, repaired };
}

/** The result of `call` under the call's own id; the very block of the client where nothing needs to change. */
function toResult(call: ToolUseBlock, result: ToolResultBlock | undefined): ToolResultBlock {
  if (result?.tool_use_id === call.id) return result;
  if (result) return { ...result, tool_use_id: call.id };
  return { type: 'tool_result', tool_use_id: call.id, content: noResult, is_error: true };
}

function sameContent(one: ToolResultBlock | undefined, other: ToolResultBlock): boolean {
  return one !== undefined && JSON.stringify(one.content) === JSON.stringify(other.content);
}

/** A result whose call is not in the conversation, as the user's own text. */
function toUserBlocks(result: ToolResultBlock): ContentBlock[] {
  const head = `[result of a tool call that is not part of this conversation${result.is_error ? '; it failed' : ''}]`;
  return [{ type: 'text', text: head }, ...toBlocks(result.content)];
}

/** The form in which Claude Code itself puts system words into a user's message. */
function toReminder(blocks: ContentBlock[]): ContentBlock[] {
  const texts = blocks.filter((block) => isBlock(block, 'text'));
  const text = joinTexts(texts.map((block) => toText(block.text)));
  const marker = texts.findLast((block) => block.cache_control)?.cache_control;
  const others = blocks.filter((block) => !isBlock(block, 'text'));
  if (text === '') return others;
  const wrapped = /^\s*<system-reminder>/.test(text)
    ? text
    : `<system-reminder>\n${text}\n</system-reminder>`;
  return [{ type: 'text', text: wrapped, ...(marker && { cache_control: marker }) }, ...others];
}

/** The words of a tool result for the formats that have no word for failure; `text` is what the result says. */
export function resultText(result: ToolResultBlock, text: string): string {
  const said = text === '' ? noOutput : text;
  return result.is_error === true && text !== noResult ? `${failedResult}\n${said}` : said;
}

/**
 * A call's arguments as the text of a JSON object, which is all that servers accept. Text that already is one passes
 * as it is; a value of another kind is put under `input`; nothing becomes `{}`.
 */
export function argumentsText(input: unknown): string {
  if (typeof input === 'string') {
    if (input.trim() === '') return '{}';
    return isObject(parseJson(input)) ? input : JSON.stringify({ input });
  }
  if (input === undefined || input === null) return '{}';
  return JSON.stringify(isObject(input) ? input : { input });
}
