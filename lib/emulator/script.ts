/**
 * What the emulator is to say, in no wire format: an ordered list of steps that every format encodes in its own bytes.
 * One script, lawful in each.
 */

/** Text as one string, which `cut` turns into deltas, or as the very deltas to send (empty ones included). */
export type Pieces = string | Iterable<string>;

export interface ToolCall {
  name: string;
  input: unknown;
  /** Sent as it is; made from the answer's id and the call's position when missing. */
  id?: string;
  /** The argument text to send instead of `input` printed as JSON: for arguments that are broken on purpose. */
  rawArguments?: string;
}

/** Tokens. `input` counts everything read, `cached` is the part of it that came from a cache; likewise `reasoning` of `output`. */
export interface TokenCount {
  input: number;
  output: number;
  cached: number;
  reasoning: number;
}

/** Why an answer ended: by itself or at a stop word, to call tools, at the output limit, or because it was filtered. */
export type Finish = 'stop' | 'tools' | 'length' | 'filter';

export type Step =
  | { type: 'thinking'; text: Pieces; signature?: string }
  | { type: 'text'; text: Pieces }
  /** Calls that belong together: formats that can interleave their arguments do. */
  | { type: 'tools'; calls: readonly ToolCall[] }
  | { type: 'wait'; ms: number }
  /** What the answer says it cost; counted from its text when no step says so. */
  | { type: 'usage'; usage: TokenCount }
  /** How it ends; `tools` if there was a call, else `stop`, when no step says so. */
  | { type: 'finish'; reason: Finish; stopSequence?: string };

/** Consecutive steps of one kind share a block, also across a wait. */
export type Script = readonly Step[];

export function say(text: Pieces): Step {
  return { type: 'text', text };
}

export function think(text: Pieces, signature?: string): Step {
  return { type: 'thinking', text, ...(signature !== undefined && { signature }) };
}

export function call(name: string, input: unknown, id?: string): Step {
  return { type: 'tools', calls: [{ name, input, ...(id !== undefined && { id }) }] };
}

export function callTogether(...calls: ToolCall[]): Step {
  return { type: 'tools', calls };
}

export function wait(ms: number): Step {
  return { type: 'wait', ms };
}

export function finish(reason: Finish, stopSequence?: string): Step {
  return { type: 'finish', reason, ...(stopSequence !== undefined && { stopSequence }) };
}

export function usage(counted: Partial<TokenCount>): Step {
  return { type: 'usage', usage: { input: 0, output: 0, cached: 0, reasoning: 0, ...counted } };
}

/** A word every `everyMs` for `seconds`: a stream that is slow, but never silent. */
export function drip(seconds: number, everyMs = 1000): Step[] {
  const count = Math.max(1, Math.round((seconds * 1000) / everyMs));
  const steps: Step[] = [];
  for (let i = 1; i <= count; i++) {
    steps.push(wait(everyMs), say([`${Math.round((i * everyMs) / 100) / 10} s\n`]));
  }
  return steps;
}

/** Text of `bytes` ASCII characters in pieces of `pieceBytes`, made while it is sent and never held whole. */
export function filler(bytes: number, pieceBytes = 1024): Iterable<string> {
  const line =
    'The quick brown fox jumps over the lazy dog while the emulator counts to a very large number.\n';
  const piece = line.repeat(Math.ceil(pieceBytes / line.length)).slice(0, pieceBytes);
  return {
    *[Symbol.iterator]() {
      let left = bytes;
      for (; left >= pieceBytes; left -= pieceBytes) yield piece;
      if (left > 0) yield piece.slice(0, left);
    },
  };
}

/** Lengths of the deltas, in turn: short and long, so that no reader gets used to one. */
const pieceLengths = [4, 13, 7, 1, 18, 9];

/** The deltas of a text: whole characters, never half a surrogate pair. */
export function* cut(text: Pieces): Generator<string> {
  if (typeof text !== 'string') {
    yield* text;
    return;
  }
  let start = 0;
  for (let turn = 0; start < text.length; turn++) {
    let end = Math.min(text.length, start + (pieceLengths[turn % pieceLengths.length] ?? 8));
    if (end < text.length && isLowSurrogate(text.charCodeAt(end))) end++;
    yield text.slice(start, end);
    start = end;
  }
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The whole of a text. */
export function join(text: Pieces): string {
  return typeof text === 'string' ? text : [...text].join('');
}

/** The argument text of a call. */
export function argumentsOf({ input, rawArguments }: ToolCall): string {
  return rawArguments ?? JSON.stringify(input);
}

/** How the script ends, said or implied. */
export function finishOf(script: Script): { reason: Finish; stopSequence?: string } {
  const said = script.findLast((step) => step.type === 'finish');
  if (said) return said;
  return { reason: script.some((step) => step.type === 'tools' && step.calls.length > 0) ? 'tools' : 'stop' };
}

/** Tokens of what was sent, at four characters each, unless the script says otherwise. */
export function countOf(script: Script, inputTokens: number, sent: SentCharacters): TokenCount {
  const said = script.findLast((step) => step.type === 'usage');
  if (said) return said.usage;
  const reasoning = Math.ceil(sent.thinking / 4);
  return { input: inputTokens, output: Math.ceil(sent.other / 4) + reasoning, cached: 0, reasoning };
}

/** Characters sent so far. */
export interface SentCharacters {
  thinking: number;
  other: number;
}
