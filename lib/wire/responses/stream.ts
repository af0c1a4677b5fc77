/**
 * Responses, answered: typed events into Anthropic's.
 *
 * Everything is said several times over: in pieces, as a part, as an item and in the finished response. What is new in
 * any of them goes to the client, once (`parts.ts`). The message ends with the response that tells its usage; one that
 * tells none waits for the end of the stream, or the road's flush 1.5 s after the finish (P3).
 */
import type { ApiError } from '../../anthropic/errors.ts';
import type { Decoded, StopReason, Usage } from '../../anthropic/events.ts';
import { tagSignature } from '../../anthropic/provenance.ts';
import { writer } from '../../anthropic/writer.ts';
import { toArray, toNumber, toObject, toText, type JsonObject } from '../../stream/json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { calledNames } from '../called.ts';
import type { Route, Turn } from '../codec.ts';
import { costOf, decoding, errorOf } from '../decoding.ts';
import { frameDecoder, type Frame } from '../frames.ts';
import { toArguments } from './calls.ts';
import { endings, isKnown, textEventOf, type TextEvent } from './event-types.ts';
import { byCode, failureOf, responseIn, toStopReason } from './finish.ts';
import { itemTable, referenceIn, referenceOf } from './items.ts';
import { textOf } from './output.ts';
import { outputs } from './outputs.ts';
import { proseOf } from './prose.ts';
import { searches } from './searches.ts';
import { stopWords } from './stops.ts';
import { askedSearch } from './tools.ts';
import { finalUsage, toUsage } from './usage.ts';

export function responsesDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), eventDecoder(route, turn));
}

function eventDecoder(route: Route, { request, messageId, inputTokens }: Turn): Transducer<Frame, Decoded> {
  const { emit, fail, stage } = decoding({
    answer: () => answer,
    read,
    finished: () => finish !== undefined,
    end,
  });
  const answer = writer(emit, { messageId, model: request.model, marker: tagSignature(route) });
  const prose = proseOf(answer, stopWords(request.stop_sequences), emit);
  const dropped = new Set<string>();
  const drop = (what: string): void => {
    if (!dropped.has(what)) emit({ type: 'dropped', what });
    dropped.add(what);
  };
  const search = searches({ answer, prose, messageId, tool: askedSearch(request)?.name, drop });
  const toClient = calledNames(request.tools, emit);
  const kinds = outputs({ answer, prose, searches: search, origin: route, toClient, drop });
  const items = itemTable(kinds.make);
  let finish: StopReason | undefined;
  let reported: Partial<Usage> = {};

  function read(frame: Frame): void {
    if (frame.type === 'done') return finish === undefined ? undefined : end();
    if (frame.type === 'broken') return fail(frame.reason, { type: 'api_error', message: frame.message });
    const { json } = frame;
    const type = typeOf(frame);
    const response = responseIn(json);
    const cost = costOf(json) ?? costOf(response);
    if (cost) emit(cost);
    const usage = toUsage(response['usage']) ?? toUsage(json['usage']);
    if (usage) reported = { ...reported, ...usage };
    if (answer.phase() === 'after') return usage && tellUsage();
    if (endings.has(type)) return readEnding(type, response);
    const error = errorIn(frame, type);
    if (error) return fail('upstream', byCode(error), error.status);
    if (!isKnown(type)) return;
    begin();
    if (finish === undefined) readContent(type, json);
    else if (textEventOf(type, json)) drop('text after the finish');
    if (kinds.waiting() > longestUnnamed)
      fail('overflow', {
        type: 'api_error',
        message: 'the upstream sent arguments without end, and no name for them',
      });
  }

  function begin(): void {
    answer.begin({ input_tokens: inputTokens, output_tokens: 0 });
  }

  function readContent(type: string, json: JsonObject): void {
    const spoken = textEventOf(type, json);
    if (spoken) readText(spoken, json);
    else if (type === 'response.output_item.added' || type === 'response.output_item.done')
      readItem(json, type === 'response.output_item.done');
    else if (type === 'response.output_text.annotation.added') search.cite(json['annotation']);
    stopAtWord();
  }

  function readText({ item, voice, field, whole }: TextEvent, json: JsonObject): void {
    const value = json[field];
    const text = voice === 'arguments' ? toArguments(value) : textOf(value);
    if (text === '') return;
    const { output } = items.ofPiece(referenceIn(json, item));
    if (voice === 'arguments' && toText(json['name']) !== '') output.announced({ name: json['name'] });
    const at = toNumber(json[voice === 'summary' ? 'summary_index' : 'content_index']);
    if (whole) output.whole(voice, at, text);
    else output.piece(voice, at, text);
  }

  function readItem(json: JsonObject, over: boolean): void {
    const item = toObject(json['item']);
    const { output } = items.ofItem(item, referenceOf(item, toNumber(json['output_index'])), over);
    if (over) output.complete(item);
    else output.announced(item);
  }

  /** A stop word ends the answer, whatever the upstream still says. */
  function stopAtWord(): void {
    if (finish !== undefined || prose.stopped() === undefined) return;
    finish = 'stop_sequence';
    emit({ type: 'finished' });
  }

  function readEnding(type: string, response: JsonObject): void {
    begin();
    const failure = failureOf(type, response);
    if (failure) return fail('upstream', failure, failure.status);
    if (finish === undefined) {
      for (const { entry, item } of items.ofResponse(toArray(response['output'])))
        entry.output.complete(item);
      stopAtWord();
    }
    if (finish === undefined) {
      const { reason, odd } = toStopReason(type, response);
      if (odd !== undefined)
        emit({
          type: 'note',
          text: `unknown reason of an incomplete answer ${JSON.stringify(odd).slice(0, 60)}`,
        });
      finish = reason;
      emit({ type: 'finished' });
    }
    if (reported.output_tokens !== undefined) end();
  }

  function tellUsage(): void {
    emit({ type: 'usage', usage: finalUsage(reported, inputTokens, answer.written()) });
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    if (finish !== 'stop_sequence') {
      for (const { output, over, announcement } of items.all())
        if (announcement && !over && output.silent()) output.complete(announcement);
      prose.end(kinds.calls() > 0);
      search.end();
    }
    if (kinds.waiting() > 0) {
      const message = 'the upstream sent arguments of a tool call without ever naming the tool';
      if (!cuts(finish)) return answer.fail('malformed', { type: 'api_error', message });
      drop('arguments of a tool call that was never named');
    }
    begin();
    tellUsage();
    const usage = finalUsage(reported, inputTokens, answer.written());
    answer.end({ reason: finish ?? 'end_turn', stopSequence: prose.stopped() ?? null, usage });
  }

  return stage;
}

/** The error of a frame that is none of the known events, or a known one that carries an error. */
function errorIn(frame: Extract<Frame, { type: 'data' }>, type: string): ApiError | undefined {
  if (type === 'response.error') return errorOf({ ...frame, json: { ...frame.json, type: 'error' } });
  return errorOf(isKnown(type) ? { ...frame, event: '' } : frame);
}

/** Characters of arguments that may wait for the name of their call (L3). */
const longestUnnamed = 64 * 1024 * 1024;

function cuts(reason: StopReason | undefined): boolean {
  return reason === 'max_tokens' || reason === 'refusal' || reason === 'model_context_window_exceeded';
}

/** The type an event goes by: its own where that is known, else the event line's; a bare response tells by its status. */
function typeOf({ event, json }: Extract<Frame, { type: 'data' }>): string {
  const own = toText(json['type']);
  if (isKnown(own)) return own;
  if (isKnown(event)) return event;
  if (own === '' && (json['object'] === 'response' || Array.isArray(json['output'])))
    return `response.${toText(json['status']) || 'completed'}`;
  return own;
}
