/** A failed request in a few words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, type BriefFailure } from '../../../lib/proxy/policy/brief.ts';

type Attempt = BriefFailure['attempts'][number];

const rate = (model: string): Attempt => ({ model, outcome: 'refused', class: 'rate', upstreamStatus: 429 });
const down = (model: string): Attempt => ({
  model,
  outcome: 'refused',
  class: 'transient',
  upstreamStatus: 503,
});
const lost: Attempt = { model: 'p/c', outcome: 'failed', class: 'transient', trouble: 'connect' };

const cases: [string, Partial<BriefFailure>][] = [
  ['a failed (429, rate limit)', { attempts: [rate('p/a'), rate('p/a')] }],
  ['a and b failed (429, rate limit)', { attempts: [rate('p/a'), rate('p/b')] }],
  ['a and b failed (429, rate limit; 503, outage)', { attempts: [rate('p/a'), down('p/b')] }],
  ['all 3 models failed (429, rate limit, and others)', { attempts: [rate('p/a'), down('p/b'), lost] }],
  ['p/a and q/a failed (429, rate limit)', { attempts: [rate('p/a'), rate('q/a')] }],
  [
    'all 2 models failed (429, rate limit)',
    { attempts: [rate(`p/${'a'.repeat(30)}`), rate(`p/${'b'.repeat(30)}`)] },
  ],
  [
    'c and d failed (no connection; repeated failures)',
    { attempts: [lost], passedOver: [{ model: 'p/d', kind: 'breaker' }] },
  ],
  [
    'a and d failed (401, key refused)',
    {
      attempts: [{ ...rate('p/a'), class: 'credentials', upstreamStatus: 401 }],
      passedOver: [{ model: 'p/d', kind: 'key' }],
    },
  ],
  ['d skipped (limit reached)', { passedOver: [{ model: 'p/d', kind: 'quota' }] }],
  ['c broke off its answer (connection broke)', { ending: 'cut', attempts: [{ ...lost, trouble: 'reset' }] }],
  [
    'z-ai/glm failed (404, wrong address)',
    { attempts: [{ ...rate('p/z-ai/glm'), upstreamStatus: 404, address: 'no_version' }] },
  ],
  ['a failed (no key)', { attempts: [{ ...rate('p/a'), notSent: true }] }],
  ['the request was refused (401)', { error: { status: 401 } }],
];

for (const [says, failure] of cases)
  test(says, () =>
    assert.equal(brief({ ending: 'refused', attempts: [], passedOver: [], ...failure }), says),
  );

test('an upstream’s words are never in it', () => {
  const words = 'the words of the upstream';
  const said = brief({ ending: 'refused', attempts: [{ ...rate('p/a'), words }], passedOver: [] });
  assert.ok(!said.includes(words), said);
});
