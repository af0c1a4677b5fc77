/**
 * New refusals: known kinds in other words, spellings, envelopes and languages, among echoes of the
 * request and noise. Whatever they say, no request is changed without being asked for, and no number is made up.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { accounts } from '../../../lib/proxy/rejections/wordings/accounts.ts';
import { answer } from '../../../lib/proxy/rejections/wordings/answer.ts';
import { fields } from '../../../lib/proxy/rejections/wordings/fields.ts';
import { history } from '../../../lib/proxy/rejections/wordings/history.ts';
import { window } from '../../../lib/proxy/rejections/wordings/window.ts';
import { blaming } from '../../../lib/proxy/rejections/wordings/wording.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { firstLoss } from '../../support/doubles/conserved.ts';
import { follow, type Followed, type Refusal } from '../../support/refusals/chain.ts';
import {
  answerRefusal,
  essentialRefusal,
  knownRefusal,
  optionalRefusal,
  overflowRefusal,
  unrepairable,
  vagueRefusal,
} from '../../support/refusals/refusals.ts';
import { differences, request, type SentField } from '../../support/refusals/request.ts';
import { runsOf } from '../../support/sampling.ts';
import { readable } from '../../support/turns.ts';
import { upstreamContent } from '../../support/upstream-content.ts';

/** Repairs that may follow a refusal of one thing. */
const mostRepairs = 5;

/** The tools with the names of their parameters. */
const toolsOf = (format: WireFormat, body: unknown): unknown =>
  upstreamContent(readable(format), body).tools.map(({ name, shape }) => [
    name,
    Object.keys(shape.properties),
  ]);

/** What holds for every refusal: see the assertions. */
function checkChain(format: WireFormat, { before, repairs }: Followed, most = mostRepairs): void {
  assert.ok(
    repairs.length <= most,
    `${repairs.length} repairs: ${JSON.stringify(repairs.map(({ change }) => change))}`,
  );
  const changes = repairs.map(({ change }) => JSON.stringify(change));
  assert.equal(new Set(changes).size, changes.length, `a change twice: ${changes.join(' ')}`);
  const sent = [before, ...repairs.map((one) => one.sent)].map((one) => JSON.stringify(one));
  assert.equal(new Set(sent).size, sent.length, `a request twice: ${changes.join(' ')}`);
  for (const {
    change,
    sent: { body },
  } of repairs) {
    const { model } = body as { model?: unknown };
    assert.equal(model, (before.body as { model?: unknown }).model);
    assert.equal(firstLoss(request, format, body as object, true), undefined, JSON.stringify(change));
    if (change.kind !== 'schemas')
      assert.deepEqual(toolsOf(format, body), toolsOf(format, before.body), JSON.stringify(change));
  }
}

/** Whether a path of a body is the field or inside it, or contains it and nothing else. */
function isAt(path: string, field: SentField): boolean {
  const own = field.map((key) => (typeof key === 'number' ? '\\d+' : key)).join('\\.');
  return new RegExp(`^${own}(?:\\.|$)`).test(path) || field.join('.').startsWith(`${path}.`);
}

/** The differences of each repaired request that are about none of the fields. */
function unasked({ before, repairs }: Followed, named: readonly SentField[]): string[] {
  return repairs.flatMap(({ sent }) => [
    ...differences(before.body, sent.body).filter((path) => !named.some((field) => isAt(path, field))),
    ...differences(before.headers, sent.headers).map((name) => `header ${name}`),
  ]);
}

describe('a refused field', () => {
  test('only fields that were named are left out or changed, and plain refusals are understood', () => {
    let [plain, understood] = [0, 0];
    fc.assert(
      fc.property(optionalRefusal, (refusal) => {
        const followed = follow(refusal);
        checkChain(refusal.format, followed, mostRepairs * refusal.named.length);
        assert.deepEqual(unasked(followed, refusal.named), []);
        assert.equal(followed.learned?.what === 'change', false);
        if (!refusal.blames) return;
        plain++;
        if (followed.repairs.length > 0) understood++;
      }),
      runsOf(4000),
    );
    assert.ok(understood >= 0.95 * plain, `${understood} of ${plain} refusals were understood`);
  });

  test('required fields stay', () => {
    fc.assert(
      fc.property(essentialRefusal, (refusal) => {
        const followed = follow(refusal);
        checkChain(refusal.format, followed);
        assert.deepEqual(unasked(followed, []), []);
      }),
      runsOf(1500),
    );
  });

  test('a limit, a missing key or a missing payment that mentions a field changes nothing', () => {
    fc.assert(
      fc.property(optionalRefusal, fc.constantFrom(401, 402, 403, 429), (refusal, status) => {
        const body = refusal.body.replaceAll('invalid_request_error', 'error');
        assert.deepEqual(follow({ ...refusal, body, status }).repairs, []);
      }),
      runsOf(800),
    );
  });
});

describe('numbers', () => {
  test('of an overflow, only those that it says are shown and learned', () => {
    fc.assert(
      fc.property(overflowRefusal, (refusal) => {
        const followed = follow(refusal);
        const { error, learned, repairs, diagnosis } = followed;
        const { limit, input, answer: room, requested } = refusal.says;
        checkChain(refusal.format, followed);
        if (refusal.blames) {
          assert.ok(error.overflow, `not read as an overflow: ${diagnosis.about}`);
          assert.equal(error.limit, limit);
        }
        if (error.overflow) {
          assert.ok(error.limit === undefined || error.limit === limit, error.message);
          const said = [input, requested, (input ?? NaN) + (room ?? 0)];
          assert.ok(error.requested === undefined || said.includes(error.requested), error.message);
        }
        if (learned?.what === 'change') assert.deepEqual(learned.change, { kind: 'window', tokens: limit });
        // An answer that has room is the only change.
        const left = (limit ?? NaN) - (input ?? NaN);
        for (const { change } of repairs) {
          assert(change.kind === 'answer');
          assert.ok(change.tokens < left && change.tokens > 0.97 * left - 2, `${change.tokens} of ${left}`);
        }
      }),
      runsOf(2000),
    );
  });

  test('of an answer limit, the request is repaired with the one that it says', () => {
    let [all, understood] = [0, 0];
    fc.assert(
      fc.property(answerRefusal, (refusal) => {
        const followed = follow(refusal);
        checkChain(refusal.format, followed);
        assert.equal(followed.learned, undefined);
        // The budget of thinking must be smaller than the answer's limit.
        const stray = followed.repairs.flatMap(({ sent }) =>
          differences(followed.before.body, sent.body).filter(
            (path) => !/(?:^|\.)max\w*$|^thinking\./i.test(path),
          ),
        );
        assert.deepEqual(stray, []);
        const [first] = followed.repairs;
        all++;
        if (first?.change.kind === 'answer') {
          assert.equal(first.change.tokens, refusal.limit);
          understood++;
        }
      }),
      runsOf(1000),
    );
    assert.ok(understood >= 0.95 * all, `${understood} of ${all} refusals were understood`);
  });
});

test('rates, allowances, balances, keys, models and filters never change the request', () => {
  fc.assert(
    fc.property(unrepairable, (refusal) => {
      const { repairs, learned, error } = follow(refusal);
      assert.deepEqual(repairs, []);
      assert.notEqual(learned?.what, 'change');
      assert.equal(error.overflow, undefined);
    }),
    runsOf(1500),
  );
});

test('a refusal that names nothing that was sent changes nothing, whatever it repeats of the request', () => {
  fc.assert(
    fc.property(vagueRefusal, (refusal) => {
      const { repairs, learned } = follow(refusal);
      assert.deepEqual(repairs, []);
      assert.notEqual(learned?.what, 'change');
    }),
    runsOf(1500),
  );
});

const rows = [...accounts, ...history, ...fields, ...answer, ...window].map((row) => ({
  sentence: row.example ?? row.says.replaceAll('…', 'something'),
  statuses: row.status ?? blaming,
}));

test('known sentences among noise keep the conversation, the tools and the model', () => {
  fc.assert(
    fc.property(knownRefusal(rows), (refusal) => checkChain(refusal.format, follow(refusal))),
    runsOf(2000),
  );
});

test('any refusals one after the other: no request is sent twice, and nothing of the conversation is lost', () => {
  const any: fc.Arbitrary<Refusal> = fc.oneof(
    optionalRefusal,
    essentialRefusal,
    overflowRefusal,
    answerRefusal,
    knownRefusal(rows),
  );
  fc.assert(
    fc.property(fc.array(any, { minLength: 2, maxLength: 6 }), ([first, ...rest]) => {
      assert.ok(first);
      const { format } = first;
      const chain = rest.map((one) => ({ ...one, format }));
      checkChain(format, follow(first, ...chain), 6 * mostRepairs);
    }),
    runsOf(1000),
  );
});
