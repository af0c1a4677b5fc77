/**
 * Checks one result of a chaos client: a finished answer obeys the laws, is complete and comes from one model; an error
 * has a real cause; and no attempt runs on for a client that has disconnected.
 */
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import type { Message, StreamEvent } from '../../lib/anthropic/events.ts';
import { readEvents } from '../support/proxy.ts';
import { readReceived } from '../support/received.ts';
import type { ClientResult } from './client.ts';
import type { PlannedAnswer } from './plan.ts';
import { completeKinds, type Served } from './upstream.ts';

export type ResultKind = 'answered' | 'empty' | 'broken off' | 'refused' | 'disconnected';

export interface CheckedResult {
  kind: ResultKind;
  violations: readonly string[];
  /** An attempt was made after the disconnect, which the proxy may not have seen yet on a busy machine. */
  late: boolean;
}

interface Finding {
  kind: ResultKind;
  violation?: string;
}

interface Content {
  text: string;
  thinking: string;
  /** The arguments of each call, as JSON text. */
  calls: string[];
}

/** The answer each model gives to the request. */
type Planned = (model: string) => PlannedAnswer;

/** Milliseconds an attempt may take to arrive at the upstream on a busy machine. */
const lateMs = 1000;

/** `failures` are the attempts that the proxy counts as failures of their models, one description each. */
export function checkResult(
  result: ClientResult,
  served: readonly Served[],
  failures: readonly string[],
  planned: Planned,
): CheckedResult {
  const faulty = served.filter(({ kind }) => !completeKinds.has(kind));
  const { kind, violation } = checkContent(result, served, planned);
  const tooMany = `failures: ${failures.join('; ')}; but faulty: ${faulty.map(({ model, kind }) => `${model} ${kind}`).join('; ')}`;
  const { disconnectedAt = Infinity } = result;
  return {
    kind,
    late: served.some(({ arrivedAt }) => arrivedAt > disconnectedAt + lateMs),
    violations: [violation, failures.length > faulty.length ? tooMany : undefined].filter(
      (one) => one !== undefined,
    ),
  };
}

function checkContent(result: ClientResult, served: readonly Served[], planned: Planned): Finding {
  const { disconnectedAt, connectionError, status } = result;
  if (disconnectedAt !== undefined) return disconnected(served);
  if (connectionError !== undefined)
    return { kind: 'refused', violation: `the connection failed: ${connectionError}` };
  return result.behaviour.stream && status === 200
    ? streamed(result, served, planned)
    : notStreamed(result, served, planned);
}

function disconnected(served: readonly Served[]): Finding {
  const kind = 'disconnected';
  const running = served.find(({ ended }) => ended === undefined);
  return running ? { kind, violation: `${running.model} still sends after the disconnect` } : { kind };
}

function streamed({ text, model }: ClientResult, served: readonly Served[], planned: Planned): Finding {
  let events: StreamEvent[];
  try {
    ({ events } = readEvents(text));
  } catch (error) {
    return { kind: 'broken off', violation: `not server-sent events: ${String(error).slice(0, 300)}` };
  }
  const rule = brokenRule(events);
  if (rule !== undefined) return { kind: 'broken off', violation: rule };
  const received = readReceived(events);
  const content: Content = { ...received, calls: received.calls.map(({ args }) => args) };
  const last = events.at(-1);
  if (last?.type !== 'error') return finished(content, served, planned, model);
  if (isEmpty(content)) return refused(last.error.message, served);
  if (/all models failed/.test(last.error.message))
    return { kind: 'broken off', violation: last.error.message };
  const source = served.find(({ model }) => isBeginning(content, planned(model)));
  return source
    ? { kind: 'broken off' }
    : { kind: 'broken off', violation: `not the beginning of any answer: ${text.slice(0, 2000)}` };
}

function notStreamed(
  { status, text, model }: ClientResult,
  served: readonly Served[],
  planned: Planned,
): Finding {
  const body = JSON.parse(text) as { error?: { type: string; message: string } } & Message;
  if (status === 200) {
    const blocks = (type: string) => body.content.filter((block) => block.type === type);
    const content: Content = {
      text: blocks('text')
        .map((block) => block.text)
        .join(''),
      thinking: blocks('thinking')
        .map((block) => block['thinking'])
        .join(''),
      calls: blocks('tool_use').map((block) => JSON.stringify(block.input)),
    };
    return finished(content, served, planned, model);
  }
  if (![429, 500, 502, 503, 504, 529].includes(status ?? 0))
    return { kind: 'refused', violation: `status ${status}: ${text}` };
  return refused(body.error?.message ?? '', served);
}

function finished(
  content: Content,
  served: readonly Served[],
  planned: Planned,
  header: string | undefined,
): Finding {
  if (isEmpty(content)) {
    const other = served.find(({ kind }) => kind !== 'empty');
    return other
      ? { kind: 'empty', violation: `an empty answer, although ${other.model} was ${other.kind}` }
      : { kind: 'empty' };
  }
  const source = served.find(({ model }) => isComplete(content, planned(model)));
  if (!source)
    return {
      kind: 'answered',
      violation: `not the complete answer of any model: ${JSON.stringify(content).slice(0, 2000)}`,
    };
  if (header !== undefined && header !== `${source.model}/${source.model}`)
    return { kind: 'answered', violation: `x-occ-model is ${header}, but ${source.model} answered` };
  return { kind: 'answered' };
}

function refused(message: string, served: readonly Served[]): Finding {
  if (message === '') return { kind: 'refused', violation: 'an error without a message' };
  const complete = served.find(({ kind, ended }) => completeKinds.has(kind) && ended === 'sent');
  return complete
    ? { kind: 'refused', violation: `refused, although ${complete.model} had answered: ${message}` }
    : { kind: 'refused' };
}

function isEmpty({ text, thinking, calls }: Content): boolean {
  return text === '' && thinking === '' && calls.length === 0;
}

function isComplete(content: Content, plan: PlannedAnswer): boolean {
  return (
    content.text === plan.text &&
    content.thinking === plan.thinking &&
    content.calls.length === plan.calls.length &&
    content.calls.every((args, i) => args === JSON.stringify(plan.calls[i]?.input))
  );
}

function isBeginning(content: Content, plan: PlannedAnswer): boolean {
  return (
    plan.text.startsWith(content.text) &&
    plan.thinking.startsWith(content.thinking) &&
    content.calls.every((args, i) => JSON.stringify(plan.calls[i]?.input)?.startsWith(args) ?? false)
  );
}
