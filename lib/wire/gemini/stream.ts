/**
 * generateContent, answered: chunks into Anthropic's events.
 *
 * The message ends when the stream does (the end of the bytes, or the road's flush 1.5 s after the finish), for a price
 * may follow the `finishReason` (P3). Only a `finishReason`, or a prompt that was blocked, completes an answer (P1).
 */
import type { Decoded } from '../../anthropic/events.ts';
import { longestWait } from '../../anthropic/writer.ts';
import { isObject, toArray, toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { choiceSelector } from '../decode/choices.ts';
import type { Route, Turn } from '../codec.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { rejectUnnamedCall } from '../decode/unnamed-calls.ts';
import { costOf } from '../decode/usage.ts';
import { calls } from './calls.ts';
import { withDetails } from './errors.ts';
import { finishName, toStopReason } from './finish.ts';
import { searchBlocks, tellsOfSearch } from './grounding.ts';
import { functionNames } from './names.ts';
import { prose } from './prose.ts';
import { rawAt, rawItems } from './raw.ts';
import { asksForSearch } from './tools.ts';
import { counting } from './usage.ts';

export function geminiDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), chunkDecoder(route, turn));
}

function chunkDecoder(route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const { request, messageId } = turn;
  const core = decoderCore(route, turn, { read, end, done: 'truncation' });
  const { answer, finish, emit, drop, fail, begin, stage } = core;
  const words = prose(answer, route, emit);
  const functions = calls(answer, {
    messageId,
    origin: route,
    toClient: functionNames(request.tools, emit),
    tell: emit,
    signed: words.call,
  });
  const counted = counting();
  const { isAnswer, markEnded } = choiceSelector(finish, () => drop('a second candidate'));
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
    counted.add(json['usageMetadata']);
    const candidates = toArray(json['candidates']);
    if (candidates.length > 0) begin(); // the first sign of an answer, though nothing may be in it yet
    for (const [position, candidate] of candidates.entries())
      readCandidate(toObject(candidate), position, source);
    readBlocked(toText(toObject(json['promptFeedback'])['blockReason']));
  }

  /** After the end only price and usage are read, for the ledger; the client has had its figures (P3). */
  function readLateUsage(value: unknown): void {
    if (counted.add(value)) emit({ type: 'usage', usage: core.usage(counted.usage()) });
  }

  function readCandidate(candidate: JsonObject, position: number, source: string | undefined): void {
    if (answer.phase() === 'after') return;
    const parts = partsOf(candidate);
    const number = toNumber(candidate['index']) ?? position;
    if (!isAnswer(number, () => parts.some(carries))) return;
    const raw = rawArguments(source, position, parts);
    for (const [at, part] of parts.entries()) readPart(part, () => raw(at));
    if (functions.held() > longestWait)
      return fail('overflow', { type: 'api_error', message: 'the upstream sent a call without end' });
    if (tellsOfSearch(candidate['groundingMetadata'])) search = candidate['groundingMetadata'];
    if (isObject(candidate['citationMetadata'])) drop('the sources of a quotation');
    readFinish(finishName(toText(candidate['finishReason'])), number);
  }

  function readPart(part: JsonObject, raw: () => string | undefined): void {
    const signature = toText(part['thoughtSignature']);
    const call = part['functionCall'];
    if (isObject(call)) {
      words.write('text', toText(part['text']), '');
      words.interrupt();
      return functions.take(call, raw(), signature);
    }
    const text = codeWords(part) ?? part['text'];
    const other = Object.keys(part).find((name) => isObject(part[name]));
    if (other !== undefined && text === undefined) return drop(`a part of the kind ${other.slice(0, 40)}`);
    words.write(part['thought'] === true ? 'thinking' : 'text', toText(text), signature);
  }

  function readBlocked(reason: string): void {
    if (reason === '' || reason === 'BLOCKED_REASON_UNSPECIFIED' || answer.phase() === 'after') return;
    emit({ type: 'note', text: `the prompt was blocked: ${JSON.stringify(reason).slice(0, 60)}` });
    begin();
    finish.override('refusal');
  }

  function readFinish(name: string, candidate: number): void {
    if (name === '' || answer.phase() === 'after') return;
    markEnded(candidate);
    // Its `finishMessage` may hold half a call, and with it the conversation, which no log may show.
    core.recordFinish(toStopReason(name), 'finishReason', name);
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    begin();
    if (functions.end() && rejectUnnamedCall(core, 'function')) return;
    words.end(functions.count() > 0);
    if (search && asksForSearch(request)) {
      for (const [n, block] of searchBlocks(search, messageId).entries()) {
        answer.open(`search ${n}`, block);
        answer.close(`search ${n}`);
      }
    } else if (search) drop('what a search found that nobody asked for');
    core.endMessage(counted.usage());
  }

  return stage;
}

/** The parts of a candidate; some servers send one part without its list. */
function partsOf(candidate: JsonObject): JsonObject[] {
  const { parts } = toObject(candidate['content']);
  const list: Json[] = isObject(parts) ? [parts] : toArray(parts);
  return list.map(toObject);
}

/** True for a part with something in it, so that an empty first candidate does not hide a second that answers (L9). */
function carries(part: JsonObject): boolean {
  return (
    toText(part['text']) !== '' ||
    toText(part['thoughtSignature']) !== '' ||
    Object.values(part).some((value) => isObject(value))
  );
}

/**
 * The arguments of each part as they stood in the stream, which is read once for all of them; printed anew where that is
 * not known any more (a list of chunks, an envelope).
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

/** Code that Google ran, and what it printed: text, as a client without such blocks can show it. */
function codeWords(part: JsonObject): string | undefined {
  const { executableCode, codeExecutionResult } = part;
  if (isObject(executableCode)) {
    const language = toText(executableCode['language']).toLowerCase();
    return `\n\`\`\`${language === 'language_unspecified' ? '' : language}\n${toText(executableCode['code'])}\n\`\`\`\n`;
  }
  if (!isObject(codeExecutionResult)) return undefined;
  return `\n\`\`\`\n${toText(codeExecutionResult['output'])}\n\`\`\`\n`;
}
