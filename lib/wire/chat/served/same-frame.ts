/**
 * Decides whether a chunk of an upstream may pass to a client of the same format: whether it obeys the laws of the stream
 * (laws.md) and says what the codec reads from it. Servers deviate in many ways that the codec repairs; such chunks are
 * printed instead.
 */
import { isObject, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { brackets, type Brackets } from '../../../stream/brackets.ts';
import { deltaContent } from '../delta.ts';
import type { Said } from './chunks.ts';

export interface ChunkReader {
  /**
   * - `passes`: the chunk may pass; `said` has what it says.
   * - `text`: the chunk may pass, and has nothing but text.
   * - `ends`: the chunk may pass once the answer is known to succeed.
   * - `nothing`: the chunk has nothing for the client, or repeats what was sent.
   * - `printed`: the chunk must not pass, and no later one can, because their order would be lost.
   */
  read(json: JsonObject): Verdict;
  /** The id and the time that all chunks have; undefined before the first chunk. */
  head(): { id: string; created: number } | undefined;
}

export type Verdict = 'text' | 'passes' | 'ends' | 'nothing' | 'printed';

const finishes: ReadonlySet<unknown> = new Set(['stop', 'length', 'tool_calls', 'content_filter']);
const cuts: ReadonlySet<unknown> = new Set(['length', 'content_filter']);

/** `said` is updated. `isName` tells whether a tool's name needs no change. */
export function chunkReader(
  said: Said,
  options: { includeUsage: boolean; isName: (name: string) => boolean },
): ChunkReader {
  let head: { id: string; created: number } | undefined;
  const ids = new Set<string>();
  /** Of the arguments of each call. */
  const objects: Brackets[] = [];

  function read(json: JsonObject): Verdict {
    const { choices, usage } = json;
    if (!Array.isArray(choices)) return isObject(usage) ? 'nothing' : 'printed';
    const isOwn = hasHead(json);
    const [choice] = choices;
    if (choice === undefined) {
      // The usage, or a price or a filter's verdict, which belong to no answer.
      if (!isOwn || !isObject(usage) || !said.finish || said.usage || !options.includeUsage) return 'nothing';
      said.usage = true;
      return 'ends';
    }
    return isOwn && choices.length === 1 && isObject(choice) ? readChoice(choice, usage) : 'printed';
  }

  function hasHead({ id, created, object }: JsonObject): boolean {
    if (typeof id !== 'string' || id === '' || typeof created !== 'number') return false;
    if (object !== 'chat.completion.chunk') return false;
    head ??= { id, created };
    return head.id === id && head.created === created;
  }

  function readChoice(choice: JsonObject, usage: Json | undefined): Verdict {
    const { delta, index, finish_reason: finish } = choice;
    if (index !== 0 || !isObject(delta) || choice['message'] !== undefined || choice['text'] !== undefined)
      return 'printed';
    const text = textIn(delta);
    if (text !== undefined && said.role && !said.finish && (finish === null || finish === undefined)) {
      said.text += text.length;
      return 'text';
    }
    const calls = isPlain(delta) ? readCalls(delta['tool_calls']) : undefined;
    if (calls === undefined) return 'printed';
    const content = deltaContent(delta, undefined, () => {});
    if (said.finish) return content.kinds.length > 0 ? 'printed' : 'nothing';
    const hasFinish = finish !== null && finish !== undefined && finish !== '';
    if (hasFinish) {
      // More may follow a finish, so it waits, and what comes with it must not.
      if (content.kinds.length > 0) return 'printed';
      // The right reason is printed in place of a wrong one (L7).
      if (!said.role || !fits(finish, said.args.length)) return 'nothing';
      said.finish = true;
      said.usage = isObject(usage);
      return 'ends';
    }
    said.role = true;
    for (const { index: at, args } of calls) said.args[at] = (said.args[at] ?? 0) + args;
    for (const { type, text } of content.pieces) said[type] += text.length;
    return 'passes';
  }

  /** Whether the delta has only fields in the form that every client reads. */
  function isPlain(delta: JsonObject): boolean {
    const { role, content } = delta;
    const isFirst = !said.role;
    if (isFirst ? role !== 'assistant' : role !== undefined && role !== null && role !== 'assistant')
      return false;
    if (content !== undefined && content !== null && typeof content !== 'string') return false;
    return delta['function_call'] === undefined || delta['function_call'] === null;
  }

  /** The calls in a delta, with the characters of their arguments; undefined if one of them has another form. */
  function readCalls(value: Json | undefined): { index: number; args: number }[] | undefined {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return undefined;
    const calls: { index: number; args: number }[] = [];
    let known = said.args.length;
    for (const entry of value) {
      const call = toObject(entry);
      const called = toObject(call['function']);
      const { index } = call;
      const args = called['arguments'] ?? '';
      if (typeof index !== 'number' || typeof args !== 'string') return undefined;
      if (index === known) {
        const [id, name] = [toText(call['id']), toText(called['name'])];
        const isFunction = call['type'] === 'function';
        if (!isFunction || id === '' || ids.has(id) || name === '' || !options.isName(name)) return undefined;
        ids.add(id);
        objects[index] = brackets();
        known++;
      } else {
        if (!Number.isInteger(index) || index < 0 || index > known) return undefined;
        if (toText(call['id']) !== '' || toText(called['name']) !== '') return undefined;
      }
      if (!isPartOfObject(args, objects[index])) return undefined;
      calls.push({ index, args: args.length });
    }
    return calls;
  }

  return { read, head: () => head };
}

/** The text of a delta that has nothing else, as most have. */
function textIn(delta: JsonObject): string | undefined {
  let text: string | undefined;
  for (const name in delta) {
    const value = delta[name];
    if (value === null) continue;
    if (name !== 'content' || typeof value !== 'string') return undefined;
    text = value;
  }
  return text;
}

/** Whether a piece of arguments belongs to their one object. The codec drops or refuses what does not (P5). */
function isPartOfObject(piece: string, object: Brackets = brackets()): boolean {
  if (object.phase() === 'closed') return piece.trim() === '';
  if (object.phase() === 'before' && !/^\s*(?:\{|$)/.test(piece)) return false;
  const end = object.feed(piece);
  return end < 0 || piece.slice(end + 1).trim() === '';
}

/** Whether the reason agrees with what was sent (L7). */
function fits(finish: Json, calls: number): boolean {
  return finishes.has(finish) && (cuts.has(finish) || (finish === 'tool_calls') === calls > 0);
}
