/** Makes a report of a capture: the same exchange with other text, which runs again like the capture. */
import { isObject, toArray, toText, type JsonObject } from '../json.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import { toUpstreamName } from '../wire/tool-names.ts';
import type { Capture } from './capture.ts';
import { firstDifference } from './difference.ts';
import { replay, type Replayed } from './replay.ts';
import type { Random } from './scrub/characters.ts';
import { scrubJson } from './scrub/document.ts';
import { scrubHeaders } from './scrub/headers.ts';
import { scrubAttempt } from './scrub/pieces.ts';
import { createScrubber, type ScrubCounts, type Scrubber } from './scrub/scrubber.ts';
import { scrubBarriers, scrubPlan } from './scrub/setup.ts';
import { conversationWords, fieldWords, wordsLeft } from './scrub/words.ts';
import { firstUnlike, type Unlike } from './unlike.ts';

export interface Report {
  capture: Capture;
  counts: ScrubCounts;
  /** What is no longer as it was; absent if the report ends in the same way. */
  unlike?: Unlike;
  /** The answer that was recorded is another one than this version of occ gives. The report holds the one of today. */
  outdated: boolean;
  /** Words of the conversation that are still in it. Such a report must not be given away. */
  leaked: string[];
}

/** `random` must be unpredictable: what it gives is the only difference between the text and its replacement. */
export async function toReport(capture: Capture, random: Random): Promise<Report> {
  const original = conversationWords(capture);
  const fields = fieldWords(capture);
  const kept = keptNames(capture);
  const stops = toArray(capture.request.body['stop_sequences']).filter((one) => typeof one === 'string');
  const scrubber = createScrubber({ random, kept, fields, original, stops });
  registerTools(capture.request.body, scrubber);
  const same = (text: string): string => text;
  const body = JSON.parse(scrubJson(JSON.stringify(capture.request.body), 'request', scrubber)) as JsonObject;
  const { configOption } = capture.settings;
  const scrubbed: Capture = {
    ...capture,
    kind: 'report',
    request: { headers: scrubHeaders(capture.request.headers, scrubber), body },
    session: scrubber.scrub('id', capture.session, same),
    settings: {
      ...capture.settings,
      ...(configOption !== undefined && { configOption: scrubber.scrub('text', configOption, same) }),
    },
    plan: scrubPlan(capture.plan, scrubber),
    attempts: capture.attempts.map((attempt) => scrubAttempt(attempt, scrubber)),
    barriers: scrubBarriers(capture.barriers, scrubber),
  };
  const before = await replay(capture);
  const after = await replay(scrubbed);
  const report: Capture = {
    ...scrubbed,
    // What the client received is made again, so that it fits the other text to the last byte.
    reply: {
      ...(after.status !== undefined && { status: after.status }),
      headers: after.headers,
      pieces: after.pieces,
    },
    record: toRecord(capture.record, after, scrubber),
  };
  const unlike = firstUnlike(before, after);
  // A client that left has not received all that was sent.
  const partial = capture.dropped !== undefined || capture.leftMs !== undefined;
  const allowed = new Set([
    ...fields,
    ...scrubber.keptWords,
    ...[...kept].flatMap((name) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u)),
  ]);
  return {
    capture: report,
    counts: { ...scrubber.counts, calls: scrubber.counts.calls + callsIn(capture.request.body) },
    ...(unlike && { unlike }),
    outdated: firstDifference(capture.reply, before, partial) !== undefined,
    leaked: wordsLeft(original, JSON.stringify(report), allowed),
  };
}

/** The names of models and providers. */
function keptNames({ plan, request, record, attempts }: Capture): Set<string> {
  const names = new Set<string>();
  const add = (...given: unknown[]): void => {
    for (const one of given) if (toText(one) !== '') names.add(toText(one));
  };
  add(request.body['model'], record.model);
  for (const { route, entry, provider } of plan.candidates) {
    add(route.modelId, route.provider, entry.model_id, entry.provider, provider.name);
    add(`${route.provider}/${route.modelId}`);
  }
  add(...attempts.map(({ model }) => model), ...plan.passedOver.map(({ model }) => model));
  return names;
}

/** Calls of earlier answers, whose arguments are no JSON in a string. */
function callsIn(body: JsonObject): number {
  const blocks = toArray(body['messages']).flatMap((one) => (isObject(one) ? toArray(one['content']) : []));
  return blocks.filter((one) => isObject(one) && one['type'] === 'tool_use').length;
}

/** An upstream knows a tool whose name it would refuse by another one, which is made of the name. */
function registerTools(body: JsonObject, scrubber: Scrubber): void {
  const names = toArray(body['tools']).flatMap((one) => (isObject(one) ? toText(one['name']) || [] : []));
  // A name that is the beginning of another one comes before it.
  for (const name of names.toSorted((a, b) => a.length - b.length)) {
    const other = scrubber.scrub('name', name, (inner) => inner);
    if (toUpstreamName(name) !== name) scrubber.register(toUpstreamName(name), toUpstreamName(other));
  }
}

/** The record with the sentences of the report's own replay. Times are those of the recording. */
function toRecord(record: EndedRequest, { record: today }: Replayed, scrubber: Scrubber): EndedRequest {
  const { session, agent, project, config, ...rest } = record;
  const same = (text: string): string => text;
  const prose = (text: string): string => scrubber.scrub('prose', text, same);
  const { error: _error, ...others } = rest;
  return {
    ...others,
    ...(session !== undefined && { session: scrubber.scrub('id', session, same) }),
    ...(agent !== undefined && { agent: scrubber.scrub('id', agent, same) }),
    ...(project !== undefined && { project: scrubber.scrub('text', project, same) }),
    ...(config !== undefined && { config: scrubber.scrub('text', config, same) }),
    route: prose(record.route),
    attempts: record.attempts.map((attempt, at) => {
      const { words: _words, ...kept } = attempt;
      const words = today.attempts[at]?.words;
      return { ...kept, ...(words !== undefined && { words }) };
    }),
    passedOver: record.passedOver.map((one) => ({ ...one, reason: prose(one.reason) })),
    repairs: record.repairs.map((one) => ({ ...one, what: prose(one.what) })),
    ...(today.error && { error: today.error }),
  };
}
