/**
 * Decodes generateContent chunks into Anthropic's events.
 *
 * The message ends with the stream, at the latest 1.5 s after the finish, when the proxy flushes: a price may follow the
 * `finishReason` (P3). Only a `finishReason` or a blocked prompt completes an answer (P1).
 */
import { nameForLog } from '../../redact.ts';
import type { Decoded } from '../../anthropic/events.ts';
import { maxHeldCharacters } from '../../anthropic/writer.ts';
import { isObject, toArray, toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { choices, type ContentKind } from '../decode/choices.ts';
import type { Route, Turn } from '../codec.ts';
import { clientToolIds } from '../tool-ids.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { rejectUnnamedCall } from '../decode/unnamed-calls.ts';
import { costOf } from '../decode/usage.ts';
import { callAttachments, dropUnknownFields } from './attached.ts';
import { calls } from './calls.ts';
import { codeText } from './code.ts';
import { withDetails } from './errors.ts';
import { finishName, toStopReason } from './finish.ts';
import { isSearchMetadata, searchBlocks } from './grounding.ts';
import { functionNames } from './names.ts';
import { proseWriter } from './prose.ts';
import { rawAt, rawItems } from '../decode/raw.ts';
import { requestsSearch } from './tools.ts';
import { usageCounter } from './usage.ts';

export function geminiDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), chunkDecoder(route, turn));
}

/** The decoder of chunks that were split into frames. */
export function chunkDecoder(route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const { request, messageId } = turn;
  const core = decoderCore(route, turn, { read, end, done: 'truncation' });
  const { answer, finish, emit, drop, fail, begin, stage } = core;
  const prose = proseWriter(answer, route, emit);
  const functions = calls(answer, {
    messageId,
    toClientId: clientToolIds(route, emit),
    toClient: functionNames(request.tools, emit),
    emit,
    onSignature: prose.signCall,
    onBegin: (id) => attachments.begin(id),
  });
  const attachments = callAttachments(answer, route, drop);
  const counter = usageCounter();
  const owned = choices(finish, () => drop('a second candidate'));
  let search: JsonObject | undefined;

  function read(frame: DataFrame): void {
    const { json, source } = frame;
    const cost = costOf(json);
    if (cost) emit(cost);
    if (answer.phase() === 'after') return readLateUsage(json['usageMetadata']);
    const error = errorOf(frame);
    if (error) {
      const google = withDetails(error, toObject(json['error']));
      return fail('upstream', google, google.status);
    }
    readUsage(json['usageMetadata']);
    const candidates = toArray(json['candidates']);
    if (candidates.length > 0) begin(); // even if the candidate has no content yet
    for (const [position, candidate] of candidates.entries())
      readCandidate(toObject(candidate), position, source);
    readBlocked(toText(toObject(json['promptFeedback'])['blockReason']));
  }

  /** After the end, only price and usage are read, for accounting: the client already has its usage (P3). */
  function readLateUsage(value: unknown): void {
    if (readUsage(value)) emit({ type: 'usage', usage: core.usage(counter.usage()) });
  }

  function readUsage(value: unknown): boolean {
    const found = counter.add(value);
    if (found) core.report(counter.usage(), counter.details());
    return found;
  }

  function readCandidate(candidate: JsonObject, position: number, source: string | undefined): void {
    if (answer.phase() === 'after') return;
    const parts = partsOf(candidate);
    const number = toNumber(candidate['index']) ?? position;
    const kinds = parts.map(kindOf);
    const used = owned.accept(number, [...new Set(kinds.flatMap((kind) => kind ?? []))]);
    if (!owned.isPart(number)) return;
    const raw = rawArguments(source, position, parts);
    for (const [at, part] of parts.entries()) {
      const kind = kinds[at];
      if (kind === undefined || used.includes(kind)) readPart(part, () => raw(at));
    }
    if (functions.held() > maxHeldCharacters)
      return fail('overflow', { type: 'api_error', message: 'the upstream sent a call without end' });
    if (isSearchMetadata(candidate['groundingMetadata'])) search = candidate['groundingMetadata'];
    if (isObject(candidate['citationMetadata'])) drop('the sources of a quotation');
    readFinish(finishName(toText(candidate['finishReason'])), number);
  }

  function readPart(part: JsonObject, raw: () => string | undefined): void {
    const signature = toText(part['thoughtSignature']);
    const call = part['functionCall'];
    if (isObject(call)) {
      prose.write('text', toText(part['text']), '');
      prose.interrupt();
      attachments.add(part);
      functions.take(call, raw(), signature);
      return attachments.end();
    }
    const text = codeText(part) ?? part['text'];
    const other = Object.keys(part).find((name) => isObject(part[name]));
    if (other !== undefined && text === undefined) return drop(`a part of the kind ${nameForLog(other)}`);
    dropUnknownFields(part, drop);
    prose.write(part['thought'] === true ? 'thinking' : 'text', toText(text), signature);
  }

  function readBlocked(reason: string): void {
    if (reason === '' || reason === 'BLOCKED_REASON_UNSPECIFIED' || answer.phase() === 'after') return;
    emit({ type: 'note', text: `the prompt was blocked: ${nameForLog(reason)}` });
    begin();
    finish.override('refusal');
  }

  function readFinish(name: string, candidate: number): void {
    if (name === '' || answer.phase() === 'after') return;
    const meaning = toStopReason(name);
    // `finishMessage` is not logged: it may quote the conversation.
    const record = (): void => core.recordFinish(meaning, 'finishReason', name);
    if (meaning === 'failure' || meaning === 'malformed') record();
    else owned.end(candidate, record);
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    begin();
    if (functions.end() && rejectUnnamedCall(core, 'function')) return;
    prose.end(functions.count() > 0);
    if (search && requestsSearch(request)) {
      for (const [n, block] of searchBlocks(search, messageId).entries()) {
        answer.open(`search ${n}`, block);
        answer.close(`search ${n}`);
      }
    } else if (search) drop('what a search found that was not requested');
    core.endMessage(counter.usage());
  }

  return stage;
}

/** The parts of a candidate; some servers send a single part instead of a list. */
function partsOf(candidate: JsonObject): JsonObject[] {
  const { parts } = toObject(candidate['content']);
  const list: Json[] = isObject(parts) ? [parts] : toArray(parts);
  return list.map(toObject);
}

/** The kind of a part's content; undefined for a part without any. */
function kindOf(part: JsonObject): ContentKind | undefined {
  if (isObject(part['functionCall'])) return 'calls';
  const hasContent =
    toText(part['text']) !== '' ||
    toText(part['thoughtSignature']) !== '' ||
    Object.values(part).some((value) => isObject(value));
  if (!hasContent) return undefined;
  return part['thought'] === true ? 'thinking' : 'text';
}

/**
 * Returns the arguments of a part as the upstream wrote them. They are printed again if the source text of the chunk is not
 * known (a list of chunks, an envelope).
 */
function rawArguments(
  source: string | undefined,
  candidate: number,
  parts: readonly JsonObject[],
): (part: number) => string | undefined {
  let texts: readonly string[] | undefined;
  return (part) => {
    if (source === undefined) return JSON.stringify(toObject(parts[part]?.['functionCall'])['args']);
    texts ??= rawItems(source, ['candidates', candidate, 'content', 'parts']);
    return rawAt(texts[part] ?? '', ['functionCall', 'args']);
  };
}
