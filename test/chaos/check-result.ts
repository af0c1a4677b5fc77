/**
 * What a client of the chaos got, held to the promise: a finished answer is lawful, whole and one model's; a failure is
 * honest; and for a client that left nothing more is tried.
 */
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import type { Message, StreamEvent } from '../../lib/anthropic/events.ts';
import { readEvents } from '../support/proxy.ts';
import { readReceived } from '../support/received.ts';
import type { Got } from './client.ts';
import type { PlannedAnswer } from './plan.ts';
import { wholeKinds, type Served } from './upstream.ts';

export type Sort = 'answered' | 'empty' | 'broken off' | 'refused' | 'left';

export interface Judgement {
  sort: Sort;
  /** What is wrong, in words. */
  wrong: readonly string[];
  /** Somebody was asked although the client had left, which a busy machine may not have heard yet. */
  late: boolean;
}

interface Judged {
  sort: Sort;
  wrong?: string;
}

/** What an answer said. */
interface Said {
  text: string;
  thinking: string;
  /** The arguments of each call, as text. */
  calls: string[];
}

/** Milliseconds an attempt may take to arrive, on a busy machine. */
const lateMs = 1000;

/** `failures` are the attempts that occ holds against their models, in words. */
export function judge(
  got: Got,
  served: readonly Served[],
  failures: readonly string[],
  planned: Planned,
): Judgement {
  const faulty = served.filter(({ kind }) => !wholeKinds.has(kind));
  const { sort, wrong } = judgeAlone(got, served, planned);
  const unjust = `blamed: ${failures.join('; ')}; but faulty: ${faulty.map(({ model, kind }) => `${model} ${kind}`).join('; ')}`;
  const { leftAt = Infinity } = got;
  return {
    sort,
    late: served.some(({ arrivedAt }) => arrivedAt > leftAt + lateMs),
    wrong: [wrong, failures.length > faulty.length ? unjust : undefined].filter((one) => one !== undefined),
  };
}

type Planned = (model: string) => PlannedAnswer;

function judgeAlone(got: Got, served: readonly Served[], planned: Planned): Judged {
  const { leftAt, broke, status } = got;
  if (leftAt !== undefined) return left(served);
  if (broke !== undefined) return { sort: 'refused', wrong: `the connection broke: ${broke}` };
  return got.manner.stream && status === 200 ? streamed(got, served, planned) : whole(got, served, planned);
}

function left(served: readonly Served[]): Judged {
  const sort = 'left';
  const running = served.find(({ ended }) => ended === undefined);
  return running ? { sort, wrong: `${running.model} goes on, and nobody listens` } : { sort };
}

function streamed({ text, model }: Got, served: readonly Served[], planned: Planned): Judged {
  let events: StreamEvent[];
  try {
    ({ events } = readEvents(text));
  } catch (error) {
    return { sort: 'broken off', wrong: `not server-sent events: ${String(error).slice(0, 300)}` };
  }
  const rule = brokenRule(events);
  if (rule !== undefined) return { sort: 'broken off', wrong: rule };
  const received = readReceived(events);
  const said: Said = { ...received, calls: received.calls.map(({ args }) => args) };
  const last = events.at(-1);
  if (last?.type !== 'error') return finished(said, served, planned, model);
  if (isEmpty(said)) return refused(last.error.message, served);
  if (/all models failed/.test(last.error.message)) return { sort: 'broken off', wrong: last.error.message };
  const speaker = served.find(({ model }) => isBeginning(said, planned(model)));
  return speaker
    ? { sort: 'broken off' }
    : { sort: 'broken off', wrong: `nobody said this: ${text.slice(0, 2000)}` };
}

function whole({ status, text, model }: Got, served: readonly Served[], planned: Planned): Judged {
  const body = JSON.parse(text) as { error?: { type: string; message: string } } & Message;
  if (status === 200) {
    const blocks = (type: string) => body.content.filter((block) => block.type === type);
    const said: Said = {
      text: blocks('text')
        .map((block) => block.text)
        .join(''),
      thinking: blocks('thinking')
        .map((block) => block['thinking'])
        .join(''),
      calls: blocks('tool_use').map((block) => JSON.stringify(block.input)),
    };
    return finished(said, served, planned, model);
  }
  if (![429, 500, 502, 503, 504, 529].includes(status ?? 0))
    return { sort: 'refused', wrong: `status ${status}: ${text}` };
  return refused(body.error?.message ?? '', served);
}

function finished(
  said: Said,
  served: readonly Served[],
  planned: Planned,
  header: string | undefined,
): Judged {
  if (isEmpty(said)) {
    const other = served.find(({ kind }) => kind !== 'empty');
    return other
      ? { sort: 'empty', wrong: `an empty answer, although ${other.model} was ${other.kind}` }
      : { sort: 'empty' };
  }
  const speaker = served.find(({ model }) => isWhole(said, planned(model)));
  if (!speaker)
    return {
      sort: 'answered',
      wrong: `not the whole of anybody’s answer: ${JSON.stringify(said).slice(0, 2000)}`,
    };
  if (header !== undefined && header !== `${speaker.model}/${speaker.model}`)
    return { sort: 'answered', wrong: `${header} is said to have answered, and it was ${speaker.model}` };
  return { sort: 'answered' };
}

function refused(message: string, served: readonly Served[]): Judged {
  if (message === '') return { sort: 'refused', wrong: 'a refusal without a word' };
  const good = served.find(({ kind, ended }) => wholeKinds.has(kind) && ended === 'sent');
  return good
    ? { sort: 'refused', wrong: `refused, although ${good.model} had answered: ${message}` }
    : { sort: 'refused' };
}

function isEmpty({ text, thinking, calls }: Said): boolean {
  return text === '' && thinking === '' && calls.length === 0;
}

function isWhole(said: Said, plan: PlannedAnswer): boolean {
  return (
    said.text === plan.text &&
    said.thinking === plan.thinking &&
    said.calls.length === plan.calls.length &&
    said.calls.every((args, i) => args === JSON.stringify(plan.calls[i]?.input))
  );
}

function isBeginning(said: Said, plan: PlannedAnswer): boolean {
  return (
    plan.text.startsWith(said.text) &&
    plan.thinking.startsWith(said.thinking) &&
    said.calls.every((args, i) => JSON.stringify(plan.calls[i]?.input)?.startsWith(args) ?? false)
  );
}
