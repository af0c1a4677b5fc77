/**
 * The arguments of one tool call while they arrive. They are text and stay text (L9): never parsed and printed again,
 * never repaired into something that runs (P5). What follows a complete object is held back until the end decides.
 */
import { brackets } from '../stream/brackets.ts';
import { isObject, parseJson } from '../stream/json.ts';

export interface ToolArguments {
  /** Takes a fragment and gives the part of it that may be sent now. */
  push(fragment: string): string;
  /** True once the text is one whole object, or nothing at all, with nothing held behind it. */
  settled(): boolean;
  /** Characters held back. */
  held(): number;
  /** The verdict when the turn ends; see `Verdict`. */
  end(cut: boolean): Verdict;
}

/**
 * - `rest` is still to be sent; `complete` says that the call may run; `lost` tells the log what was left out;
 * - `broken` fails the turn.
 */
export type Verdict = { rest: string; complete: boolean; lost?: string } | { broken: string };

export function toolArguments(): ToolArguments {
  const sent: string[] = [];
  const held: string[] = [];
  let heldLength = 0;
  let phase: 'before' | 'inside' | 'after' | 'junk' = 'before';
  const outermost = brackets();

  function hold(text: string): void {
    if (text === '') return;
    held.push(text);
    heldLength += text.length;
  }

  function push(fragment: string): string {
    if (phase === 'before') {
      const first = fragment.search(/\S/);
      if (first >= 0) phase = fragment[first] === '{' ? 'inside' : 'junk';
    }
    if (phase === 'after' || phase === 'junk') {
      hold(fragment);
      return '';
    }
    if (phase === 'before') {
      sent.push(fragment);
      return fragment;
    }
    const end = outermost.feed(fragment);
    const now = end < 0 ? fragment : fragment.slice(0, end + 1);
    sent.push(now);
    if (end >= 0) {
      phase = 'after';
      hold(fragment.slice(end + 1));
    }
    return now;
  }

  function end(cut: boolean): Verdict {
    const body = sent.join('');
    const tail = held.join('');
    const value = parseJson(body);
    const empty = body.trim() === '' && tail === '';
    if (cut) return { rest: tail, complete: isObject(value) && tail.trim() === '' };
    if (empty) return { rest: '', complete: true };
    if (!isObject(value))
      return { broken: phase === 'inside' ? 'they end in the middle' : 'they are no JSON object' };
    if (tail.trim() === '') return { rest: tail, complete: true };
    if (!/[{[]/.test(tail))
      return { rest: '', complete: true, lost: `${tail.length} characters after the arguments` };
    if (isSame(parseJson(tail), value))
      return { rest: '', complete: true, lost: 'the arguments sent a second time' };
    return { broken: 'a second value follows them' };
  }

  return {
    push,
    settled: () =>
      heldLength === 0 && (phase === 'before' || (phase === 'after' && isObject(parseJson(sent.join(''))))),
    held: () => heldLength,
    end,
  };
}

function isSame(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b))
    return a === b || (Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b));
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(a[key], b[key]));
}
