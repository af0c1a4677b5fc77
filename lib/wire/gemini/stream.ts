/**
 * generateContent, answered: chunks into Anthropic's events.
 *
 * The message ends when the stream does (the end of the bytes, or the road's flush 1.5 s after the finish), for a price
 * may follow the `finishReason` (P3). Only a `finishReason`, or a prompt that was blocked, completes an answer (P1).
 */
import type { Decoded, StopReason, Usage } from '../../anthropic/events.ts';
import { tagSignature } from '../../anthropic/provenance.ts';
import { writer } from '../../anthropic/writer.ts';
import {
  isObject,
  toArray,
  toNumber,
  toObject,
  toText,
  type Json,
  type JsonObject,
} from '../../stream/json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import type { Route, Turn } from '../codec.ts';
import { costOf, decoding, errorOf } from '../decoding.ts';
import { frameDecoder, type Frame } from '../frames.ts';
import { calls } from './calls.ts';
import { withDetails } from './errors.ts';
import { finishName, toStopReason } from './finish.ts';
import { searchBlocks, tellsOfSearch } from './grounding.ts';
import { functionNames } from './names.ts';
import { prose } from './prose.ts';
import { rawAt } from './raw.ts';
import { asksForSearch } from './tools.ts';
import { counting } from './usage.ts';

export function geminiDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), chunkDecoder(route, turn));
}

function chunkDecoder(route: Route, { request, messageId, inputTokens }: Turn): Transducer<Frame, Decoded> {
  const { emit, fail, stage } = decoding({
    answer: () => answer,
    read,
    finished: () => finish !== undefined,
    end,
  });
  const answer = writer(emit, { messageId, model: request.model, marker: tagSignature(route) });
  const words = prose(answer, route, emit);
  const functions = calls(answer, {
    messageId,
    origin: route,
    toClient: functionNames(request.tools, emit),
    tell: emit,
    signed: words.call,
  });
  const counted = counting();
  let chosen: number | undefined;
  let finish: StopReason | undefined;
  let finishedCandidate: number | undefined;
  let search: JsonObject | undefined;
  const told = new Set<string>();

  function read(frame: Frame): void {
    if (frame.type === 'broken') return fail(frame.reason, { type: 'api_error', message: frame.message });
    if (frame.type === 'done') {
      if (finish !== undefined) return end();
      const message = 'the upstream ended its answer without finishing it';
      return fail('truncated', { type: 'api_error', message });
    }
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
    if (counted.add(value)) emit({ type: 'usage', usage: finalUsage() });
  }

  function readCandidate(candidate: JsonObject, position: number, source: string | undefined): void {
    if (answer.phase() === 'after') return;
    const parts = partsOf(candidate);
    const number = toNumber(candidate['index']) ?? position;
    if (chosen === undefined && parts.some(carries)) choose(number);
    if (number !== (chosen ?? number)) {
      if (parts.some(carries)) drop('a second candidate');
      return;
    }
    for (const [at, part] of parts.entries())
      readPart(part, () => rawArguments(source, position, at, candidate));
    if (functions.held() > longestHeld)
      return fail('overflow', { type: 'api_error', message: 'the upstream sent a call without end' });
    if (tellsOfSearch(candidate['groundingMetadata'])) search = candidate['groundingMetadata'];
    if (isObject(candidate['citationMetadata'])) drop('the sources of a quotation');
    readFinish(finishName(toText(candidate['finishReason'])), number);
  }

  /** The end of a candidate that is not the answer ends nothing. */
  function choose(number: number): void {
    chosen = number;
    if (finishedCandidate !== number) finish = undefined;
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
    if (finish === undefined) emit({ type: 'finished' });
    finish = 'refusal';
  }

  function readFinish(name: string, candidate: number): void {
    if (name === '' || answer.phase() === 'after') return;
    finishedCandidate = candidate;
    const reason = toStopReason(name);
    // Its `finishMessage` may hold half a call, and with it the conversation, which no log may show.
    if (reason === 'failure' || reason === 'malformed')
      return fail(reason === 'failure' ? 'upstream' : 'malformed', {
        type: 'api_error',
        message: `the upstream stopped: ${name}`,
      });
    if (reason === 'unknown')
      emit({ type: 'note', text: `unknown finishReason ${JSON.stringify(name).slice(0, 60)}` });
    if (finish === undefined) emit({ type: 'finished' });
    // A reason that cuts the turn stands, whatever is said after it (L7).
    if (finish === undefined || !cuts(finish)) finish = reason === 'unknown' ? 'end_turn' : reason;
  }

  function begin(): void {
    answer.begin({ input_tokens: inputTokens, output_tokens: 0 });
  }

  /** Said once of each kind: it may stand on every chunk. */
  function drop(what: string): void {
    if (!told.has(what)) emit({ type: 'dropped', what });
    told.add(what);
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    begin();
    if (functions.end()) {
      const message = 'the upstream sent arguments of a function call without ever naming the function';
      if (!cuts(finish)) return answer.fail('malformed', { type: 'api_error', message });
      drop('arguments of a function call that was never named');
    }
    words.end(functions.count() > 0);
    if (search && asksForSearch(request)) {
      for (const [n, block] of searchBlocks(search, messageId).entries()) {
        answer.open(`search ${n}`, block);
        answer.close(`search ${n}`);
      }
    } else if (search) drop('what a search found that nobody asked for');
    const usage = finalUsage();
    emit({ type: 'usage', usage });
    answer.end({ reason: finish ?? 'end_turn', usage });
  }

  /** Four characters to a token: what is said when the upstream says nothing, for an estimate beats 0 (L1). */
  function finalUsage(): Usage {
    const written = Math.ceil(answer.written() / 4);
    return { input_tokens: inputTokens, output_tokens: written, ...counted.usage() };
  }

  return stage;
}

/** Characters of arguments that may wait for the rest of their call (L3). */
const longestHeld = 64 * 1024 * 1024;

function cuts(reason: StopReason | undefined): boolean {
  return reason === 'max_tokens' || reason === 'refusal';
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

/** The arguments as they stood in the stream; printed anew where that is not known any more (a list of chunks, an envelope). */
function rawArguments(
  source: string | undefined,
  candidate: number,
  part: number,
  json: JsonObject,
): string | undefined {
  const { parts } = toObject(json['content']);
  const { args } = toObject((Array.isArray(parts) ? toObject(parts[part]) : toObject(parts))['functionCall']);
  if (source === undefined) return JSON.stringify(args);
  const path = ['content', 'parts', ...(Array.isArray(parts) ? [part] : []), 'functionCall', 'args'];
  return rawAt(source, ['candidates', candidate, ...path]);
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
