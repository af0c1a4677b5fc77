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
import { append } from '../../append.ts';
import { pendingCalls, uniqueIds } from './pending-calls.ts';
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

/**
 * `reminders` converts system messages to user text in a system reminder, for models that do not accept a system message
 * in mid-conversation.
 */
export function toHistory(messages: readonly RequestMessage[], options: { reminders: boolean }): History {
  const steps: Step[] = [];
  const uniqueId = uniqueIds();
  let repaired = false;
  let waiting = pendingCalls();
  /** User messages since the calls. Anthropic's API expects all results in the first of them. */
  let userMessages = 0;
  /** Content that arrived before the results were complete. */
  let after: { role: 'user' | 'system'; blocks: ContentBlock[] }[] = [];

  const add = (role: 'user' | 'system' | 'assistant', blocks: ContentBlock[]): void => {
    // An empty assistant turn still separates the steps before and after it.
    if (blocks.length === 0 && role !== 'assistant') return;
    const last = steps.at(-1);
    if (last?.role === role) append(last.blocks, blocks);
    else steps.push({ role, blocks: [...blocks] });
  };
  const addLater = (role: 'user' | 'system', blocks: ContentBlock[]): void => {
    if (waiting.calls.length === 0) add(role, blocks);
    else if (blocks.length > 0) after.push({ role, blocks });
  };

  /** Adds the results in the order of the calls, then the content that arrived in between. */
  const flushResults = (): void => {
    const { calls } = waiting;
    if (calls.length > 0) {
      if (calls.some(({ result }) => result === undefined)) repaired = true;
      const results = calls.map(({ call, result }) => toResult(call, result));
      steps.push({ role: 'results', results, calls: calls.map(({ call }) => call) });
    }
    waiting = pendingCalls();
    userMessages = 0;
    for (const { role, blocks } of after) add(role, blocks);
    after = [];
  };

  const addAssistant = (blocks: ContentBlock[]): void => {
    // Consecutive assistant messages are one turn; their results follow the last one.
    if (steps.at(-1)?.role !== 'assistant' || after.length > 0 || waiting.isAnswered()) flushResults();
    if (waiting.calls.length > 0) repaired = true;
    const withUniqueIds = blocks.map((block) => {
      if (!isBlock(block, 'tool_use')) return block;
      const id = uniqueId(toText(block.id));
      if (id !== block.id) repaired = true;
      const call = id === block.id ? block : { ...block, id };
      waiting.add(toText(block.id), call);
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
      const taken = waiting.take(block);
      if (taken !== 'taken') repaired = true;
      if (taken === 'stray') append(rest, toUserBlocks(block));
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
 * other value is put under `input`, and an empty one or `null` becomes `{}`.
 */
export function argumentsText(input: unknown): string {
  if (typeof input === 'string') {
    if (['', 'null'].includes(input.trim())) return '{}';
    return isObject(parseJson(input)) ? input : JSON.stringify({ input });
  }
  if (input === undefined || input === null) return '{}';
  return JSON.stringify(isObject(input) ? input : { input });
}
