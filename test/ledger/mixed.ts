/**
 * Many exchanges of every kind through a real proxy, in front of an emulator that keeps its own account: what it has reported
 * in bytes that were sent. The account shares no code with the ledger.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ModelEntry, Settings } from '../../lib/config/settings.ts';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { say, usage, wait, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { openHost } from '../../lib/host/host.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { randomNumbers } from '../support/sampling.ts';
import { modelOf, requestBody, settingsFor } from '../support/proxy.ts';
import { scratch, written } from './scratch.ts';

const formats = ['chat', 'messages', 'responses', 'gemini'] as const satisfies WireFormat[];
const kinds = ['stream', 'whole', 'fallback', 'error-first', 'cut', 'cancel', 'repair'] as const;
type Kind = (typeof kinds)[number];

/** Dollars per million tokens, so that a tenth of a millionth of a dollar is the smallest unit. */
const price = { input: 3, output: 15, cache_read: 0.3 };

export interface Account {
  input: number;
  cached: number;
  output: number;
  reasoning: number;
}

const empty = (): Account => ({ input: 0, cached: 0, output: 0, reasoning: 0 });

function add(to: Map<string, Account>, model: string, more: Partial<Account>): void {
  const sum = to.get(model) ?? empty();
  for (const name of Object.keys(sum) as (keyof Account)[]) sum[name] += more[name] ?? 0;
  to.set(model, sum);
}

/** In tenths of a millionth of a dollar. */
function costOf({ input, cached, output }: Account): number {
  return input * 30 + cached * 3 + output * 150;
}

const modelFor = (format: WireFormat, place: 'first' | 'second'): ModelEntry =>
  modelOf(`${place}-${format}`, { provider: 'other', wire_format: format, price });

function withModels(base: Settings): Settings {
  const models: Record<string, ModelEntry> = { default: modelFor('chat', 'first') };
  const fallbacks: Record<string, ModelEntry[]> = {};
  for (const [at, format] of formats.entries()) {
    models[`m-${format}`] = modelFor(format, 'first');
    fallbacks[`m-${format}`] = [modelFor(formats[(at + 1) % formats.length] ?? 'chat', 'second')];
  }
  return { ...base, models, fallbacks, circuitBreaker: { failures: 1e9, resetMs: 1 } };
}

/** Runs `count` exchanges, 16 at a time, and compares the ledger with the account to the token and the cent. */
export async function mixedExchanges(t: TestContext, count: number, seed: number): Promise<void> {
  const below = randomNumbers(seed);
  const plan = Array.from({ length: count }, () => ({
    kind: kinds[below(kinds.length)] ?? 'stream',
    format: formats[below(formats.length)] ?? 'chat',
    tokens: {
      input: 50 + below(5000),
      cached: below(2000),
      output: 1 + below(900),
      reasoning: 0,
    },
  }));
  for (const { tokens } of plan) tokens.reasoning = below(tokens.output);
  const account = new Map<string, Account>();

  /** What an answer that breaks off has reported by then: Anthropic's and Google's formats count the input at the start. */
  function partial({ bodyBytes }: ReceivedRequest, format: WireFormat): Partial<Account> {
    const input = Math.ceil(bodyBytes / 4);
    if (format === 'messages') return { input, output: 1 };
    return format === 'gemini' ? { input } : {};
  }

  function answer(request: ReceivedRequest): Answer | Script {
    const at = Number(/exchange (\d+)/.exec(JSON.stringify(request.body))?.[1]);
    const { kind, tokens } = plan[at] ?? { kind: 'stream' as Kind, tokens: empty() };
    const { model } = request.conversation;
    const format = request.format ?? 'chat';
    const name = `other/${model}`;
    const first = model.startsWith('first');
    if (first && kind === 'fallback') return refuse(529);
    if (first && kind === 'error-first')
      return failing({ script: [say('x')] }, { errorEvent: { at: { events: 0 }, type: 'overloaded_error' } });
    if (first && kind === 'repair' && request.body['temperature'] !== undefined)
      return refuse(400, { message: 'temperature is not supported' });
    if (kind === 'cut' || kind === 'cancel') {
      add(account, name, partial(request, format));
      const text = say(['a', 'b', 'c', 'd', 'e', 'f']);
      if (kind === 'cancel') return [text, wait(3_600_000), say('never')];
      return failing(
        { script: [text, wait(5), say('never')] },
        { breaks: { at: { deltas: 6 }, how: 'cut' }, betweenEventsMs: 2 },
      );
    }
    // The Messages API counts reasoning as output only.
    add(account, name, format === 'messages' ? { ...tokens, reasoning: 0 } : tokens);
    const { cached, input, output, reasoning } = tokens;
    return [say('hello'), usage({ input: input + cached, cached, output, reasoning })];
  }

  const emulator = await startEmulator({ flavour: 'plain', script: answer });
  t.after(() => emulator.close());
  const stateDir = scratch(t);
  const host = await openHost({
    settings: withModels(settingsFor(emulator.url)),
    trial: false,
    host: '127.0.0.1',
    port: 0,
    token: 'a-token',
    stateDir,
    listenFailure: 1,
    onLogFailure: () => {},
  });
  t.after(() => host.close(0));

  async function exchange(at: number): Promise<void> {
    const { kind, format } = plan[at] ?? { kind: 'stream', format: 'chat' };
    const leaving = new AbortController();
    const response = await fetch(`${host.proxy.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': 'a-token',
        'x-claude-code-session-id': `session-${at}`,
      },
      body: JSON.stringify(
        requestBody({
          model: `m-${format}`,
          stream: kind !== 'whole',
          ...(kind === 'repair' && { temperature: 0.5 }),
          messages: [{ role: 'user', content: `exchange ${at}` }],
        }),
      ),
      signal: leaving.signal,
    });
    if (kind !== 'cancel') return void (await response.text());
    const reader = response.body?.getReader();
    let text = '';
    const decoder = new TextDecoder();
    assert(reader);
    while (!text.includes('"f"')) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    leaving.abort();
  }

  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < count) await exchange(next++);
    }),
  );
  await host.close(0);

  const lines = written(join(stateDir, 'ledger'));
  assert.equal(lines.length, count);
  const recorded = new Map<string, Account>();
  let dollars = 0;
  for (const { uses = [] } of lines)
    for (const { model, input, cache_read, output, reasoning, cost = 0, estimated } of uses) {
      add(recorded, model, {
        input: input ?? 0,
        cached: cache_read ?? 0,
        output: output ?? 0,
        reasoning: reasoning ?? 0,
      });
      dollars += cost;
      assert.equal(estimated, undefined);
    }
  const nonzero = [...account].filter(([, sum]) => costOf(sum) > 0);
  assert.deepEqual(Object.fromEntries(recorded), Object.fromEntries(nonzero));
  const expected = nonzero.reduce((sum, [, one]) => sum + costOf(one), 0);
  assert.equal(Math.round(dollars * 1e7), expected);
  const stats = host.proxy.stats();
  const all = [...account.values()];
  const sumOf = (name: keyof Account): number => all.reduce((sum, one) => sum + one[name], 0);
  assert.equal(stats.inputTokens, sumOf('input') + sumOf('cached'));
  assert.equal(stats.outputTokens, sumOf('output'));
  assert.equal(Math.round((stats.cost ?? 0) * 1e7), expected);
  const endings = new Set(lines.map(({ ending }) => ending));
  for (const ending of ['answered', 'cut', 'left'] as const) assert.ok(endings.has(ending), ending);
  assert.ok(lines.some(({ fallback_from }) => fallback_from !== undefined));
  assert.ok(lines.some(({ repairs = 0 }) => repairs > 0));
}
