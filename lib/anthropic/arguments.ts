/**
 * Streams the arguments of one tool call. They pass as text (L9) and are never repaired into something that runs (P5).
 * Text after a complete object is held until the turn ends, because only then is it known whether it may be dropped. White
 * space before an object is held too: without an object, a client could not parse it (L6).
 */
import { brackets } from '../stream/brackets.ts';
import { isObject, parseJson } from '../json.ts';

export interface ToolArguments {
  /** Takes a fragment and returns the part that may be sent now. */
  push(fragment: string): string;
  /** True if the text is empty or one complete object, and nothing is held. */
  settled(): boolean;
  /** Number of characters held. */
  held(): number;
  /** Decides about the held text when the turn ends; `cut` is true if the turn was cut (L6). */
  end(cut: boolean): Verdict;
}

/**
 * - `rest`: text that is still to be sent; `complete`: the call may run; `lost`: what was left out, for the log;
 * - `broken`: why the arguments are invalid, which fails the turn.
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
      const first = fragment.search(nonSpace);
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

  /** White space after the object is sent; from the first other character on, everything is held. */
  function after(text: string): string {
    const end = text.search(nonSpace);
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
    if (sent.length === 0 && tail.trim() === 'null')
      return { rest: '', complete: true, lost: 'null for arguments' };
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

/** Any character that JSON does not treat as white space, such as a no-break space. */
const nonSpace = /[^ \t\n\r]/;
