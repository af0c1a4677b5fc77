/**
 * The codec's decoder for a client of the same format. Its events carry the upstream's chunks: each by the first event that
 * follows from it or from a later one, so that what the codec holds back waits for the client too. Chunks that need a repair
 * are printed from their events. Of the rest, the model's name and the seals are replaced.
 */
import { isRemark, type Decoded, type MessageDelta, type StreamEvent } from '../../../anthropic/events.ts';
import { toArray, toObject, type JsonObject } from '../../../json.ts';
import { compose, type Emit, type Transducer } from '../../../stream/transducer.ts';
import type { Route, Turn } from '../../codec.ts';
import { withRaw } from '../../decode/raw.ts';
import type { DataFrame } from '../../decode/core.ts';
import { frameDecoder, type Frame } from '../../decode/frames.ts';
import { toolNames } from '../../tool-names.ts';
import { chatDecoder, chunkDecoder } from '../stream.ts';
import { chunkPrinter, saidNothing, type ChunkPrinter, type Said } from './chunks.ts';
import { wantsUsage } from './read.ts';
import { outputs } from './outputs.ts';
import { chunkReader } from './same-frame.ts';
import { hasOldOrCustomCalls } from './same-request.ts';
import { seal } from './seals.ts';

export function sameDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  const { given } = turn;
  if (!given || changesText(route, turn) || hasOldOrCustomCalls(given.body)) return chatDecoder(route, turn);
  return compose(frameDecoder(), passing(route, turn, given.body));
}

/** Whether the codec takes something out of the text, so that the client must not see the upstream's chunks. */
function changesText({ quirks }: Route, { request }: Turn): boolean {
  const stops = !quirks.stopSequences && (request.stop_sequences ?? []).length > 0;
  return quirks.inlineThink || quirks.leakedCalls !== 'none' || stops;
}

function passing(route: Route, turn: Turn, body: JsonObject): Transducer<Frame, Decoded> {
  const { model, tools } = turn.request;
  const codec = chunkDecoder(route, turn);
  const names = toolNames(tools);
  const said = saidNothing();
  const includeUsage = wantsUsage(body);
  const reader = chunkReader(said, { includeUsage, isName: (name) => names.toClient(name) === name });
  /** From the first chunk on that cannot pass. */
  let isPrinted = false;
  /** Prints what is missing, once a chunk has passed. */
  let printer: ChunkPrinter | undefined;
  /** Chunks that no event has carried yet, and what the client had before them. */
  let pending = '';
  const before = saidNothing();
  const others = outputs();
  /** The finish and the usage, which pass with the end of a message. */
  let ending = '';

  function take(frame: Frame): void {
    if (frame.type !== 'data' || isPrinted) return;
    const verdict = frame.event === '' ? reader.read(frame.json) : 'printed';
    if (verdict === 'nothing') return;
    if (verdict === 'printed') {
      isPrinted = true;
      // What has not been sent is printed too, from the events that are still to come.
      Object.assign(said, before, { details: false });
      pending = '';
      ending = '';
      return;
    }
    said.details = true;
    if (verdict !== 'text') others.add(deltaOf(frame.json));
    const head = reader.head();
    if (head)
      printer ??= chunkPrinter({ ...head, model, includeUsage, custom: new Set(), legacy: false }, said);
    const chunk = `data: ${renamed(verdict === 'text' ? frame.text : sealed(frame), frame.json)}\n\n`;
    if (verdict === 'ends') ending += chunk;
    else pending += chunk;
  }

  function sealed({ text, json }: DataFrame): string {
    const delta = deltaOf(json);
    const safe = seal(delta, route);
    return safe === delta
      ? text
      : withRaw(text, [{ path: ['choices', 0, 'delta'], json: JSON.stringify(safe) }]);
  }

  /** The text with the name that the client knows (L1). */
  function renamed(text: string, { model: given }: JsonObject): string {
    if (typeof given !== 'string' || given === model) return text;
    const field = `"model":${JSON.stringify(given)}`;
    const at = text.indexOf(field);
    // Most servers write it before the first inner object, so that nothing has to be looked at.
    if (at < 0 || text.lastIndexOf('{', at) !== 0)
      return withRaw(text, [{ path: ['model'], json: JSON.stringify(model) }]);
    return `${text.slice(0, at)}"model":${JSON.stringify(model)}${text.slice(at + field.length)}`;
  }

  /** A failure carries nothing: the client gets neither a finish nor a call that waited (L14). */
  function carry(decoded: Decoded, emit: Emit<Decoded>): void {
    if (!isRemark(decoded)) emit(decoded.type === 'error' ? decoded : framed(decoded));
    else if (!others.has(decoded)) emit(decoded);
  }

  function framed(event: StreamEvent): StreamEvent {
    if (!printer) return event;
    const frames =
      pending + (event.type === 'message_delta' ? printEnd(event, printer) : printer.print(event));
    pending = '';
    remember(before, said);
    event.frames = frames;
    return event;
  }

  /** What is missing goes before the finish, but for the usage. */
  function printEnd(event: MessageDelta, printer: ChunkPrinter): string {
    others.keep(event);
    if (ending === '') return printer.print(event);
    const isMissing = includeUsage && !said.usage;
    said.usage = true;
    return printer.print(event) + ending + (isMissing ? printer.usage() : '');
  }

  return {
    step(frame, emit) {
      take(frame);
      codec.step(frame, (decoded) => carry(decoded, emit));
    },
    flush(emit) {
      codec.flush((decoded) => carry(decoded, emit));
    },
  };
}

function deltaOf({ choices }: JsonObject): JsonObject {
  return toObject(toObject(toArray(choices)[0])['delta']);
}

/** Notes what the client has. The finish and the usage are never sent before the answer is whole. Runs for every event. */
function remember(before: Said, said: Said): void {
  before.role = said.role;
  before.text = said.text;
  before.thinking = said.thinking;
  if (said.args.length > 0) before.args = [...said.args];
}
