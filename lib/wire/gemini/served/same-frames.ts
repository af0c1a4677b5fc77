/**
 * Passes the upstream's chunks on as they came, with the events that the codec's decoder reads from them.
 *
 * Changed are the model's name, signatures and ids. A chunk with a finish is held until the turn has really ended, and is
 * never sent if the turn fails after it. From the first chunk on that breaks a law, events are printed in place of chunks,
 * so that the decoder's repairs reach the client.
 */
import type { Decoded, StreamEvent } from '../../../anthropic/events.ts';
import { isRemark } from '../../../anthropic/events.ts';
import { toText, type JsonObject } from '../../../json.ts';
import { compose, type Emit, type Transducer } from '../../../stream/transducer.ts';
import type { Route, Turn } from '../../codec.ts';
import { errorOf, type DataFrame } from '../../decode/core.ts';
import { frameDecoder, type Frame } from '../../decode/frames.ts';
import { withRaw } from '../../decode/raw.ts';
import { clientToolIds } from '../../tool-ids.ts';
import { functionNames } from '../names.ts';
import { chunkDecoder } from '../stream.ts';
import { brokenChunk, finishOf, partsIn } from './chunk-rules.ts';
import { sealSignature } from './seal.ts';

export function sameDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), framePasser(route, turn));
}

function framePasser(route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const decoder = chunkDecoder(route, turn);
  const rewrite = rewriter(route, turn);
  const names = functionNames(turn.request.tools, () => {});
  const ids = new Set<string>();
  let passes = true;
  let phase: 'before' | 'during' | 'after' = 'before';
  /** Frames that no event has carried yet. */
  let pending = '';
  /** The chunks since the first one with a finish. */
  let held: DataFrame[] = [];

  function step(frame: Frame, emit: Emit<Decoded>): void {
    if (!passes || frame.type !== 'data' || errorOf(frame) || !isChunk(frame.json))
      return decoder.step(frame, (decoded) => passOn(decoded, emit));
    if (brokenRule(frame.json) !== undefined) {
      stopPassing(emit);
      return decoder.step(frame, (decoded) => passOn(decoded, emit));
    }
    const isFinish = finishOf(frame.json) !== undefined;
    if (held.length > 0 && (isFinish || partsIn(frame.json).length > 0)) release();
    if (isFinish || held.length > 0) held.push(frame);
    else pending += rewrite(frame, false);
    return decoder.step(frame, (decoded) => passOn(decoded, emit));
  }

  /** The law that a chunk breaks, or the reason why it cannot pass as it is. */
  function brokenRule(json: JsonObject): string | undefined {
    const broken = brokenChunk(json);
    if (broken !== undefined) return broken;
    for (const { functionCall } of partsIn(json)) {
      if (functionCall === undefined) continue;
      const { id, name, args } = functionCall as JsonObject;
      // The arguments may follow in a chunk without a name.
      if (Object.keys((args ?? {}) as JsonObject).length === 0) return 'G3: a call without arguments';
      if (names(toText(name)) !== name) return 'a name that is spelled as the upstream requires';
      if (ids.has(toText(id))) return 'G3: two calls with one id';
      if (id !== undefined) ids.add(toText(id));
    }
    return undefined;
  }

  /** More follows a chunk with a finish, which loses it: the finish is in the last chunk (G4). */
  function release(): void {
    for (const frame of held) pending += rewrite(frame, true);
    held = [];
  }

  function stopPassing(emit: Emit<Decoded>): void {
    release();
    passes = false;
    // Before the start, nothing was content, and the start will carry it. Other events will be printed themselves.
    if (phase === 'before') return;
    if (phase === 'during' && pending !== '') emit({ type: 'ping', frames: pending });
    pending = '';
  }

  function passOn(decoded: Decoded, emit: Emit<Decoded>): void {
    if (isRemark(decoded)) return emit(decoded);
    const { type } = decoded;
    phase = type === 'error' || type === 'message_stop' ? 'after' : 'during';
    if (type === 'error' || (!passes && type !== 'message_start')) return emit(decoded);
    emit({ ...decoded, frames: framesFor(decoded) });
  }

  function framesFor(event: StreamEvent): string {
    if (event.type === 'message_delta') {
      for (const frame of held) pending += rewrite(frame, false);
      held = [];
    }
    const frames = pending;
    pending = '';
    return frames;
  }

  return {
    step,
    flush: (emit) => decoder.flush((decoded) => passOn(decoded, emit)),
  };
}

/** False for what is for accounting, such as a ping with a price. */
function isChunk({ candidates, promptFeedback, usageMetadata }: JsonObject): boolean {
  return candidates !== undefined || promptFeedback !== undefined || usageMetadata !== undefined;
}

type Edit = { path: readonly (string | number)[]; json: string };

/** Returns a function that writes the frame of a chunk for the client, on request without its finish. */
function rewriter(route: Route, turn: Turn): (frame: DataFrame, withoutFinish: boolean) => string {
  const { model } = turn.request;
  const toClientId = clientToolIds(route, () => {});
  return ({ json, text }, withoutFinish) => {
    const edits: Edit[] = [];
    const named = json['modelVersion'];
    const renamed = typeof named === 'string' && named !== model ? withModel(text, named, model) : text;
    if (renamed === undefined || (named !== undefined && typeof named !== 'string'))
      edits.push({ path: ['modelVersion'], json: JSON.stringify(model) });
    const parts = ['candidates', 0, 'content', 'parts'];
    for (const [n, { thoughtSignature, functionCall }] of partsIn(json).entries()) {
      const signature = toText(thoughtSignature);
      if (signature !== '')
        edits.push({
          path: [...parts, n, 'thoughtSignature'],
          json: JSON.stringify(sealSignature(route, signature)),
        });
      const id = toText((functionCall as JsonObject | undefined)?.['id']);
      if (id !== '' && toClientId(id) !== id)
        edits.push({ path: [...parts, n, 'functionCall', 'id'], json: JSON.stringify(toClientId(id)) });
    }
    if (withoutFinish)
      for (const path of [['candidates', 0, 'finishReason'], ['promptFeedback']])
        edits.push({ path, json: 'null' });
    const sent = renamed ?? text;
    return `data: ${edits.length === 0 ? sent : withRaw(sent, edits)}\n\n`;
  };
}

/** The chunk with another name of the model, which is in every chunk; undefined if the field is not found at once. */
function withModel(text: string, named: string, model: string): string | undefined {
  const at = text.indexOf(modelField);
  // The only find is the field that was parsed: elsewhere, such as in a text, it would be a second one.
  if (at < 0 || at !== text.lastIndexOf(modelField)) return undefined;
  const from = text.indexOf('"', at + modelField.length);
  const value = JSON.stringify(named);
  if (from < 0 || !text.startsWith(value, from)) return undefined;
  return text.slice(0, from) + JSON.stringify(model) + text.slice(from + value.length);
}

const modelField = '"modelVersion"';
