/** Runs smoke tests through a real proxy in this process and records both of its sides. */
import { randomBytes } from 'node:crypto';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Settings } from '../../config/settings.ts';
import type { TimeLimit, Trouble } from '../../proxy/policy/failures.ts';
import { startProxy } from '../../proxy/server.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { Context, Remedy } from '../check.ts';
import { judgeClient, type ClientOutcome } from '../laws/client-laws.ts';
import { toFailure } from '../laws/fault.ts';
import { judgeUpstream } from '../laws/upstream-laws.ts';
import type { Language } from '../languages/language.ts';
import { messages } from '../languages/messages.ts';
import { sendToProxy } from './client.ts';
import type { FailedAttempt, RecordedExchange, RecordedUpstream } from './recorded-exchange.ts';
import { createTap } from './tap.ts';

/** The emulator's model that fails before it sends content, to trigger a fallback. */
export const failingModel = {
  provider: 'emulator',
  model_id: 'doctor-failing',
  wire_format: 'chat',
} as const;

export interface BenchOptions {
  /** Requests go to a real provider instead of the emulator. */
  live: boolean;
  /** The one model of `settings`, as `provider/model`. */
  model: string;
  provider: string;
  format: WireFormat;
  /** The format that the client speaks; Anthropic's unless given. */
  language?: Language | undefined;
  settings: Settings;
  /** The remedy for a time limit that ended an exchange. */
  remedyFor: (limit: Exclude<TimeLimit, 'client'>) => Remedy;
}

export interface SendOptions {
  disconnectAtContent?: boolean;
  /** Changes the settings for this exchange only. */
  adjust?: (settings: Settings) => Settings;
}

export type CompleteAnswer = Extract<ClientOutcome, { kind: 'complete' }>;

export interface Bench extends BenchOptions {
  context: Context;
  /** Every exchange so far. */
  exchanges: RecordedExchange[];
  /** Deviations of the provider from its format that occ corrects. */
  deviations: Set<string>;
  /** Runs one exchange. Exchanges must not overlap. */
  send(body: Partial<MessagesRequest>, options?: SendOptions): Promise<RecordedExchange>;
  /** Returns the answer if it is complete and valid; else throws a CheckFailure. */
  expectComplete(exchange: RecordedExchange): CompleteAnswer;
  /** The emulator's directive for `situation`, or `text` for a real model. */
  prompt(situation: string, text: string): string;
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port. `close` stops it; no request is sent after `context.signal` aborts. */
export async function openBench(options: BenchOptions, context: Context): Promise<Bench> {
  const { live, model, provider, format, language = messages, remedyFor } = options;
  const { signal } = context;
  const token = randomBytes(32).toString('base64url');
  const tap = createTap(await context.upstream());
  const attempts: LogEntry[] = [];
  let current = options.settings;
  const proxy = await startProxy({
    settings: () => current,
    token,
    host: '127.0.0.1',
    port: 0,
    log: (entry) => void (entry.event === 'attempt' && attempts.push(entry)),
    upstream: async () => tap.upstream,
  });
  const exchanges: RecordedExchange[] = [];
  const deviations = new Set<string>();

  async function send(
    body: Partial<MessagesRequest>,
    { disconnectAtContent = false, adjust }: SendOptions = {},
  ): Promise<RecordedExchange> {
    // A new object for each exchange: the proxy forgets what it learned when the settings change.
    current = { ...(adjust?.(options.settings) ?? options.settings) };
    const request = { model, max_tokens: 1024, stream: true, messages: [], ...body };
    tap.restart();
    attempts.length = 0;
    const seen = await sendToProxy({ url: proxy.url, token, request, language, disconnectAtContent, signal });
    await tap.idle(disconnectAtContent ? abortLimitMs : trailingLimitMs);
    const failed = failedAttempt(attempts.at(-1));
    const exchange = { request, language, upstream: [...tap.requests()], ...seen, ...(failed && { failed }) };
    exchanges.push(exchange);
    return exchange;
  }

  function expectComplete(exchange: RecordedExchange): CompleteAnswer {
    const outcome = judgeClient(exchange);
    if (outcome.kind !== 'complete') throw toFailure(exchange, outcome, provider, format, remedyFor);
    for (const deviation of deviationsOf(exchange.upstream.at(-1), format)) deviations.add(deviation);
    return outcome;
  }

  return {
    ...options,
    context,
    exchanges,
    deviations,
    send,
    expectComplete,
    prompt: (situation, text) => (live ? text : `[emulator: ${situation}]`),
    close: async () => void (await proxy.close(0)),
  };
}

type LogEntry = Readonly<Record<string, unknown>>;

/** Undefined for an attempt that did not fail, or was refused. */
function failedAttempt(entry: LogEntry | undefined): FailedAttempt | undefined {
  const trouble = entry?.['trouble'] as Trouble | undefined;
  return trouble && { trouble, limit: entry?.['limit'] as TimeLimit | undefined };
}

/** An answer that was aborted on purpose is not judged. */
function deviationsOf(side: RecordedUpstream | undefined, format: WireFormat): readonly string[] {
  return side === undefined || side.ended === 'aborted' ? [] : judgeUpstream(side, format).deviations;
}

/** Milliseconds to wait for the upstream request to end after the client disconnects. The law (L13) allows 100. */
const abortLimitMs = 3000;
/** Milliseconds to wait for what follows the client's last event, such as a price (P3). It belongs to the transcript. */
const trailingLimitMs = 2000;
