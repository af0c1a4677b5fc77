/** What is counted is bounded, whatever clients and upstreams send, and can always be read by a scraper. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expose } from '../../../lib/proxy/metrics/exposition.ts';
import { figures, type CountedAttempt, type Figures } from '../../../lib/proxy/metrics/figures.ts';
import type { FailureClass } from '../../../lib/proxy/policy/failures.ts';
import { arrived, type EndedRequest } from '../../../lib/proxy/recent.ts';
import { candidateOf, failedWith, refusedWith } from '../../support/candidates.ts';
import { promtool, readExposition, total } from '../../support/exposition.ts';
import { defaults, modelOf } from '../../support/proxy.ts';
import { unprintable } from '../../support/unprintable.ts';

const answered: CountedAttempt['outcome'] = { type: 'answered' };
const full = {
  firstContentMs: 10,
  finishedMs: 1010,
  cost: 0.5,
  usage: { input_tokens: 7, output_tokens: 11, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 },
};

function attempt(to: Figures, name: string, more: Partial<CountedAttempt> = {}): void {
  const { route, ...rest } = candidateOf(name);
  const [provider = '', ...id] = name.split('/');
  const candidate = { ...rest, route: { ...route, provider, modelId: id.join('/') } };
  to.attempted({
    candidate,
    settings: defaults,
    streamed: true,
    outcome: answered,
    tally: full,
    ms: 2000,
    ...more,
  });
}

const classes: readonly FailureClass[] = [
  'client',
  'credentials',
  'allowance',
  'balance',
  'rate',
  'gone',
  'format',
  'filter',
  'transient',
  'other',
];

function endedRequest(
  provider: string,
  model: string,
  ending: EndedRequest['ending'],
  failure: FailureClass,
): EndedRequest {
  return {
    ...arrived('req', '2026-01-01T00:00:00Z'),
    ending,
    stream: true,
    firstContentMs: 5,
    answered: { model: `${provider}/${model}`, provider, format: 'chat' },
    error: { status: 500, type: 'api_error', message: 'm', permanent: false, class: failure },
  };
}

const read = (from: Figures) => readExposition(expose(from.families, 'prometheus'));

test('forty models have labels, the others share one, and nothing is lost', () => {
  const counted = figures();
  for (let round = 0; round < 2; round++) for (let i = 0; i < 300; i++) attempt(counted, `p${i % 3}/m${i}`);
  const families = read(counted);
  const labels = families.get('occ_attempts_total')?.samples.map((one) => one.labels['gen_ai_request_model']);
  assert.equal(labels?.length, 41);
  assert.equal(labels.filter((one) => one === 'other').length, 1);
  assert.equal(total(families, 'occ_attempts_total'), 600);
  assert.equal(total(families, 'occ_attempts_total', { gen_ai_request_model: 'm39' }), 2);
  assert.equal(total(families, 'occ_cost_dollars_total'), 300);
});

test('with every failure of every model there are fewer than 20,000 series', () => {
  const counted = figures();
  const outcomes = [
    answered,
    { type: 'abandoned' } as const,
    ...[400, 401, 402, 403, 404, 410, 429, 500, 529].map((status) => refusedWith(status)),
    refusedWith(429, { type: 'GoUsageLimitError', message: '5-hour usage limit reached' }),
    refusedWith(400, { message: 'content was blocked by the safety filter' }),
    refusedWith(401, { type: 'ModelError', message: 'Model m is not supported for format openai' }),
    failedWith('stall'),
  ];
  for (let i = 0; i < 200; i++) {
    for (const outcome of outcomes) attempt(counted, `p${i}/m${i}`, { outcome });
    for (const ending of ['answered', 'cut', 'refused', 'left'] as const)
      for (const failure of classes) counted.ended(endedRequest(`p${i}`, `m${i}`, ending, failure));
  }
  const series = [...read(counted).values()].reduce((sum, { samples }) => sum + samples.length, 0);
  assert(series > 2000 && series < 20_000, String(series));
});

test('only a model that is configured or has answered takes a label', () => {
  const counted = figures();
  const settings = {
    ...defaults,
    models: { default: modelOf('of models') },
    fallbacks: { default: [modelOf('of fallbacks')] },
    modelOverrides: { x: modelOf('of overrides') },
    modelFamilyOverrides: { y: modelOf('of families') },
  };
  const outcome = refusedWith(404);
  for (let i = 0; i < 1000; i++) attempt(counted, `emulator/junk-${i}`, { settings, outcome, tally: {} });
  for (const entry of ['models', 'fallbacks', 'overrides', 'families'])
    attempt(counted, `emulator/of ${entry}`, { settings, outcome, tally: {} });
  attempt(counted, 'emulator/asked for', { settings });
  attempt(counted, 'emulator/began', { settings, outcome: failedWith('reset', 'after_content') });
  const names = read(counted)
    .get('occ_attempts_total')
    ?.samples.map(({ labels, value }) => [labels['gen_ai_request_model'], value]);
  assert.deepEqual(names, [
    ['other', 1000],
    ['of models', 1],
    ['of fallbacks', 1],
    ['of overrides', 1],
    ['of families', 1],
    ['asked for', 1],
    ['began', 1],
  ]);
});

test('names of every kind are escaped, and those that are written alike are one series', () => {
  const counted = figures();
  const hostile = [
    'q"uote',
    'back\\slash',
    'line\nfeed',
    'esc\u001b]0;x\u0007',
    String.raw`esc\u001b]0;x\u0007`,
    'bidi\u202eabc',
    'lone\ud800',
    'lone\udc00',
    'é 模型 🙂',
    '}{,="',
    ' ',
    '# EOF',
  ];
  for (const name of hostile) attempt(counted, `p/${name}`);
  attempt(counted, `p/${'long'.repeat(1000)}`);
  const text = expose(counted.families, 'prometheus');
  assert.deepEqual(unprintable(text), []);
  const families = readExposition(text);
  const models = families
    .get('occ_attempts_total')
    ?.samples.map(({ labels, value }) => [labels['gen_ai_request_model'], value]);
  assert.deepEqual(models, [
    ['q"uote', 1],
    ['back\\slash', 1],
    [String.raw`line\u000afeed`, 1],
    [String.raw`esc\u001b]0;x\u0007`, 2],
    [String.raw`bidi\u202eabc`, 1],
    ['lone\ufffd', 2],
    ['é 模型 🙂', 1],
    ['}{,="', 1],
    [' ', 1],
    ['# EOF', 1],
    ['other', 1],
  ]);
  const found = promtool(text);
  if (found !== undefined) assert.equal(found, '');
});

test('figures that cannot be true change no counter', () => {
  const counted = figures();
  attempt(counted, 'p/m');
  const before = expose(
    counted.families.filter(({ name }) => /tokens_total|cost/.test(name)),
    'prometheus',
  );
  for (const wrong of [-1e9, NaN, Infinity, -Infinity])
    attempt(counted, 'p/m', {
      tally: { cost: wrong, usage: { input_tokens: wrong, output_tokens: wrong } },
      ms: wrong,
    });
  const after = expose(
    counted.families.filter(({ name }) => /tokens_total|cost/.test(name)),
    'prometheus',
  );
  assert.equal(after, before);
  assert.equal(total(read(counted), 'gen_ai_client_token_usage_sum', { gen_ai_token_type: 'input' }), 12);
  assert.equal(total(read(counted), 'gen_ai_client_operation_duration_seconds_sum'), 2);
});

test('a value that equals the end of a bucket is in that bucket', () => {
  const counted = figures();
  attempt(counted, 'p/m', { ms: 10 });
  attempt(counted, 'p/m', { ms: 10.001 });
  attempt(counted, 'p/m', { ms: 1e9 });
  const families = read(counted);
  const upTo = (le: string) => total(families, 'gen_ai_client_operation_duration_seconds_bucket', { le });
  assert.deepEqual([upTo('0.01'), upTo('0.02'), upTo('655.36'), upTo('+Inf')], [1, 2, 2, 3]);
});
