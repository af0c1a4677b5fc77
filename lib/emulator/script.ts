/** The emulator's answer independent of a wire format: a list of steps, which every format encodes as a valid answer. */

/** Text as one string, which `cut` splits into deltas, or as the exact deltas to send, including empty ones. */
export type Pieces = string | Iterable<string>;

export interface ToolCall {
  name: string;
  input: unknown;
  /** By default made from the answer's id and the call's position. */
  id?: string;
  /** The argument text to send instead of `input` as JSON, for invalid arguments. */
  rawArguments?: string;
}

/** In tokens. `input` includes `cached` and `written`, and `output` includes `reasoning`. */
export interface TokenCount {
  input: number;
  output: number;
  cached: number;
  /** Written to a cache; absent if that is not counted. */
  written?: number;
  reasoning: number;
}

/** Why an answer ended: regularly or at a stop sequence, for tool calls, at the output limit, or by a filter. */
export type Finish = 'stop' | 'tools' | 'length' | 'filter';

export type Step =
  | { type: 'thinking'; text: Pieces; signature?: string }
  | { type: 'text'; text: Pieces }
  /** Parallel calls. Chat Completions interleaves their arguments. */
  | { type: 'tools'; calls: readonly ToolCall[] }
  | { type: 'wait'; ms: number }
  /** The reported token counts. By default they are estimated from the text. */
  | { type: 'usage'; usage: TokenCount }
  /** Why it ends. By default `tools` if there was a call, else `stop`. */
  | { type: 'finish'; reason: Finish; stopSequence?: string };

/** Consecutive steps of one type share a block, even with a wait between them. */
export type Script = readonly Step[];

/** Text. Several pieces are sent as an event each. */
export function say(text: Pieces): Step {
  return { type: 'text', text };
}

export function think(text: Pieces, signature?: string): Step {
  return { type: 'thinking', text, ...(signature !== undefined && { signature }) };
}

export function call(name: string, input: unknown, id?: string): Step {
  return { type: 'tools', calls: [{ name, input, ...(id !== undefined && { id }) }] };
}

/** Calls in parallel, interleaved if the format allows it. */
export function callTogether(...calls: ToolCall[]): Step {
  return { type: 'tools', calls };
}

/** Silence for `ms` milliseconds. */
export function wait(ms: number): Step {
  return { type: 'wait', ms };
}

export function finish(reason: Finish, stopSequence?: string): Step {
  return { type: 'finish', reason, ...(stopSequence !== undefined && { stopSequence }) };
}

/** The token counts to report; those that are missing are 0. */
export function usage(counted: Partial<TokenCount>): Step {
  return { type: 'usage', usage: { input: 0, output: 0, cached: 0, reasoning: 0, ...counted } };
}

/** One line every `everyMs` for `seconds`: a slow stream without a long silence. */
export function drip(seconds: number, everyMs = 1000): Step[] {
  const count = Math.max(1, Math.round((seconds * 1000) / everyMs));
  const steps: Step[] = [];
  for (let i = 1; i <= count; i++) {
    steps.push(wait(everyMs), say([`${Math.round((i * everyMs) / 100) / 10} s\n`]));
  }
  return steps;
}

/** Text of `bytes` ASCII characters in deltas of `pieceBytes`, generated lazily to save memory. */
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

/** The lengths of successive deltas, deliberately varied. */
const pieceLengths = [4, 13, 7, 1, 18, 9];

/** Splits a text into deltas, never within a surrogate pair. */
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

/** Joins the deltas of a text. */
export function join(text: Pieces): string {
  return typeof text === 'string' ? text : [...text].join('');
}

/** The argument text of a call. */
export function argumentsOf({ input, rawArguments }: ToolCall): string {
  return rawArguments ?? JSON.stringify(input);
}

/** The script's finish step, or the default. */
export function finishOf(script: Script): { reason: Finish; stopSequence?: string } {
  const given = script.findLast((step) => step.type === 'finish');
  if (given) return given;
  return { reason: script.some((step) => step.type === 'tools' && step.calls.length > 0) ? 'tools' : 'stop' };
}

/** The input of an answer, and what of it a prompt cache had. */
export interface InputCount {
  inputTokens: number;
  cached?: { read: number; written: number };
}

/** The script's usage step, or an estimate of four characters per token. */
export function countOf(
  script: Script,
  { inputTokens, cached: { read, written } = { read: 0, written: 0 } }: InputCount,
  sent: SentCharacters,
): TokenCount {
  const given = script.findLast((step) => step.type === 'usage');
  if (given) return given.usage;
  const reasoning = Math.ceil(sent.thinking / 4);
  const output = Math.ceil(sent.other / 4) + reasoning;
  return { input: inputTokens, output, cached: read, ...(written > 0 && { written }), reasoning };
}

/** Characters sent so far. */
export interface SentCharacters {
  thinking: number;
  other: number;
}
