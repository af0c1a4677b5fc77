/**
 * The first model fails in every way, and then all of them do: what the person at the real Claude Code sees of it, and
 * what the upstreams were asked. The cases run beside each other, for much of their time is waiting.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { failing, nothing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { sandbox, type Ran } from './client.ts';
import { launch, logOf } from './launched.ts';
import { key, posts } from './upstream.ts';

/** What a model answers to its nth request, from 1. */
type Answers = (nth: number) => Answer | Script;

interface Case {
  first: Answers;
  second?: Answers;
  /** Fields of the first model's provider. */
  limits?: object;
  /** In the place of the second model's upstream. */
  secondUrl?: string;
}

interface Seen {
  ran: Ran;
  /** What the person reads: the answer, and what the client says on stderr beside occ's own first line. */
  words: string;
  requests: readonly ReceivedRequest[];
  /** The models in the order in which they were asked. */
  asked: string[];
  log: LogEntry[];
  ms: number;
}

const whole: Script = [say('All of this sentence must arrive, once and whole.')];
const rescue: Script = [say('The second model answers.')];

/** One launch over two models at two providers. */
async function over({ first, second = () => rescue, limits, secondUrl }: Case): Promise<Seen> {
  await using box = sandbox();
  const counts = { first: 0, second: 0 };
  await using emulator = await startEmulator({
    script: ({ conversation: { model } }) =>
      model === 'first' ? first(++counts.first) : second(++counts.second),
  });
  const provider = { wire_format: 'chat', base_url: `${emulator.url}/v1`, api_key: key };
  const config = {
    providers: {
      one: { ...provider, ...limits },
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
  const asked = requests.map(({ conversation }) => conversation.model);
  return { ran, words: wordsOf(ran), requests, asked, log: logOf(box), ms };
}

/** Less what does not tell of the answer: occ's line of models, and the client's remark that it knows no such model. */
function wordsOf({ stdout, stderr }: Ran): string {
  const told = stderr.split('\n').filter((line) => !/^occ: opus|unrecognized_model/.test(line));
  return (stdout + told.join('\n')).trim();
}

const cut = { breaks: { at: { deltas: 3 }, how: 'cut' } } as const;
const reset = { breaks: { at: { deltas: 3 }, how: 'reset' } } as const;

const spent = refuse(429, {
  type: 'GoUsageLimitError',
  message: '5-hour usage limit reached. Resets in 7hr 29min.',
  retryAfterSeconds: 26_940,
  metadata: { workspace: 'wrk_1', limitName: '5 hour' },
});

// The minute runs beside everything else.
describe('outages', { concurrency: 2 }, () => {
  test('every model fails for a minute: the client waits it out, and the person gets the answer', async (t) => {
    // One is refused, the other cannot be reached.
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const recovery = Date.now() + 60_000;
    const seen = await over({
      first: () => (Date.now() < recovery ? refuse(503, { message: 'Down.' }) : whole),
      secondUrl: `http://127.0.0.1:${port}/v1`,
    });
    t.diagnostic(`${Math.round(seen.ms / 1000)} s, ${seen.requests.length} requests to the first model`);
    assert.deepEqual([seen.words, seen.ran.code], ['All of this sentence must arrive, once and whole.', 0]);
    assert.ok(seen.ms > 60_000 && seen.ms < 120_000, `${seen.ms} ms`);
    // The breaker spares the upstream most of what the client asks meanwhile.
    assert.ok(seen.requests.length <= 12, `${seen.requests.length} requests`);
    assert.equal(seen.requests.filter(({ status }) => status === 200).length, 1, 'nothing is paid twice');
  });

  describe('by the second', { concurrency: 1 }, () => {
    describe('the first model fails, and the person sees nothing but the answer', { concurrency: 2 }, () => {
      const twice = ['first', 'first', 'second'];
      const once = ['first', 'second'];
      const cases: Record<string, Case & { asked: string[]; says?: string }> = {
        'it answers 500': { first: () => refuse(500), asked: twice },
        'it sends no headers': {
          first: () => failing(whole, { headersAfterMs: 60_000 }),
          limits: { timeout_ms: 300 },
          asked: once,
        },
        'it sends nothing after its headers': {
          first: () => failing(whole, { firstEventAfterMs: 60_000 }),
          limits: { first_event_timeout_ms: 300 },
          asked: once,
        },
        'it sends an empty 200': { first: () => nothing(), asked: once },
        'it dies in mid-stream, before content': {
          first: () => failing(whole, { breaks: { at: { deltas: 0 }, how: 'reset' } }),
          asked: twice,
        },
        'its allowance is spent': { first: () => spent, asked: once },
        'its allowance is spent, and the turn goes on': {
          first: () => spent,
          second: (nth) => (nth === 1 ? [call('Bash', { command: 'echo one' })] : rescue),
          // It is not asked again before its reset.
          asked: ['first', 'second', 'second'],
        },
        // From here on the client has seen a part, so that no other model may go on with it. It drops the part and asks for
        // the whole answer, and before that is whole another model may give it.
        'it dies after content, once': {
          first: (nth) => (nth === 1 ? failing(whole, cut) : whole),
          asked: ['first', 'first'],
          says: 'All of this sentence must arrive, once and whole.',
        },
        'it dies after content, cut each time': { first: () => failing(whole, cut), asked: twice },
        'it dies after content, reset each time': {
          first: () => failing(whole, reset),
          asked: ['first', 'first', 'first', 'second'],
        },
        'it falls silent after content': {
          first: () => failing(whole, { breaks: { at: { deltas: 3 }, how: 'silence' } }),
          limits: { stream_idle_timeout_ms: 500 },
          asked: twice,
        },
      };
      for (const [name, { asked, says = 'The second model answers.', ...given }] of Object.entries(cases)) {
        test(name, async () => {
          const seen = await over(given);
          assert.deepEqual([seen.words, seen.ran.code], [says, 0]);
          assert.deepEqual(seen.asked, asked);
          assertNeverTwoAtOnce(seen.requests);
          const refused = seen.log.filter(({ event }) => event === 'refused');
          for (const { message } of refused) assert.doesNotMatch(String(message), /all models failed/);
        });
      }
    });

    describe('every model fails', { concurrency: 2 }, () => {
      const badKey = refuse(401, { type: 'AuthError', message: 'Invalid API key.' });
      const gone = refuse(410, { type: 'ModelDeprecated', message: 'Removed.' });
      const permanent: Record<string, { answer: Answer; says: string }> = {
        'the key is refused everywhere': {
          answer: badKey,
          says: `Failed to authenticate. API Error: 401 all models failed: 401 Invalid API key.
- one/first: 401 Invalid API key.
- two/second: 401 Invalid API key.`,
        },
        'every allowance is spent': {
          answer: spent,
          says: `API Error: Request rejected (429) · all models failed: 429 5-hour usage limit reached. Resets in 7hr 29min.
- one/first: 429 5-hour usage limit reached. Resets in 7hr 29min.
- two/second: 429 5-hour usage limit reached. Resets in 7hr 29min.`,
        },
        'the models are gone': {
          answer: gone,
          says: `API Error: 410 all models failed: 410 Removed.
- one/first: 410 Removed.
- two/second: 410 Removed.`,
        },
      };
      for (const [name, { answer, says }] of Object.entries(permanent)) {
        test(`${name}: it is said at once and in full, and nobody tries again`, async () => {
          const seen = await over({ first: () => answer, second: () => answer });
          assert.deepEqual([seen.words, seen.ran.code], [says, 1]);
          assert.deepEqual(seen.asked, ['first', 'second']);
        });
      }
    });
  });
});

/** Each request had ended before the next one arrived: none is paid for beside another. */
function assertNeverTwoAtOnce(requests: readonly ReceivedRequest[]): void {
  for (const [i, { arrivedMs, ending, number }] of requests.entries()) {
    const next = requests[i + 1];
    if (!next) return;
    assert.ok(ending, `request ${number} never ended`);
    // The socket's end and the next request come on different connections, in either order.
    const slackMs = 100;
    const ended = arrivedMs + ending.afterMs - slackMs;
    assert.ok(next.arrivedMs > ended, `request ${next.number} came while ${number} was running`);
  }
}
