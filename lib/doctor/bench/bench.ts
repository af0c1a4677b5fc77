/** Where one smoke test is made: the real proxy in this process, with both sides listened in on. */
import { randomBytes } from 'node:crypto';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Settings } from '../../config/settings.ts';
import { startProxy } from '../../proxy/server.ts';
import type { WireFormat } from '../../wire/codec.ts';
import type { Remedy } from '../check.ts';
import { askProxy } from './client.ts';
import { readClient, type ClientHeard } from '../laws/client-laws.ts';
import type { Exchange, UpstreamSide } from './recorded-exchange.ts';
import { tapOn } from './tap.ts';
import { readUpstream } from '../laws/upstream-laws.ts';
import { wrongIn } from '../laws/fault.ts';
import type { Context } from '../check.ts';

/** The emulator's model that fails before it says anything, for a fallback to be seen. */
export const failingModel = {
  provider: 'emulator',
  model_id: 'doctor-failing',
  wire_format: 'chat',
} as const;

export interface BenchOptions {
  /** A real provider is asked; else the emulator. */
  live: boolean;
  /** What is asked: the one model of `settings`, as `provider/model`. */
  model: string;
  provider: string;
  format: WireFormat;
  settings: Settings;
  /** What to do about a time limit that ended an exchange. */
  remedyFor: (setting: string) => Remedy;
}

export interface AskOptions {
  leaveAtContent?: boolean;
  /** Last changes to the settings of this exchange. */
  adjust?: (settings: Settings) => Settings;
}

export type Whole = Extract<ClientHeard, { kind: 'whole' }>;

export interface Bench extends BenchOptions {
  context: Context;
  /** Every exchange so far. */
  exchanges: Exchange[];
  /** What the provider does that occ puts right. */
  odd: Set<string>;
  /** One exchange; one at a time. */
  ask(body: Partial<MessagesRequest>, options?: AskOptions): Promise<Exchange>;
  /** The answer of an exchange that has to be whole and lawful; throws a Wrong. */
  whole(exchange: Exchange): Whole;
  /** What the emulator is told, or what a model is asked to do. */
  prompt(situation: string, words: string): string;
  close(): Promise<void>;
}

/** Opens the proxy on a free loopback port. It is closed by `close`, and asks nothing once `context.gone` aborts. */
export async function openBench(options: BenchOptions, context: Context): Promise<Bench> {
  const { live, model, provider, format, remedyFor } = options;
  const { gone } = context;
  const token = randomBytes(32).toString('base64url');
  const tap = tapOn(await context.upstream());
  let current = options.settings;
  const proxy = await startProxy({
    settings: () => current,
    token,
    host: '127.0.0.1',
    port: 0,
    log: () => {},
    upstream: async () => tap.upstream,
  });
  const exchanges: Exchange[] = [];
  const odd = new Set<string>();

  async function ask(body: Partial<MessagesRequest>, asking: AskOptions = {}): Promise<Exchange> {
    const { leaveAtContent = false, adjust } = asking;
    // A snapshot of its own: what the proxy remembers of one exchange is not to decide another.
    current = { ...(adjust?.(options.settings) ?? options.settings) };
    const request = { model, max_tokens: 1024, stream: true, messages: [], ...body };
    tap.restart();
    const answered = await askProxy({ url: proxy.url, token, body: request, leaveAtContent, gone });
    await tap.settled(leaveAtContent ? longestLeave : briefly);
    const exchange = { request, upstream: [...tap.heard()], ...answered };
    exchanges.push(exchange);
    return exchange;
  }

  function whole(exchange: Exchange): Whole {
    const heard = readClient(exchange);
    if (heard.kind !== 'whole') throw wrongIn(exchange, heard, provider, format, remedyFor);
    for (const words of oddIn(exchange.upstream.at(-1), format)) odd.add(words);
    return heard;
  }

  return {
    ...options,
    context,
    exchanges,
    odd,
    ask,
    whole,
    prompt: (situation, words) => (live ? words : `[emulator: ${situation}]`),
    close: async () => void (await proxy.close(0)),
  };
}

/** What the answer did that occ has put right; an answer that was broken off on purpose is not judged. */
function oddIn(side: UpstreamSide | undefined, format: WireFormat): readonly string[] {
  return side === undefined || side.ended === 'left' ? [] : readUpstream(side, format).odd;
}

/** Milliseconds an upstream request has to end after its client left; the law gives it 100. */
const longestLeave = 3000;
/** A price may follow the end (P3), and what comes after the client's end is part of the transcript. */
const briefly = 2000;
