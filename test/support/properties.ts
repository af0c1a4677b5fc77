/** What must hold of any bytes whatever, and how two accounts of one answer are compared. */
import assert from 'node:assert/strict';
import type { Usage } from '../../lib/anthropic/events.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { atShares } from './arbitraries.ts';
import { cutAt } from './cuts.ts';
import { run, spell, utf8, type Run } from './decode.ts';
import { checkFraming } from './laws.ts';
import type { Call } from './sent-shape.ts';
import { decoder, type Format, type TurnOptions } from './turns.ts';

/** Never throws, never an unlawful event, and no matter how the bytes are cut. */
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
  assert.deepEqual(cut.all.map(spell), whole.all.map(spell), 'L10: the cuts show');
  return whole;
}

/** Tokens are numbers, and never negative. */
function countsAreSane(usage: Partial<Usage>): void {
  const { input_tokens: input, output_tokens: output } = usage;
  for (const count of [input, output, usage.cache_read_input_tokens, usage.cache_creation_input_tokens])
    assert.ok(
      count === undefined || count === null || (Number.isFinite(count) && count >= 0),
      JSON.stringify(usage),
    );
}

/** What a beginning of the stream says is a beginning of what the whole says; `share` is how much of it is heard. */
export function checkPrefix(format: Format, frames: readonly string[], share: number): void {
  const whole = run(decoder(format), frames.map(utf8)).all.map(spell);
  const heard = run(decoder(format), frames.slice(0, Math.round(share * frames.length)).map(utf8));
  const said = heard.before.map(spell);
  assert.deepEqual(said, whole.slice(0, said.length));
  assert.equal(brokenRule(heard.events), undefined);
}

/** The calls in an order of their own: servers may finish them in any. */
export function sorted(calls: readonly Call[]): string[] {
  return calls.map(({ name, args }) => `${name} ${args}`).sort();
}

/** What an answer comes to, however it was sent: the fold, its prose joined and its calls in an order of their own. */
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
