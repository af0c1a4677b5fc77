/**
 * Finds the tool calls that a model wrote into its text (P8): DeepSeek's DSML with the finish `stop`
 * (vllm-project/vllm#54686, sgl-project/sglang#35736), and those of other families. Runs only for models whose quirk
 * `leakedCalls` names their dialect, and only if the request has tools. What is in a code block or between backticks
 * stays text.
 */
import { codeSpans } from './code-spans.ts';
import type { Route, Turn } from '../../codec.ts';
import { toUpstreamName } from '../../tool-names.ts';
import { dialectOf, textFields, type Dialect, type IsText, type LeakedCall } from './dialects.ts';

/** `broken`: the model wrote what can only be a call, but no call can be read from it. */
export type LeakedPiece =
  | { type: 'text'; text: string }
  | { type: 'call'; call: LeakedCall }
  | { type: 'broken' };

export interface LeakedCallFilter {
  push(text: string): LeakedPiece[];
  /** Ends the text. In a turn that was `cut`, a call without its end stays text. */
  end(cut: boolean): LeakedPiece[];
  /** True within a call. */
  inCall(): boolean;
  /** Characters that wait for the end of a call. */
  held(): number;
}

export interface LeakedCallOptions {
  dialect: Dialect;
  /** The names of the request's tools, as the upstream knows them. */
  tools: readonly string[];
  isText: IsText;
}

/** The filter for the text of a turn; undefined for a model that leaks no calls, and for a request without tools. */
export function leakedCallsOf({ quirks }: Route, { request }: Turn): LeakedCallFilter | undefined {
  const names = request.tools?.flatMap(({ name }) => (typeof name === 'string' ? toUpstreamName(name) : []));
  if (quirks.leakedCalls === 'none' || !names || names.length === 0) return undefined;
  // The client wants no call in this turn, so that one is never made of a text.
  const tools = request.tool_choice?.type === 'none' ? [] : names;
  return leakedCalls({ dialect: dialectOf(quirks.leakedCalls), tools, isText: textFields(request.tools) });
}

/** The failure of a turn in which a leaked call could not be read. */
export const brokenLeak = {
  type: 'api_error',
  message: 'the upstream sent a tool call as text, and no call can be read from it',
} as const;

export const leakNote = 'a tool call that the upstream sent as text was read as a call';

export function leakedCalls({ dialect, tools, isText }: LeakedCallOptions): LeakedCallFilter {
  const declared = new Set(tools.map((name) => name.toLowerCase()));
  const beginnings = dialect.beginsWith?.(tools);
  let code = codeSpans();
  /** Text that may be the start of an opening. */
  let held = '';
  /** White space around calls, which belongs to no text. */
  let blank = '';
  let afterCall = true;
  let found = false;
  let block: { opening: string; closing: string; pieces: string[]; length: number; tail: string } | undefined;

  function push(text: string): LeakedPiece[] {
    const pieces: LeakedPiece[] = [];
    let rest = text;
    while (rest !== '') rest = block ? readBlock(rest, pieces) : readText(rest, pieces);
    return pieces;
  }

  /** Reads text up to an opening. Returns what follows it. */
  function readText(next: string, pieces: LeakedPiece[]): string {
    const text = held + next;
    held = '';
    let from = 0;
    for (;;) {
      const at = text.indexOf('<', from);
      const end = at < 0 ? text.length - backticksAtEnd(text, from) : at;
      code.read(text.slice(from, end));
      if (at < 0) {
        addText(text.slice(0, end), pieces);
        held = text.slice(end);
        return '';
      }
      from = at + 1;
      if (code.inside()) {
        code.read('<');
        continue;
      }
      const opening = dialect.openings.find((one) => text.startsWith(one, at));
      if (opening !== undefined) {
        addText(text.slice(0, at), pieces);
        block = { opening, closing: dialect.closing(opening), pieces: [], length: 0, tail: '' };
        return text.slice(at + opening.length);
      }
      const start = text.slice(at);
      if (dialect.openings.some((one) => one.startsWith(start))) {
        addText(text.slice(0, at), pieces);
        held = start;
        return '';
      }
      code.read('<');
    }
  }

  /** Reads a block up to its closing. Returns what follows it. */
  function readBlock(next: string, pieces: LeakedPiece[]): string {
    if (!block) return next;
    const { closing, tail } = block;
    const at = (tail + next).indexOf(closing);
    const taken = at < 0 ? next : next.slice(0, at + closing.length - tail.length);
    block.pieces.push(taken);
    block.length += taken.length;
    block.tail = (tail + taken).slice(-(closing.length - 1));
    if (!mayBeCall()) return release(pieces) + next.slice(taken.length);
    if (at < 0) return '';
    const inner = block.pieces.join('').slice(0, -closing.length);
    const calls = dialect.parse(inner, block.opening, isText);
    const known = calls?.every(({ name }) => declared.has(name.toLowerCase()));
    if (calls && known) {
      block = undefined;
      blank = '';
      afterCall = true;
      found = true;
      for (const call of calls) pieces.push({ type: 'call', call });
    } else {
      block = undefined;
      pieces.push({ type: 'broken' });
    }
    return next.slice(taken.length);
  }

  /** False once the block cannot be a call of this dialect, whose opening also occurs in prose. */
  function mayBeCall(): boolean {
    if (!block || !beginnings || block.length > 4096) return true;
    const start = block.pieces.join('').trimStart().slice(0, 256);
    return beginnings.some((one) => start.startsWith(one) || one.startsWith(start));
  }

  /** Gives up the block: its opening is text, and what follows is read again. */
  function release(pieces: LeakedPiece[]): string {
    if (!block) return '';
    const { opening, pieces: inner } = block;
    block = undefined;
    code.read(opening);
    addText(opening, pieces);
    return inner.join('');
  }

  function addText(text: string, pieces: LeakedPiece[]): void {
    const all = blank + text;
    blank = '';
    if (afterCall && all.trim() === '') {
      blank = all;
      return;
    }
    if (all === '') return;
    afterCall = false;
    pieces.push({ type: 'text', text: all });
  }

  function end(cut: boolean): LeakedPiece[] {
    const pieces: LeakedPiece[] = [];
    if (block && !cut) pieces.push({ type: 'broken' });
    const rest = block ? block.opening + block.pieces.join('') : '';
    block = undefined;
    if (pieces.length === 0 && held + rest !== '') addText(held + rest, pieces);
    held = '';
    // Without a call, an answer of white space alone stays one.
    if (!found && blank !== '') pieces.push({ type: 'text', text: blank });
    blank = '';
    code = codeSpans();
    return pieces;
  }

  return { push, end, inCall: () => block !== undefined, held: () => held.length + (block?.length ?? 0) };
}

function backticksAtEnd(text: string, from: number): number {
  let at = text.length;
  while (at > from && (text[at - 1] === '`' || text[at - 1] === '~')) at--;
  return text.length - at;
}
