/**
 * Responses, answered: typed events into Anthropic's.
 *
 * Everything is said several times over: in pieces, as a part, as an item and in the finished response. What is new in
 * any of them goes to the client, once (`parts.ts`). The message ends with the response that tells its usage; one that
 * tells none waits for the end of the stream, or the road's flush 1.5 s after the finish (P3).
 */
import type { ApiError } from '../../anthropic/errors.ts';
import type { Decoded, Usage } from '../../anthropic/events.ts';
import { toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';
import type { Route, Turn } from '../codec.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { limitUnnamedArguments, rejectUnnamedCall } from '../decode/unnamed-calls.ts';
import { costOf } from '../decode/usage.ts';
import { toArguments } from './calls.ts';
import { endings, isKnown, textEventOf, type TextEvent } from './event-types.ts';
import { byCode, failureOf, responseIn, toStopReason } from './finish.ts';
import { itemTable, referenceIn, referenceOf } from './item-lookup.ts';
import { textOf } from './output-item.ts';
import { outputs } from './item-types.ts';
import { proseOf } from './prose.ts';
import { searches } from './searches.ts';
import { stopWords } from './stop-sequences.ts';
import { askedSearch } from './tools.ts';
import { toUsage } from './usage.ts';

export function responsesDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), eventDecoder(route, turn));
}

function eventDecoder(route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const { request, messageId } = turn;
  const core = decoderCore(route, turn, { read, end, done: 'nothing' });
  const { answer, finish, emit, drop, fail, begin, stage } = core;
  const prose = proseOf(answer, stopWords(request.stop_sequences), emit);
  const search = searches({ answer, prose, messageId, tool: askedSearch(request)?.name, drop });
  const toClient = clientToolNames(request.tools, emit);
  const kinds = outputs({ answer, prose, searches: search, origin: route, toClient, drop });
  const items = itemTable(kinds.make);
  let reported: Partial<Usage> = {};

  function read(frame: DataFrame): void {
    const { json } = frame;
    const type = typeOf(frame);
    const response = responseIn(json);
    const cost = costOf(json) ?? costOf(response);
    if (cost) emit(cost);
    const usage = toUsage(response['usage']) ?? toUsage(json['usage']);
    if (usage) reported = { ...reported, ...usage };
    if (answer.phase() === 'after') return usage && emit({ type: 'usage', usage: core.usage(reported) });
    if (endings.has(type)) return readEnding(type, response);
    const error = errorIn(frame, type);
    if (error) return fail('upstream', byCode(error), error.status);
    if (!isKnown(type)) return;
    begin();
    if (finish.reason() === undefined) readContent(type, json);
    else if (textEventOf(type, json)) drop('text after the finish');
    limitUnnamedArguments(core, kinds.waiting());
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
    if (finish.reason() === undefined && prose.stopped() !== undefined) finish.set('stop_sequence');
  }

  function readEnding(type: string, response: JsonObject): void {
    begin();
    const failure = failureOf(type, response);
    if (failure) return fail('upstream', failure, failure.status);
    if (finish.reason() === undefined) {
      for (const { entry, item } of items.ofResponse(toArray(response['output'])))
        entry.output.complete(item);
      stopAtWord();
    }
    if (finish.reason() === undefined) {
      const { reason, odd } = toStopReason(type, response);
      if (odd !== undefined)
        emit({
          type: 'note',
          text: `unknown reason of an incomplete answer ${JSON.stringify(odd).slice(0, 60)}`,
        });
      finish.set(reason);
    }
    if (reported.output_tokens !== undefined) end();
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    if (finish.reason() !== 'stop_sequence') {
      for (const { output, over, announcement } of items.all())
        if (announcement && !over && output.silent()) output.complete(announcement);
      prose.end(kinds.calls() > 0);
      search.end();
    }
    if (kinds.waiting() > 0 && rejectUnnamedCall(core, 'tool')) return;
    core.endMessage(reported, prose.stopped());
  }

  return stage;
}

/** The error of a frame that is none of the known events, or a known one that carries an error. */
function errorIn(frame: DataFrame, type: string): ApiError | undefined {
  if (type === 'response.error') return errorOf({ ...frame, json: { ...frame.json, type: 'error' } });
  return errorOf(isKnown(type) ? { ...frame, event: '' } : frame);
}

/** The type an event goes by: its own where that is known, else the event line's; a bare response tells by its status. */
function typeOf({ event, json }: DataFrame): string {
  const own = toText(json['type']);
  if (isKnown(own)) return own;
  if (isKnown(event)) return event;
  if (own === '' && (json['object'] === 'response' || Array.isArray(json['output'])))
    return `response.${toText(json['status']) || 'completed'}`;
  return own;
}
