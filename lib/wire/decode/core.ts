/**
 * What the decoder of every wire format does alike: it sets up the answer, gathers what one frame gives, lets a break
 * after the finish break nothing, and calls an answer that ends without a finish a truncation. What a frame means is the
 * format's own business.
 */
import type { ApiError } from '../../anthropic/errors.ts';
import {
  usageOf,
  type ApiErrorBody,
  type Decoded,
  type FailureReason,
  type Usage,
} from '../../anthropic/events.ts';
import { tagSignature } from '../../anthropic/provenance.ts';
import { writer, type Writer } from '../../anthropic/writer.ts';
import type { Transducer } from '../../stream/transducer.ts';
import type { Route, Turn } from '../codec.ts';
import { errorInside } from './errors.ts';
import { finishTracker, type FinishTracker, type FinishMeaning } from './finish.ts';
import type { Frame } from './frames.ts';

export type DataFrame = Extract<Frame, { type: 'data' }>;

/** What is the format's own. */
export interface FormatReader {
  read: (frame: DataFrame) => void;
  /** Ends the message with what is known of its end. */
  end: () => void;
  /** What OpenAI's `[DONE]` is to an answer without a finish: its end (P4), a truncation (P1), or nothing. */
  done: 'end' | 'truncation' | 'nothing';
}

export interface DecoderCore {
  answer: Writer;
  finish: FinishTracker;
  emit: (decoded: Decoded) => void;
  /** Says what is left out, once of each kind: it may stand on every chunk. */
  drop: (what: string) => void;
  /** Ends the turn in an error, unless the answer had been given by then (contract 5.5). */
  fail: (reason: FailureReason, error: ApiErrorBody, status?: number) => void;
  /** The answer begins, though nothing may be in it yet. */
  begin: () => void;
  /** Takes `word`, which stood in `field`, as the upstream's finish (P7). */
  recordFinish: (meaning: FinishMeaning, field: string, word: string) => void;
  /** The end of the message, with the usage the upstream reported. */
  endMessage: (reported: Partial<Usage>, stopSequence?: string | null) => void;
  /** Usage with estimates where nothing was reported, four characters to a token: an estimate beats 0 (L1). */
  usage: (reported: Partial<Usage>) => Usage;
  stage: Transducer<Frame, Decoded>;
}

export function decoderCore(
  route: Route,
  { request, messageId, inputTokens }: Turn,
  { read, end, done }: FormatReader,
): DecoderCore {
  let out: Decoded[] = [];
  const emit = (decoded: Decoded): void => void out.push(decoded);
  const answer = writer(emit, { messageId, model: request.model, marker: tagSignature(route) });
  const finish = finishTracker(emit);
  const dropped = new Set<string>();

  function drop(what: string): void {
    if (!dropped.has(what)) emit({ type: 'dropped', what });
    dropped.add(what);
  }

  function fail(reason: FailureReason, error: ApiErrorBody, status?: number): void {
    if (answer.phase() === 'after') return;
    if (finish.reason() === undefined) return answer.fail(reason, error, status);
    emit({ type: 'note', text: `after the finish: ${error.message}` });
    end();
  }

  function begin(): void {
    answer.begin(usageOf(inputTokens));
  }

  function recordFinish(meaning: FinishMeaning, field: string, word: string): void {
    if (meaning === 'failure' || meaning === 'malformed') {
      const message = `the upstream stopped: ${word}`;
      return fail(meaning === 'failure' ? 'upstream' : 'malformed', { type: 'api_error', message });
    }
    if (meaning === 'unknown')
      emit({ type: 'note', text: `unknown ${field} ${JSON.stringify(word).slice(0, 60)}` });
    finish.set(meaning === 'unknown' ? 'end_turn' : meaning);
  }

  function usage(reported: Partial<Usage>): Usage {
    return { ...usageOf(inputTokens, Math.ceil(answer.written() / 4)), ...reported };
  }

  function endMessage(reported: Partial<Usage>, stopSequence: string | null = null): void {
    begin();
    const total = usage(reported);
    emit({ type: 'usage', usage: total });
    answer.end({ reason: finish.reason() ?? 'end_turn', stopSequence, usage: total });
  }

  function truncated(): void {
    const message = 'the upstream ended its answer without finishing it';
    answer.fail('truncated', { type: 'api_error', message });
  }

  function take(frame: Frame): void {
    if (frame.type === 'data') return read(frame);
    if (frame.type === 'broken') return fail(frame.reason, { type: 'api_error', message: frame.message });
    if (done === 'end' || finish.reason() !== undefined) end();
    else if (done === 'truncation') truncated();
  }

  function taken(): Decoded[] {
    const decoded = out;
    out = [];
    return decoded;
  }

  const stage: Transducer<Frame, Decoded> = {
    step(frame) {
      take(frame);
      return taken();
    },
    flush() {
      if (finish.reason() === undefined) truncated();
      else end();
      return taken();
    },
  };
  return { answer, finish, emit, drop, fail, begin, recordFinish, endMessage, usage, stage };
}

/** The error a data frame holds, also where only the event's name says that it is one. */
export function errorOf({ event, json }: DataFrame): ApiError | undefined {
  return errorInside(json) ?? (event === 'error' ? errorInside({ error: json }) : undefined);
}
