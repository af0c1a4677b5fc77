/**
 * Decodes a Responses stream into Anthropic's events.
 *
 * The same content arrives several times: in deltas, as a finished text, as a finished item and in the finished response.
 * Only the new part of each is sent to the client (`item-texts.ts`). The message ends with the response that reports usage.
 * If it reports none, the message ends with the stream, at the latest 1.5 s after the finish, when the proxy flushes (P3).
 */
import { nameForLog } from '../../redact.ts';
import type { ApiError } from '../../anthropic/errors.ts';
import type { Decoded, Usage } from '../../anthropic/events.ts';
import { toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { clientToolIds } from '../tool-ids.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';
import type { Route, Turn } from '../codec.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { limitUnnamedArguments, rejectUnnamedCall } from '../decode/unnamed-calls.ts';
import { costOf } from '../decode/usage.ts';
import { toArguments } from './calls.ts';
import { finalEvents, isKnown, textEventOf, type TextEvent } from './event-types.ts';
import { failureOf, responseIn, toStopReason } from './finish.ts';
import { itemLookup, referenceIn, referenceOf } from './item-lookup.ts';
import { textOf } from './output-item.ts';
import { itemFactory } from './item-types.ts';
import { proseWriter } from './prose.ts';
import { searches } from './searches.ts';
import { stopSequences } from '../decode/stop-sequences.ts';
import { requestedSearch } from './tools.ts';
import { toUsage } from './usage.ts';

export function responsesDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), eventDecoder(route, turn));
}

/**
 * The decoder of frames, for those who also need the frames themselves. With `others`, an item that has no counterpart in
 * Anthropic's API is a block of its own type, without its content: the client gets the item itself.
 */
export function eventDecoder(route: Route, turn: Turn, others = false): Transducer<Frame, Decoded> {
  const { request, messageId } = turn;
  const core = decoderCore(route, turn, { read, end, done: 'nothing' });
  const { answer, finish, emit, drop, fail, begin, stage } = core;
  const prose = proseWriter(answer, stopSequences(request.stop_sequences), emit);
  const search = searches({ answer, prose, messageId, tool: requestedSearch(request)?.name, drop });
  const toClient = clientToolNames(request.tools, emit);
  const toClientId = clientToolIds(route, emit);
  const context = { answer, prose, searches: search, origin: route, toClient, toClientId, drop };
  const factory = itemFactory(others ? { ...context, other: writeOther } : context);
  const items = itemLookup(factory.create);
  let reported: Partial<Usage> = {};
  let otherItems = 0;

  function writeOther(type: string): void {
    prose.endBlock();
    const key = `other item ${otherItems++}`;
    answer.open(key, { type });
    answer.close(key);
  }

  function read(frame: DataFrame): void {
    const { json } = frame;
    const type = typeOf(frame);
    const response = responseIn(json);
    const cost = costOf(json) ?? costOf(response);
    if (cost) emit(cost);
    const given = toUsage(response['usage']) ? response['usage'] : json['usage'];
    const usage = toUsage(given);
    if (usage) {
      reported = { ...reported, ...usage };
      core.report(usage, given);
    }
    if (answer.phase() === 'after') return usage && emit({ type: 'usage', usage: core.usage(reported) });
    if (finalEvents.has(type)) return readFinalEvent(type, response);
    const error = errorIn(frame, type);
    if (error) return fail('upstream', error, error.status);
    if (!isKnown(type)) return;
    begin();
    if (finish.reason() === undefined) readContent(type, json);
    else if (textEventOf(type, json)) drop('text after the finish');
    limitUnnamedArguments(core, factory.heldCharacters());
  }

  function readContent(type: string, json: JsonObject): void {
    const textEvent = textEventOf(type, json);
    if (textEvent) readText(textEvent, json);
    else if (type === 'response.output_item.added' || type === 'response.output_item.done')
      readItem(json, type === 'response.output_item.done');
    else if (type === 'response.output_text.annotation.added') search.addCitation(json['annotation']);
    finishIfStopped();
  }

  function readText({ item, kind, field, full }: TextEvent, json: JsonObject): void {
    const value = json[field];
    const text = kind === 'arguments' ? toArguments(value) : textOf(value);
    if (text === '') return;
    const { output } = items.forText(referenceIn(json, item));
    if (kind === 'arguments' && toText(json['name']) !== '') output.added({ name: json['name'] });
    const at = toNumber(json[kind === 'summary' ? 'summary_index' : 'content_index']);
    if (full) output.complete(kind, at, text);
    else output.append(kind, at, text);
  }

  function readItem(json: JsonObject, done: boolean): void {
    const item = toObject(json['item']);
    const { output } = items.forItem(item, referenceOf(item, toNumber(json['output_index'])), done);
    if (done) output.done(item);
    else output.added(item);
  }

  /** A stop sequence ends the message, even if the upstream sends more. */
  function finishIfStopped(): void {
    if (finish.reason() === undefined && prose.stopSequence() !== undefined) finish.set('stop_sequence');
  }

  function readFinalEvent(type: string, response: JsonObject): void {
    begin();
    const failure = failureOf(type, response);
    if (failure) return fail('upstream', failure, failure.status);
    if (finish.reason() === undefined) {
      for (const { entry, item } of items.forResponse(toArray(response['output']))) entry.output.done(item);
      finishIfStopped();
    }
    if (finish.reason() === undefined) {
      const { meaning, given } = toStopReason(type, response);
      if (meaning === 'unknown') {
        emit({ type: 'note', text: `unknown reason of an incomplete answer: ${nameForLog(given)}` });
        finish.set('max_tokens');
      } else core.recordFinish(meaning, 'reason', given);
    }
    if (reported.output_tokens !== undefined) end();
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    if (finish.reason() !== 'stop_sequence') {
      for (const { output, done, added } of items.all())
        if (added && !done && output.isEmpty()) output.done(added);
      prose.end(factory.callCount() > 0);
      search.end();
    }
    if (factory.heldCharacters() > 0 && rejectUnnamedCall(core, 'tool')) return;
    core.endMessage(reported, prose.stopSequence());
  }

  return stage;
}

/** The error in a frame: an unknown event may be an error, a known one may carry one. */
function errorIn(frame: DataFrame, type: string): ApiError | undefined {
  if (type === 'response.error') return errorOf({ ...frame, json: { ...frame.json, type: 'error' } });
  return errorOf(isKnown(type) ? { ...frame, event: '' } : frame);
}

/** The event type: from the JSON if known, else from the `event:` line. A bare response gets its type from its status. */
export function typeOf({ event, json }: DataFrame): string {
  const own = toText(json['type']);
  if (isKnown(own)) return own;
  if (isKnown(event)) return event;
  if (own === '' && (json['object'] === 'response' || Array.isArray(json['output'])))
    return `response.${toText(json['status']) || 'completed'}`;
  return own;
}
