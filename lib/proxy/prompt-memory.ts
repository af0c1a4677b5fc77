/**
 * What each conversation last sent to each model, as prints without text, and what the upstreams reported about their prompt
 * caches. All of it is bounded in number and in time.
 */
import type { Usage } from '../anthropic/events.ts';
import { expiring } from './policy/expiring.ts';
import {
  isBreak,
  isMissed,
  keptMs,
  shortestPrefix,
  type CacheCause,
  type CacheRecord,
} from './policy/cache-causes.ts';
import { compare, type Comparison } from './policy/prompt-change.ts';
import type { PromptPrint } from './policy/prompt-print.ts';

/** A request that an upstream has answered. */
export interface AnsweredPrompt {
  /** The id of the conversation and agent. */
  conversation: string;
  /** The kind of request: the client's own requests, such as titles, are no part of the conversation. */
  group: string;
  /** `provider/model`, and the wire format. */
  model: string;
  format: string;
  /** Index of the provider's key. */
  key: number;
  print: PromptPrint;
  /** Absent if the upstream reported none. */
  usage?: Usage | undefined;
  /** The model that should have answered. */
  fallbackFrom?: string | undefined;
  /** The request's id, and the client's names of the session and the sub-agent. */
  request: string;
  session?: string | undefined;
  agent?: string | undefined;
}

export interface CacheFigures {
  /** In tokens; see `CacheRecord`. */
  input: number;
  read: number;
  possible: number;
  /** Requests that broke what was cached. */
  breaks: number;
}

/** One conversation with one model. */
export interface ConversationCache extends CacheFigures {
  session?: string;
  agent?: string;
  model: string;
  requests: number;
  lastBreak?: { at: number; request: string; causes: readonly CacheCause[] };
}

/** All since the start, and the conversations with the latest requests, newest first. */
export type CacheReport = CacheFigures & { conversations: readonly ConversationCache[] };

export interface PromptMemory {
  /** Compares the prompt with those before it, and remembers it. Undefined if the upstream reported no usage. */
  note(answered: AnsweredPrompt, now: number): CacheRecord | undefined;
  report(now: number): CacheReport;
}

/** Threads: a conversation with one model in one format. */
const mostThreads = 300;
/** Parts of all prints, at some 90 bytes: 5 MB. */
const mostParts = 50_000;
/** Milliseconds after the last request of a conversation: a day. */
const threadMs = 24 * 3_600_000;
/** Prompts of one thread: beside the latest, those that a client alternates with, such as before going back. */
const mostPrints = 3;
/** Models that are known to report cached tokens. */
const mostReporting = 200;

interface Thread {
  /** Newest first. */
  sent: readonly { print: PromptPrint; key: number; at: number }[];
  figures: ConversationCache;
}

export function promptMemory(): PromptMemory {
  const threads = expiring<Thread>(mostThreads);
  /** The model that answered last, by conversation. */
  const answeredBy = expiring<string>(mostThreads);
  const reporting = expiring<true>(mostReporting);
  const all: CacheFigures = { input: 0, read: 0, possible: 0, breaks: 0 };

  function note(answered: AnsweredPrompt, now: number): CacheRecord | undefined {
    const { conversation, group, model, format, key, print, usage } = answered;
    const place = `${conversation} ${group}`;
    const name = `${place} ${model} ${format}`;
    const thread = threads.get(name, now);
    const before = answeredBy.get(place, now);
    const record = usage && toRecord(answered, thread, before, now);
    if ((usage?.cache_read_input_tokens ?? 0) > 0) reporting.set(model, true, now + threadMs);
    // A prompt that the new one begins with tells no more than the new one.
    const others = (thread?.sent ?? []).filter((one) => compare(one.print, print).shared < one.print.length);
    const sent = [{ print, key, at: now }, ...others.slice(0, mostPrints - 1)];
    threads.set(name, { sent, figures: added(thread?.figures, answered, record, now) }, now + threadMs);
    makeRoom(now);
    answeredBy.set(place, model, now + threadMs);
    return record;
  }

  /** Forgets the threads that were used least recently. */
  function makeRoom(now: number): void {
    let parts = 0;
    for (const { key, value } of threads.list(now).toReversed()) {
      parts += value.sent.reduce((sum, { print }) => sum + print.parts.length, 0);
      if (parts > mostParts) threads.delete(key);
    }
  }

  function toRecord(
    { model, key, print, usage, fallbackFrom }: AnsweredPrompt,
    thread: Thread | undefined,
    before: string | undefined,
    now: number,
  ): CacheRecord {
    const read = usage?.cache_read_input_tokens ?? 0;
    const input = (usage?.input_tokens ?? 0) + read + (usage?.cache_creation_input_tokens ?? 0);
    const [latest] = thread?.sent ?? [];
    if (latest === undefined) {
      const changed = before !== undefined && before !== model;
      const cause: CacheCause = changed
        ? { kind: 'model', before: fallbackFrom ?? before, fallback: fallbackFrom !== undefined }
        : { kind: 'first' };
      return count({ input, read, possible: 0, causes: [cause] });
    }
    const { cached, change, at, sentKey } = closest(thread?.sent ?? [], print);
    const tokens = print.length === 0 ? 0 : Math.round((input * cached) / print.length);
    const possible = tokens < shortestPrefix ? 0 : Math.max(read, tokens);
    const causes: CacheCause[] = change ? [change] : [];
    const missed = isMissed({ read, possible });
    if (missed && sentKey !== key) causes.push({ kind: 'key' });
    else if (missed && now - at > keptMs) causes.push({ kind: 'idle', ms: now - at });
    else if (missed && !change) causes.push({ kind: reporting.get(model, now) ? 'provider' : 'unreported' });
    return count({ input, read, possible, ...(causes.length > 0 && { causes }) });
  }

  function count(record: CacheRecord): CacheRecord {
    addTo(all, record);
    return record;
  }

  return {
    note,
    report: (now) => ({
      ...all,
      conversations: threads
        .list(now)
        .map(({ value }) => value.figures)
        .toReversed(),
    }),
  };
}

/** The earlier prompt that shares most with the new one; of several, the latest. */
function closest(sent: Thread['sent'], print: PromptPrint): Comparison & { at: number; sentKey: number } {
  const compared = sent.map(({ print: earlier, at, key }) => ({
    ...compare(earlier, print),
    at,
    sentKey: key,
  }));
  const most = Math.max(...compared.map(({ shared }) => shared));
  return compared.find(({ shared }) => shared === most) ?? { shared: 0, cached: 0, at: 0, sentKey: 0 };
}

function addTo(figures: CacheFigures, record: CacheRecord): void {
  figures.input += record.input;
  figures.read += record.read;
  figures.possible += Math.max(record.possible, record.read);
  if (isBreak(record)) figures.breaks++;
}

function added(
  before: ConversationCache | undefined,
  { model, request, session, agent }: AnsweredPrompt,
  record: CacheRecord | undefined,
  now: number,
): ConversationCache {
  const figures: ConversationCache = {
    input: 0,
    read: 0,
    possible: 0,
    breaks: 0,
    model,
    requests: 0,
    ...(session !== undefined && { session }),
    ...(agent !== undefined && { agent }),
    ...before,
  };
  figures.requests++;
  if (!record) return figures;
  addTo(figures, record);
  if (isBreak(record)) figures.lastBreak = { at: now, request, causes: record.causes ?? [] };
  return figures;
}
