/**
 * The arguments of one tool call while they arrive. They are text and stay text (L9): never parsed and printed again,
 * never repaired into something that runs (P5). What follows a complete object is held back until the end decides, and
 * so is white space before one: alone it would be arguments that no client can parse (L6).
 */
import { brackets } from '../stream/brackets.ts';
import { isObject, parseJson } from '../json.ts';

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
    if (phase === 'inside') return inside(fragment);
    if (phase === 'after' && heldLength === 0) return after(fragment);
    if (phase === 'before') {
      const first = fragment.search(solid);
      if (first >= 0) phase = fragment[first] === '{' ? 'inside' : 'junk';
      if (phase === 'inside') return inside(release() + fragment);
    }
    hold(fragment);
    return '';
  }

  function inside(text: string): string {
    const end = outermost.feed(text);
    if (end < 0) return send(text);
    phase = 'after';
    const now = send(text.slice(0, end + 1));
    return now + after(text.slice(end + 1));
  }

  /** White space behind the object changes nothing and goes on; from the first other character on, all waits. */
  function after(text: string): string {
    const end = text.search(solid);
    if (end < 0) return send(text);
    hold(text.slice(end));
    return send(text.slice(0, end));
  }

  function send(text: string): string {
    sent.push(text);
    return text;
  }

  function release(): string {
    heldLength = 0;
    return held.splice(0).join('');
  }

  function end(cut: boolean): Verdict {
    const value = parseJson(sent.join(''));
    const tail = held.join('');
    if (cut) return { rest: tail, complete: isObject(value) && tail === '' };
    if (phase === 'before')
      return {
        rest: '',
        complete: true,
        ...(tail !== '' && { lost: `${tail.length} blanks for arguments` }),
      };
    if (!isObject(value))
      return { broken: phase === 'inside' ? 'they end in the middle' : 'they are no JSON object' };
    if (tail === '') return { rest: '', complete: true };
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
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

/** What is not white space to JSON; a no-break space is junk like any other character. */
const solid = /[^ \t\n\r]/;
