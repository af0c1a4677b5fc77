/** Mixed traffic of every kind: the figures of `/metrics` are what the upstream was asked and what the clients received. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failing, refuse, type Answer } from '../../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import { say, usage } from '../../../lib/emulator/script.ts';
import { promtool, readExposition, total, type Exposed } from '../../support/exposition.ts';
import { modelOf, proxyOver, readUntil, requestBody, token, waitUntil } from '../../support/proxy.ts';

const formats = ['chat', 'messages', 'responses', 'gemini'] as const;

/** What the request with this number is about. Partial answers are of a format that reports usage at its end. */
const kinds = [
  'streamed',
  'whole',
  'streamed',
  'fallback',
  'streamed',
  'refused',
  'cut',
  'left',
  'not JSON',
  'no token',
  'unknown model',
  'whole',
  'all failed',
] as const;

interface Sent {
  model: string;
  /** Undefined if the upstream reports none. */
  tokens?: { input: number; output: number; cached: number };
}

interface Upstream {
  script: (request: ReceivedRequest) => Answer;
  sent: Sent[];
}

function upstream(): Upstream {
  const sent: Sent[] = [];
  return {
    sent,
    script({ conversation: { model, prompt } }) {
      const number = Number(/request (\d+)/.exec(prompt)?.[1]);
      const kind = kinds[number % kinds.length];
      const attempt: Sent = { model };
      sent.push(attempt);
      if (kind === 'refused') return refuse(400, { message: 'max_tokens: too many for request' });
      if (kind === 'all failed') return refuse(503);
      if (kind === 'fallback' && model !== 'backup') return refuse(500);
      if (kind === 'unknown model' && model !== 'backup')
        return refuse(401, { type: 'ModelError', message: `Model ${model} not supported` });
      const text = say('some words that are sent one after the other');
      if (kind === 'cut') return failing([text], { breaks: { at: { deltas: 3 }, how: 'reset' } });
      if (kind === 'left') return failing([text], { breaks: { at: { deltas: 3 }, how: 'silence' } });
      attempt.tokens = {
        input: 1000 + number,
        output: 20 + (number % 9),
        cached: number % 3 === 0 ? 400 : 0,
      };
      return { script: [text, usage(attempt.tokens)] };
    },
  };
}

test('the figures are what was asked and received, before and after, and promtool accepts them', async () => {
  const { script, sent } = upstream();
  await using over = await proxyOver({
    emulator: { script, keep: 5000 },
    models: [modelOf('first'), modelOf('backup', { provider: 'other' })],
    change: (settings) => ({
      ...settings,
      models: {
        ...settings.models,
        ...Object.fromEntries(
          formats.map((format) => [format, modelOf(`of-${format}`, { wire_format: format })]),
        ),
      },
      // Failures on purpose must not keep a model from being asked.
      circuitBreaker: { failures: 100_000, resetMs: 1000 },
    }),
  });
  const received = { answered: 0, refused: 0, cut: 0, left: 0 };
  let streamed = 0;

  async function send(number: number): Promise<void> {
    const kind = kinds[number % kinds.length];
    const partial = kind === 'cut' || kind === 'left';
    const model = kind === 'unknown model' ? `emulator/nobody-${number}` : formats[partial ? 0 : number % 4];
    const stream = kind !== 'whole';
    const body = requestBody({ model, stream, messages: [{ role: 'user', content: `request ${number}` }] });
    if (kind === 'left') {
      const leave = new AbortController();
      await readUntil(await over.post(body, { signal: leave.signal }), 'words');
      leave.abort();
      received.left++;
      return;
    }
    const headers = kind === 'no token' ? { authorization: 'Bearer wrong' } : {};
    const { error, status } = await over.send(kind === 'not JSON' ? '{' : body, { headers });
    received[error === undefined ? 'answered' : status === 200 ? 'cut' : 'refused']++;
    if (error === undefined && stream) streamed++;
  }

  async function sendMany(from: number, to: number): Promise<Map<string, Exposed>> {
    for (let number = from; number < to; number += 10)
      await Promise.all(Array.from({ length: Math.min(10, to - number) }, (_, at) => send(number + at)));
    await waitUntil(
      async () => total(await scrape(), 'occ_requests_in_flight') === 0,
      'every request to end',
    );
    return scrape();
  }

  async function scrape(): Promise<Map<string, Exposed>> {
    return readExposition(await page());
  }

  async function page(): Promise<string> {
    const response = await fetch(`${over.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    return response.text();
  }

  function compare(families: Map<string, Exposed>): void {
    for (const [ending, count] of Object.entries(received))
      assert.equal(total(families, 'occ_requests_total', { ending }), count, ending);
    const named = ['first', 'backup', ...formats.map((format) => `of-${format}`)];
    for (const model of [...named, 'other']) {
      const asked = sent.filter((one) =>
        model === 'other' ? !named.includes(one.model) : one.model === model,
      );
      const labels = { gen_ai_request_model: model };
      assert.equal(total(families, 'occ_attempts_total', labels), asked.length, model);
      assert.equal(total(families, 'gen_ai_client_operation_duration_seconds_count', labels), asked.length);
      const reported = asked.flatMap(({ tokens }) => tokens ?? []);
      const sum = (field: 'input' | 'output' | 'cached') =>
        reported.reduce((all, one) => all + one[field], 0);
      const counted = (type: string) => total(families, 'occ_tokens_total', { ...labels, type });
      assert.equal(counted('output'), sum('output'), model);
      assert.equal(counted('cache_read'), sum('cached'), model);
      assert.equal(counted('input'), sum('input') - sum('cached'), model);
      for (const [type, field] of [
        ['input', 'input'],
        ['output', 'output'],
      ] as const) {
        const usageOf = { ...labels, gen_ai_token_type: type };
        assert.equal(
          total(families, 'gen_ai_client_token_usage_sum', usageOf),
          sum(field),
          `${model} ${type}`,
        );
        assert.equal(total(families, 'gen_ai_client_token_usage_count', usageOf), reported.length);
      }
    }
    const failed = received.refused + received.cut;
    assert.equal(total(families, 'occ_request_failures_total'), failed);
    assert.equal(total(families, 'gen_ai_server_time_to_first_token_seconds_count'), streamed);
    assert.equal(total(families, 'gen_ai_server_time_per_output_token_seconds_count'), streamed);
    const requests = Object.values(received).reduce((a, b) => a + b);
    assert.equal(total(families, 'gen_ai_server_request_duration_seconds_count'), requests);
    const { failures, fallbacks } = over.proxy.stats();
    assert.equal(total(families, 'occ_fallbacks_total'), fallbacks);
    assert.equal(failed - total(families, 'occ_request_failures_total', { class: 'occ' }), failures);
  }

  const before = await sendMany(0, 130);
  compare(before);
  const after = await sendMany(130, 390);
  compare(after);
  for (const ending of Object.keys(received)) assert(received[ending as keyof typeof received] > 0, ending);
  for (const name of ['occ_request_failures_total', 'occ_attempt_failures_total'])
    assert(new Set(after.get(name)?.samples.map(({ labels }) => labels['class'])).size >= 3, name);
  assert.deepEqual(fallen(before, after), []);

  const text = await page();
  assert.doesNotMatch(text, /request \d|nobody|some words|token-of-this-launch/);
  const found = promtool(text);
  if (found !== undefined) assert.equal(found, '');
});

/** Counters, and the counts and sums of histograms, that are smaller or missing in the later scrape. */
function fallen(before: Map<string, Exposed>, after: Map<string, Exposed>): string[] {
  const growing = [...before.values()]
    .filter(({ type }) => type !== 'gauge')
    .flatMap(({ samples }) => samples);
  return growing
    .filter(({ name, labels, value }) => {
      const family = after.get(name) ?? after.get(name.replace(/_(?:bucket|sum|count)$/, ''));
      const later = family?.samples.find(
        (one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels),
      );
      return later === undefined || later.value < value;
    })
    .map(({ name, labels }) => `${name}${JSON.stringify(labels)}`);
}
