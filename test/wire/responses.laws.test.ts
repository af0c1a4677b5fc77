/** The laws of the Responses decoder, for streams nobody wrote. `FC_RUNS` sets how many. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Decoded, StreamEvent } from '../../lib/anthropic/events.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { readSignature } from '../../lib/anthropic/provenance.ts';
import { goesOn } from '../../lib/wire/responses/replay.ts';
import { cutPoints, runs } from '../support/arbitraries.ts';
import { run, utf8 } from '../support/decode.ts';
import { meaning, sorted, staysLawful, takesNothingBack } from '../support/properties.ts';
import { readReceived } from '../support/received.ts';
import { plannedResponses, type PlannedResponse } from '../support/responses-planned.ts';
import { wildResponses } from '../support/responses-wild.ts';
import { decoder } from '../support/turns.ts';

describe('responses, generated', () => {
  test('whatever comes, what leaves is lawful, however it is cut', () => {
    fc.assert(
      fc.property(wildResponses, cutPoints, fc.boolean(), (frames, cuts, search) => {
        const bytes = utf8(frames.join(''));
        const { events } = staysLawful('responses', bytes, cuts, { search });
        if (!/response\.(completed|incomplete|done)/.test(frames.join('')))
          assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('whatever comes, nothing is taken back', () => {
    fc.assert(
      fc.property(wildResponses, fc.double({ min: 0, max: 1, noNaN: true }), (frames, share) =>
        takesNothingBack('responses', frames, share),
      ),
      runs,
    );
  });

  test('text, thinking, calls and what is encrypted arrive as they were sent', () => {
    fc.assert(
      fc.property(plannedResponses, (planned) => {
        const { all, events } = play(planned);
        const heard = readReceived(events);
        const { ending, calls } = planned;
        assert.equal(heard.ended, 'stopped');
        // Items that take turns are told in the order in which they speak.
        const told = (text: string): unknown => (planned.mixed ? characters(text) : text);
        assert.deepEqual(told(heard.text), told(planned.text));
        assert.deepEqual(told(heard.thinking), told(planned.thinking));
        assert.deepEqual(sorted(heard.calls), sorted(calls));
        // What is sealed behind the last words is left out, and said to be: as the last block it would hide them.
        const kept = sealedIn(heard.signatures);
        const lost = without(planned.sealed, kept);
        assert.deepEqual([...kept, ...lost].sort(), planned.sealed.toSorted());
        assert.equal(all.some(isLoss), lost.length > 0);
        if (lost.length > 0) {
          assert.equal(calls.length, 0);
          assert.equal(lastBlock(events), 'text');
        }
        assert.equal(
          heard.stopReason,
          ending === 'incomplete' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
        );
      }),
      runs,
    );
  });

  test('one JSON document means what was planned', () => {
    fc.assert(
      fc.property(plannedResponses, (planned) => {
        const { events } = run(decoder('responses'), [utf8(planned.document)]);
        assert.equal(brokenRule(events), undefined);
        const { text, thinking, calls } = meaning(events);
        assert.equal(text, planned.text);
        assert.equal(thinking, planned.thinking);
        assert.deepEqual(
          calls,
          planned.calls.map(({ name, args }) => `${name} ${JSON.stringify(JSON.parse(args))}`).sort(),
        );
      }),
      runs,
    );
  });

  test('without its end it is never called finished', () => {
    fc.assert(
      fc.property(plannedResponses, fc.double({ min: 0, max: 1, noNaN: true }), ({ frames }, share) => {
        const heard = frames.slice(0, Math.floor(share * (frames.length - 1)));
        const { events } = run(decoder('responses'), heard.map(utf8));
        assert.equal(brokenRule(events), undefined);
        assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });
});

function play({ frames }: PlannedResponse) {
  return run(decoder('responses'), frames.map(utf8));
}

function isLoss(decoded: Decoded): boolean {
  return decoded.type === 'dropped' && decoded.what === 'the encrypted reasoning behind the last words';
}

/** `all` without one of each in `some`. */
function without(all: readonly string[], some: readonly string[]): string[] {
  const left = [...all];
  for (const one of some) {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

function lastBlock(events: readonly StreamEvent[]): string | undefined {
  return events.findLast((event) => event.type === 'content_block_start')?.content_block.type;
}

function characters(text: string): string[] {
  return text.split('').sort();
}

/** What a client will give back, without the marks of items that go on and of those that were not encrypted. */
function sealedIn(signatures: readonly string[]): string[] {
  return signatures
    .map((signature) => readSignature(signature)?.payload ?? '')
    .filter((payload) => payload !== '' && payload !== goesOn);
}
