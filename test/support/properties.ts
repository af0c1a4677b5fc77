/** Properties that must hold for any input, and helpers to compare two forms of one answer. */
import assert from 'node:assert/strict';
import type { Usage } from '../../lib/anthropic/events.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { atShares } from './arbitraries.ts';
import { cutAt } from './cuts.ts';
import { run, toLine, utf8, type Run } from './decode.ts';
import { checkFraming } from './laws.ts';
import type { Call } from './sent-shape.ts';
import { decoder, type Format, type TurnOptions } from './turns.ts';

/** Checks that decoding never throws, obeys the laws, reports sane usage, and does not depend on cuts. */
export function checkLaws(
  format: Format,
  bytes: Uint8Array,
  shares: readonly number[],
  options?: TurnOptions,
): Run {
  const whole = run(decoder(format, options), [bytes]);
  assert.equal(brokenRule(whole.events), undefined);
  for (const event of whole.events) {
    checkFraming(event);
    if (event.type === 'message_start') countsAreSane(event.message.usage);
    if (event.type === 'message_delta') countsAreSane(event.usage);
  }
  const cut = run(decoder(format, options), cutAt(bytes, atShares(bytes, shares)));
  assert.deepEqual(cut.all.map(toLine), whole.all.map(toLine), 'L10: the cuts show');
  return whole;
}

/** Token counts must be finite and not negative. */
function countsAreSane(usage: Partial<Usage>): void {
  const { input_tokens: input, output_tokens: output } = usage;
  for (const count of [input, output, usage.cache_read_input_tokens, usage.cache_creation_input_tokens])
    assert.ok(
      count === undefined || count === null || (Number.isFinite(count) && count >= 0),
      JSON.stringify(usage),
    );
}

/** Checks that the output for a prefix of the stream is a prefix of the output for all of it; `share` is its length. */
export function checkPrefix(format: Format, frames: readonly string[], share: number): void {
  const whole = run(decoder(format), frames.map(utf8)).all.map(toLine);
  const partial = run(decoder(format), frames.slice(0, Math.round(share * frames.length)).map(utf8));
  const output = partial.beforeFlush.map(toLine);
  assert.deepEqual(output, whole.slice(0, output.length));
  assert.equal(brokenRule(partial.events), undefined);
}

/** The calls sorted, because servers may finish them in any order. */
export function sorted(calls: readonly Call[]): string[] {
  return calls.map(({ name, args }) => `${name} ${args}`).sort();
}

/** The content of an answer independent of its blocks: joined text and thinking, and sorted calls. */
export function foldedContent(events: Run['events']): {
  text: string;
  thinking: string;
  calls: string[];
  reason: unknown;
} {
  const message = foldMessage(events);
  const content = message?.content ?? [];
  return {
    text: content.map(({ text }) => text ?? '').join(''),
    thinking: content.map(({ thinking }) => thinking ?? '').join(''),
    calls: content
      .filter(({ type }) => type === 'tool_use')
      .map(({ name, input }) => `${name} ${JSON.stringify(input)}`)
      .sort(),
    reason: message?.stop_reason,
  };
}
