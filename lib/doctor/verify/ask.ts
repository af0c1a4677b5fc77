/** Asks a model the questions one after the other, through a real proxy, and records what each side sent. */
import type { Message } from '../../anthropic/events.ts';
import { isObject, parseJson } from '../../json.ts';
import type { Settings } from '../../config/settings.ts';
import type { Upstream } from '../../proxy/upstream.ts';
import { UpstreamError } from '../../proxy/upstream-error.ts';
import { openBench, type BenchOptions } from '../bench/bench.ts';
import { onlyModel } from '../bench/emulated.ts';
import type { RecordedExchange, RecordedUpstream } from '../bench/recorded-exchange.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { Context } from '../check.ts';
import { judgeClient } from '../laws/client-laws.ts';
import { refusalOf } from '../laws/fault.ts';
import { invalidModel, type Answer, type Claims, type Refusal } from './answer.ts';
import { readFacts } from './facts/read.ts';
import { questions, type Question } from './questions.ts';
import type { Values } from './values.ts';

export interface AskOptions {
  /** The proxy and model to ask; its settings have this model alone. */
  bench: BenchOptions;
  context: Context;
  claims: Claims;
  values: Values;
  /** The most requests to the provider, occ's own repeats included. */
  budget: number;
  /** Milliseconds for one question. */
  limitMs?: number;
  onAsk?: (question: Question, number: number, of: number) => void;
}

export interface Asked {
  /** By the name of the question, in the order in which they were asked. */
  answers: Map<string, Answer>;
  /** Requests that the provider received. */
  requests: number;
  /** Why not every question was asked. */
  ended?: 'budget' | 'interrupted' | 'no_answers';
}

/** Milliseconds for one question: a long answer of a slow model that thinks. */
export const questionLimitMs = 120_000;
/** Questions in a row without an answer after which the rest is not asked. */
const patience = 3;

/** The questions for a model, without those that do not apply to it. */
export function questionsFor(claims: Claims, budget = Infinity): Question[] {
  return questions.filter(({ applies }) => applies?.(claims) ?? true).slice(0, budget);
}

/** Resolves with what is known when `context.signal` aborts. */
export async function askAll(options: AskOptions): Promise<Asked> {
  const { claims, values, budget, context, onAsk } = options;
  const answers = new Map<string, Answer>();
  const sent: string[] = [];
  const upstream = recording(await context.upstream(), sent, budget);
  const list = questionsFor(claims);
  let unanswered = 0;
  for (const [at, question] of list.entries()) {
    if (context.signal.aborted) return { answers, requests: sent.length, ended: 'interrupted' };
    if (sent.length >= budget) return { answers, requests: sent.length, ended: 'budget' };
    const before = question.after === undefined ? undefined : continued(answers.get(question.after));
    if (question.after !== undefined && before === undefined) continue;
    onAsk?.(question, at + 1, list.length);
    const exchange = await askOne(question, options, upstream, question.ask(values, before));
    // What an aborted request has left is no answer.
    if (context.signal.aborted) return { answers, requests: sent.length, ended: 'interrupted' };
    const answer = toAnswer(exchange, sent.at(-1), options.bench);
    answers.set(question.name, answer);
    unanswered = answer.facts || question.name === invalidModel ? 0 : unanswered + 1;
    if (unanswered >= patience && unanswered === answers.size)
      return { answers, requests: sent.length, ended: 'no_answers' };
  }
  return { answers, requests: sent.length };
}

async function askOne(
  { name }: Question,
  { bench: options, context, values, limitMs = questionLimitMs }: AskOptions,
  upstream: Upstream,
  body: object,
): Promise<RecordedExchange> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(limitMs)]);
  const bench = await openBench(options, { ...context, signal, upstream: async () => upstream });
  const invalid = name === invalidModel;
  try {
    return await bench.send(
      { ...body, ...(invalid && { model: `${options.provider}/${values.invalidId}` }) },
      { adjust: (settings) => once(invalid ? withModel(settings, values.invalidId) : settings) },
    );
  } finally {
    await bench.close();
  }
}

/** Each question is asked once: a temporary failure is no evidence, and repeats would cost. */
function once(settings: Settings): Settings {
  return { ...settings, retry: { ...settings.retry, attempts: 0 } };
}

function withModel(settings: Settings, id: string): Settings {
  const entry = settings.models['default'];
  return entry ? onlyModel(settings, { ...entry, model_id: id }) : settings;
}

/** An upstream that keeps the body of each request, and sends at most `budget`. */
function recording(upstream: Upstream, sent: string[], budget: number): Upstream {
  return {
    ...upstream,
    async post(url, headers, body, signal) {
      if (sent.length >= budget) throw new UpstreamError('connect', 'the budget of requests is spent', {});
      sent.push(body);
      return upstream.post(url, headers, body, signal);
    },
  };
}

/** The request and the client's message of a complete answer. */
function continued(
  answer: Answer | undefined,
): { request: RecordedExchange['request']; message: Message } | undefined {
  if (answer?.facts === undefined) return undefined;
  const outcome = judgeClient(answer.exchange);
  return outcome.kind === 'complete'
    ? { request: answer.exchange.request, message: outcome.message }
    : undefined;
}

function toAnswer(
  exchange: RecordedExchange,
  body: string | undefined,
  { format }: Pick<BenchOptions, 'format'>,
): Answer {
  const parsed = parseJson(body ?? '');
  const side = exchange.upstream.at(-1);
  const known = {
    exchange,
    sent: isObject(parsed) ? parsed : {},
    refusedBefore: exchange.upstream.slice(0, -1).flatMap((each) => refusal(each, format) ?? []),
  };
  if (side?.status === undefined)
    return { ...known, refusal: { message: side?.reason ?? clientReason(exchange) } };
  const refused = refusal(side, format);
  if (refused) return { ...known, refusal: refused };
  const facts = readFacts(side, format);
  const empty = facts.finish === undefined && facts.pieces.length === 0 && facts.calls.length === 0;
  if (empty && side.ended !== 'complete') return { ...known, refusal: { message: clientReason(exchange) } };
  return { ...known, facts };
}

/** Undefined for a 2xx response. */
function refusal(side: RecordedUpstream, format: WireFormat): Refusal | undefined {
  if (side.status === undefined || (side.status >= 200 && side.status < 300)) return undefined;
  const message = refusalOf(side, format)?.error.message ?? `status ${side.status}`;
  return { status: side.status, message };
}

/** What the client received. */
function clientReason(exchange: RecordedExchange): string {
  const outcome = judgeClient(exchange);
  return outcome.kind === 'error' ? outcome.error.message : 'no answer in time';
}
