/**
 * Puts a conversation into the order that strict servers require: an assistant turn with tool calls is followed directly
 * by exactly one result per call, in the order of the calls.
 *
 *     conversation = ( user | system | assistant [ results ] )*
 *
 * Claude Code's history deviates from this: results are in completion order, with reminders between them, and interrupted
 * or compacted conversations lack calls or results. A missing result is replaced by a note that says so, and a result
 * without a call becomes user text.
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

/** Consecutive messages of one role form one step. The calls of `results` are in the assistant step before it. */
export type Step =
  | { role: 'user' | 'system' | 'assistant'; blocks: ContentBlock[] }
  | { role: 'results'; results: ToolResultBlock[]; calls: ToolUseBlock[] };

export interface History {
  steps: Step[];
  /** False when the calls and results already followed the rules of Anthropic's API. */
  repaired: boolean;
}

/** A call that waits for its result. `id` is the client's; the id in `call` differs from it after `uniqueId`. */
interface PendingCall {
  id: string;
  call: ToolUseBlock;
  result?: ToolResultBlock;
}

/**
 * `reminders` converts system messages to user text in a system reminder, for models that do not accept a system message
 * in mid-conversation.
 */
export function toHistory(messages: readonly RequestMessage[], options: { reminders: boolean }): History {
  const steps: Step[] = [];
  /** The call ids so far, each with the next number to append to a repeated one. */
  const used = new Map<string, number>();
  let repaired = false;
  let waiting: PendingCall[] = [];
  /** User messages since the calls. Anthropic's API expects all results in the first of them. */
  let userMessages = 0;
  /** Content that arrived before the results were complete. */
  let after: { role: 'user' | 'system'; blocks: ContentBlock[] }[] = [];

  const add = (role: 'user' | 'system' | 'assistant', blocks: ContentBlock[]): void => {
    // An empty assistant turn still separates the steps before and after it.
    if (blocks.length === 0 && role !== 'assistant') return;
    const last = steps.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else steps.push({ role, blocks: [...blocks] });
  };
  const addLater = (role: 'user' | 'system', blocks: ContentBlock[]): void => {
    if (waiting.length === 0) add(role, blocks);
    else if (blocks.length > 0) after.push({ role, blocks });
  };

  /** Adds the results in the order of the calls, then the content that arrived in between. */
  const flushResults = (): void => {
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

  /** Anthropic's API requires unique ids in a conversation, and so does pairing: a repeated id gets a number. */
  const uniqueId = (id: string): string => {
    let name = id || `call_${used.size + 1}`;
    for (let n = used.get(name) ?? 2; used.has(name); n++) {
      used.set(id || name, n + 1);
      name = `${id || 'call'}_${n}`;
    }
    used.set(name, 2);
    return name;
  };

  const addAssistant = (blocks: ContentBlock[]): void => {
    // Consecutive assistant messages are one turn; their results follow the last one.
    if (steps.at(-1)?.role !== 'assistant' || after.length > 0 || waiting.some(({ result }) => result))
      flushResults();
    if (waiting.length > 0) repaired = true;
    const withUniqueIds = blocks.map((block) => {
      if (!isBlock(block, 'tool_use')) return block;
      const id = uniqueId(toText(block.id));
      if (id !== block.id) repaired = true;
      const call = id === block.id ? block : { ...block, id };
      waiting.push({ id: toText(block.id), call });
      return call;
    });
    add('assistant', withUniqueIds);
  };

  const addUser = (blocks: ContentBlock[]): void => {
    const rest: ContentBlock[] = [];
    userMessages++;
    for (const block of blocks) {
      if (!isBlock(block, 'tool_result')) {
        rest.push(block);
        continue;
      }
      if (rest.length > 0 || userMessages > 1) repaired = true;
      const pending = waiting.find(({ id, result }) => id === block.tool_use_id && result === undefined);
      if (pending) {
        pending.result = block;
        continue;
      }
      repaired = true;
      const repeated = waiting.some(
        ({ id, result }) => id === block.tool_use_id && sameContent(result, block),
      );
      if (!repeated) rest.push(...toUserBlocks(block));
    }
    addLater('user', rest);
  };

  for (const message of messages) {
    const blocks = toBlocks(message.content).filter((block) => isObject(block));
    if (message.role === 'assistant') addAssistant(blocks);
    else if (message.role !== 'system') addUser(blocks);
    else if (options.reminders) addLater('user', toReminder(blocks));
    else addLater('system', blocks);
  }
  flushResults();
  return { steps, repaired };
}

/** The result with the id of `call`; the client's own object when its id already matches. */
function toResult(call: ToolUseBlock, result: ToolResultBlock | undefined): ToolResultBlock {
  if (result?.tool_use_id === call.id) return result;
  if (result) return { ...result, tool_use_id: call.id };
  return { type: 'tool_result', tool_use_id: call.id, content: noResult, is_error: true };
}

function sameContent(one: ToolResultBlock | undefined, other: ToolResultBlock): boolean {
  return one !== undefined && JSON.stringify(one.content) === JSON.stringify(other.content);
}

/** A result whose call is not in the conversation, as user text. */
function toUserBlocks(result: ToolResultBlock): ContentBlock[] {
  const head = `[result of a tool call that is not part of this conversation${result.is_error ? '; it failed' : ''}]`;
  return [{ type: 'text', text: head }, ...toBlocks(result.content)];
}

/** The form in which Claude Code itself puts system text into a user message. */
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

/** The text to send for a tool result in formats without `is_error`; `text` is the text of its content. */
export function resultText(result: ToolResultBlock, text: string): string {
  const output = text === '' ? noOutput : text;
  return result.is_error === true && text !== noResult ? `${failedResult}\n${output}` : output;
}

/**
 * A call's arguments as the text of a JSON object, which servers require. The text of an object passes unchanged, any
 * other value is put under `input`, and an empty one becomes `{}`.
 */
export function argumentsText(input: unknown): string {
  if (typeof input === 'string') {
    if (input.trim() === '') return '{}';
    return isObject(parseJson(input)) ? input : JSON.stringify({ input });
  }
  if (input === undefined || input === null) return '{}';
  return JSON.stringify(isObject(input) ? input : { input });
}
