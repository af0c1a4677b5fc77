/**
 * Failures of the first model and of all models: what the user of the real Claude Code sees, and which requests the
 * upstreams receive. The cases run concurrently, because they mostly wait.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failing, nothing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { stretched } from '../support/limits.ts';
import { sandbox, type Ran } from './client.ts';
import { launch, logOf } from './launched.ts';
import { key, posts } from './upstream.ts';

/** The answer of a model to its nth request, from 1. */
type Answers = (nth: number) => Answer | Script;

interface Case {
  first: Answers;
  second?: Answers;
  /** Timeouts of the first model's provider. */
  timeouts?: object;
  /** Replaces the URL of the second model's provider. */
  secondUrl?: string;
}

interface Outcome {
  ran: Ran;
  /** What the user sees: stdout, and stderr without the lines that do not belong to the answer. */
  output: string;
  requests: readonly ReceivedRequest[];
  /** The requested models, in order. */
  models: string[];
  log: LogEntry[];
  ms: number;
}

const whole: Script = [say('All of this sentence must arrive, once and whole.')];
const fallback: Script = [say('The second model answers.')];

/** Launches the client with two models of two providers. */
async function launchWith({ first, second = () => fallback, timeouts, secondUrl }: Case): Promise<Outcome> {
  await using box = sandbox();
  const counts = { first: 0, second: 0 };
  await using emulator = await startEmulator({
    script: ({ conversation: { model } }) =>
      model === 'first' ? first(++counts.first) : second(++counts.second),
  });
  const provider = { wire_format: 'chat', base_url: `${emulator.url}/v1`, api_key: key };
  const config = {
    providers: {
      one: { ...provider, ...timeouts },
      two: { ...provider, base_url: secondUrl ?? provider.base_url },
    },
    models: { default: { provider: 'one', model_id: 'first' } },
    fallbacks: { default: [{ provider: 'two', model_id: 'second' }] },
    retry: { attempts: 1, base_ms: 100, max_ms: 200 },
  };
  const began = performance.now();
  const ran = await launch(box, config, '-p', 'hi', '--allowedTools', 'Bash(echo:*)');
  const ms = performance.now() - began;
  const requests = posts(emulator);
  const models = requests.map(({ conversation }) => conversation.model);
  return { ran, output: outputOf(ran), requests, models, log: logOf(box), ms };
}

/** Removes occ's own lines and the client's warning about an unknown model. */
function outputOf({ stdout, stderr }: Ran): string {
  const lines = stderr.split('\n').filter((line) => !/^occ: |unrecognized_model/.test(line));
  return (stdout + lines.join('\n')).trim();
}

/** The lines about failures, without the first one about the models. */
function failuresSaid({ stderr }: Ran): string[] {
  return stderr.split('\n').filter((line) => /^occ: (?!opus)/.test(line));
}

const cut = { breaks: { at: { deltas: 3 }, how: 'cut' } } as const;
const reset = { breaks: { at: { deltas: 3 }, how: 'reset' } } as const;

const spent = refuse(429, {
  type: 'GoUsageLimitError',
  message: '5-hour usage limit reached. Resets in 7hr 29min.',
  retryAfterSeconds: 26_940,
  metadata: { workspace: 'wrk_1', limitName: '5 hour' },
});

// The test that takes a minute runs concurrently with the others.
describe('outages', { concurrency: 2 }, () => {
  test('every model fails for a minute: the client keeps retrying, and the user gets the answer', async (t) => {
    // The first model refuses, the second cannot be reached.
    const recovery = Date.now() + 60_000;
    const outcome = await launchWith({
      first: () => (Date.now() < recovery ? refuse(503, { message: 'Down.' }) : whole),
      // A port that the system gives to no program, as it might one that was open before.
      secondUrl: 'http://127.0.0.1:9/v1',
    });
    t.diagnostic(
      `${Math.round(outcome.ms / 1000)} s, ${outcome.requests.length} requests to the first model`,
    );
    assert.deepEqual(
      [outcome.output, outcome.ran.code],
      ['All of this sentence must arrive, once and whole.', 0],
    );
    // With -p the client shows nothing meanwhile, so occ says it, once.
    const said = failuresSaid(outcome.ran);
    assert.equal(said.length, 1, outcome.ran.stderr);
    assert.match(
      said[0] ?? '',
      /^occ: first and second failed \(503, outage; server not running\); Claude Code retries for some minutes; occ why \w{8}$/,
    );
    assert.ok(outcome.ms > 60_000 && outcome.ms < stretched(120_000), `${outcome.ms} ms`);
    // The breaker keeps most retries of the client from the upstream.
    assert.ok(outcome.requests.length <= 12, `${outcome.requests.length} requests`);
    assert.equal(outcome.requests.filter(({ status }) => status === 200).length, 1, 'one answer only');
  });

  describe('short cases', { concurrency: 1 }, () => {
    describe('the first model fails, and the user sees only the answer', { concurrency: 2 }, () => {
      const twice = ['first', 'first', 'second'];
      const once = ['first', 'second'];
      const cases: Record<string, Case & { models: string[]; answer?: string }> = {
        'status 500': { first: () => refuse(500), models: twice },
        'no headers': {
          first: () => failing(whole, { headersAfterMs: 60_000 }),
          timeouts: { timeout_ms: 300 },
          models: once,
        },
        'nothing after the headers': {
          first: () => failing(whole, { firstEventAfterMs: 60_000 }),
          timeouts: { first_event_timeout_ms: 300 },
          models: once,
        },
        'an empty 200': { first: () => nothing(), models: once },
        'a reset before content': {
          first: () => failing(whole, { breaks: { at: { deltas: 0 }, how: 'reset' } }),
          models: twice,
        },
        'a spent quota': { first: () => spent, models: once },
        'a spent quota during a turn with a tool call': {
          first: () => spent,
          second: (nth) => (nth === 1 ? [call('Bash', { command: 'echo one' })] : fallback),
          // The first model is not tried again before its reset.
          models: ['first', 'second', 'second'],
        },
        // In the following cases the client has received a part, so no other model may continue the stream. The client drops
        // the part and retries without streaming, and that request can fall back.
        'a cut after content, once': {
          first: (nth) => (nth === 1 ? failing(whole, cut) : whole),
          models: ['first', 'first'],
          answer: 'All of this sentence must arrive, once and whole.',
        },
        'a cut after content, each time': { first: () => failing(whole, cut), models: twice },
        'a reset after content, each time': {
          first: () => failing(whole, reset),
          models: ['first', 'first', 'first', 'second'],
        },
        'silence after content': {
          first: () => failing(whole, { breaks: { at: { deltas: 3 }, how: 'silence' } }),
          timeouts: { stream_idle_timeout_ms: 500 },
          models: twice,
        },
      };
      for (const [name, { models, answer = 'The second model answers.', ...given }] of Object.entries(
        cases,
      )) {
        test(name, async () => {
          const outcome = await launchWith(given);
          assert.deepEqual([outcome.output, outcome.ran.code], [answer, 0]);
          assert.deepEqual(outcome.models, models);
          assertNeverTwoAtOnce(outcome.requests);
          assert.doesNotMatch(outcome.output, /all models failed/);
        });
      }
    });

    describe('every model fails permanently', { concurrency: 2 }, () => {
      const rejectedKey = refuse(401, { type: 'AuthError', message: 'Invalid API key.' });
      const gone = refuse(410, { type: 'ModelDeprecated', message: 'Removed.' });
      const permanent: Record<string, { answer: Answer; output: string }> = {
        'every key is rejected': {
          answer: rejectedKey,
          output: `API Error: 424 all models failed
- one/first: 401 Invalid API key.
- two/second: 401 Invalid API key.
Next: occ doctor key --config <file> (request <id>)`,
        },
        'every quota is spent': {
          answer: spent,
          output: `API Error: Request rejected (429) · all models failed
- one/first: 429 5-hour usage limit reached. Resets in 7hr 29min.
- two/second: 429 5-hour usage limit reached. Resets in 7hr 29min.
Next: occ usage --config <file> (request <id>)`,
        },
        'the models are unavailable': {
          answer: gone,
          output: `API Error: 424 all models failed
- one/first: 410 Removed.
- two/second: 410 Removed.
Next: occ models --config <file> (request <id>)`,
        },
      };
      for (const [name, { answer, output }] of Object.entries(permanent)) {
        test(`${name}: the full message is shown at once, without retries`, async () => {
          const outcome = await launchWith({ first: () => answer, second: () => answer });
          const shown = outcome.output
            .replace(/req_\w+/, '<id>')
            .replace(/ --config \S+/, ' --config <file>');
          assert.deepEqual([shown, outcome.ran.code], [output, 1]);
          assert.deepEqual(outcome.models, ['first', 'second']);
          assert.match(
            failuresSaid(outcome.ran).join('\n'),
            /^occ: .* failed \(.*\); Claude Code does not retry; occ why \w{8}$/,
          );
          assert.ok(outcome.ms < stretched(20_000), `${outcome.ms} ms`);
        });
      }
    });
  });
});

/** Each request ended before the next one arrived, so that no two answers are paid for at once. */
function assertNeverTwoAtOnce(requests: readonly ReceivedRequest[]): void {
  for (const [i, { arrivedMs, ending, number }] of requests.entries()) {
    const next = requests[i + 1];
    if (!next) return;
    assert.ok(ending, `request ${number} never ended`);
    // The end of a socket and the next request use different connections and can be seen in either order.
    const slackMs = 100;
    const ended = arrivedMs + ending.afterMs - slackMs;
    assert.ok(next.arrivedMs > ended, `request ${next.number} arrived while ${number} was running`);
  }
}
