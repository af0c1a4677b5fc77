/** Has the request of a capture answered again: offline by what was recorded, or by a model. */
import { EventEmitter } from 'node:events';
import type { Provider, Secret, Settings } from '../config/settings.ts';
import { silent, type Log } from '../log/log.ts';
import type { Clock } from '../proxy/clock.ts';
import type { Trial } from '../proxy/course.ts';
import type { Upstream } from '../proxy/upstream.ts';
import { noCounts, type Road } from '../proxy/road.ts';
import { carryOut, outgoingHeaders } from '../proxy/exchange.ts';
import { memory, type Memory } from '../proxy/memory.ts';
import { modelStats } from '../proxy/model-stats.ts';
import { nameOf, type Candidate } from '../proxy/policy/plan.ts';
import { promptMemory } from '../proxy/prompt-memory.ts';
import { noQuotaWatch } from '../proxy/quota-watch.ts';
import { arrived, type EndedRequest } from '../proxy/recent.ts';
import { notRecorded } from '../proxy/recording/recorder.ts';
import { openReply, type ReplyTarget } from '../proxy/reply.ts';
import { askedBy } from './asked.ts';
import {
  bytesOf,
  toPiece,
  type Capture,
  type CapturedCandidate,
  type CapturedPiece,
  type CapturedProvider,
} from './capture.ts';
import { recordedAnswers } from './recorded-answers.ts';
import { virtualClock } from './virtual-clock.ts';

export interface Replayed {
  status?: number;
  headers: Record<string, string>;
  pieces: CapturedPiece[];
  /** How many attempts were made; more than were recorded if the code of today asks again. */
  attempts: number;
  /** The record of the request, as `occ why` would show it. */
  record: EndedRequest;
}

export interface ReplayOptions {
  /** Waits for the real time between two events, in milliseconds. Without it no time passes. */
  pace?: (ms: number) => Promise<unknown>;
}

/** Runs a capture through the code of today, with the recorded answers at the recorded times on a clock of its own. */
export async function replay(capture: Capture, { pace }: ReplayOptions = {}): Promise<Replayed> {
  const clock = virtualClock(Date.parse(capture.at), pace);
  const upstream = recordedAnswers(capture, clock);
  const gone = new AbortController();
  if (capture.leftMs !== undefined) clock.after(capture.leftMs - capture.beganMs, () => gone.abort());
  const settings = settingsOf(capture);
  const candidates = capture.plan.candidates.map((one) => toCandidate(one, capture));
  const known = (fresh: Memory): Memory => asRecorded(fresh, capture, () => upstream.asked());
  const work = run(capture, { candidates, settings, clock, upstream, gone: gone.signal, known });
  await clock.runUntilSettled(work);
  return { ...(await work), attempts: upstream.asked() };
}

export interface RunOptions {
  /** The models that may answer, in order. */
  candidates: readonly Candidate[];
  settings: Settings;
  clock: Clock;
  upstream: Upstream;
  gone: AbortSignal;
  log?: Log;
  /** What is known from earlier requests; nothing unless given. */
  known?: (fresh: Memory) => Memory;
}

/** Has the request of a capture answered. */
export async function run(
  capture: Capture,
  { candidates, settings, clock, upstream, gone, log = silent, known = (fresh) => fresh }: RunOptions,
): Promise<Replayed> {
  const record = arrived(capture.id, capture.at, settings.configOption);
  const replayed: Replayed = { headers: {}, pieces: [], attempts: 0, record };
  const reply = openReply(nowhere(), capture.id, settings.heartbeatMs, gone, clock);
  const began = clock.monotonic();
  reply.observe({
    head(status, headers) {
      replayed.status = status;
      replayed.headers = { ...headers };
    },
    wrote: (encoded) => void replayed.pieces.push(toPiece(clock.monotonic() - began, encoded)),
  });
  const { request, given, printer } = await askedBy(capture);
  reply.speak(printer);
  const { session, messageId, inputTokens, limitMs, plan } = capture;
  Object.assign(record, { model: request.model, route: plan.reason, stream: request.stream === true });
  const road: Road = {
    ...clock,
    upstream,
    log,
    counts: noCounts(),
    modelStats: modelStats(),
    figures: { attempted() {} },
    memory: known(memory(log)),
    prompts: promptMemory(),
    quotas: noQuotaWatch,
    recorder: notRecorded,
    random: () => 0,
  };
  const trial: Trial = {
    plan: { ...plan, candidates },
    turn: { request, session, messageId, inputTokens, ...(given && { given }) },
    headers: outgoingHeaders(capture.request.headers, session),
    requestId: capture.id,
    reply,
    gone,
    settings,
    limitMs,
    record,
    recording: notRecorded.begin(),
    arrived: began,
  };
  try {
    await carryOut(trial, road);
  } finally {
    reply.close();
  }
  return { ...replayed, attempts: record.attempts.length };
}

/** Milliseconds that no recording has. */
const never = 1e12;

/**
 * The settings that one request uses after its plan is made. On a busy machine a timer fires late, so that an answer can
 * overtake it. A heartbeat that was not sent then must not be sent now.
 */
function settingsOf({ settings, reply }: Capture): Settings {
  const text = Buffer.concat(reply.pieces.map(bytesOf)).toString('utf8');
  const kept = reply.headers['x-occ-model'] === undefined || text.includes('event: ping\n');
  return { ...settings, heartbeatMs: kept ? settings.heartbeatMs : never } as unknown as Settings;
}

/** The candidate; its time limits apply if one of them ended an attempt when it was recorded. */
function toCandidate({ provider, ...candidate }: CapturedCandidate, { record, limitMs }: Capture): Candidate {
  const { route } = candidate;
  const model = `${route.provider}/${route.modelId}`;
  const limited = record.attempts.some((one) => one.model === model && one.limit !== undefined);
  const { timeouts } = provider;
  const unlimited = { headersMs: never, firstEventMs: never, idleMs: never };
  // The share of the client's own limit follows from these.
  const kept = limited || limitMs !== undefined ? timeouts : unlimited;
  return { ...candidate, provider: toProvider({ ...provider, timeouts: kept }) };
}

function toProvider({ keys, ...provider }: CapturedProvider): Provider {
  return { ...provider, headers: {}, keys: Array.from({ length: keys }, (): Secret => hiddenKey) };
}

/** The recorded answers do not look at it. */
const hiddenKey: Secret = { reveal: () => '•••', toString: () => '•••', toJSON: () => '•••' };

/**
 * A memory that passes over the same models as the recorded one did, which knew more, and allows a second try of a model
 * where there was one. `asked` tells how many attempts have been made.
 */
function asRecorded(fresh: Memory, { attempts, barriers }: Capture, asked: () => number): Memory {
  const left = [...barriers];
  return {
    ...fresh,
    mayRetry(...given) {
      const [last, next] = [attempts[asked() - 1], attempts[asked()]];
      if (!last || !next) return fresh.mayRetry(...given);
      // A second try that was passed over was allowed, too.
      return (
        last.model === next.model ||
        left.some(({ model, after }) => model === last.model && after === asked())
      );
    },
    admit(candidate, ...rest) {
      const at = left.findIndex(({ model, after }) => model === nameOf(candidate) && after === asked());
      const [barrier] = at < 0 ? [] : left.splice(at, 1);
      return barrier?.hindrance ?? fresh.admit(candidate, ...rest);
    },
  };
}

/** A response that goes nowhere: the observer of the reply sees what would have been sent. */
function nowhere(): ReplyTarget {
  const target = Object.assign(new EventEmitter(), {
    req: { method: 'POST' },
    headersSent: false,
    writableNeedDrain: false,
    writeHead: () => target,
    write: () => true,
    end: () => target,
  });
  return target as unknown as ReplyTarget;
}
