/**
 * What the decoder of every wire format does alike: it gathers what one frame gives, lets a break after the finish break
 * nothing, and calls an answer that ends without a finish a truncation. What a frame means is the format's own business.
 */
import type { ApiErrorBody, Decoded, FailureReason, Remark } from '../anthropic/events.ts';
import { errorInside, type ApiError } from '../anthropic/errors.ts';
import type { Writer } from '../anthropic/writer.ts';
import { toNumber, toObject, type JsonObject } from '../stream/json.ts';
import type { Transducer } from '../stream/transducer.ts';
import type { Frame } from './frames.ts';

export interface DecoderParts {
  answer: () => Writer;
  read: (frame: Frame) => void;
  /** True once the upstream has said that it is done. */
  finished: () => boolean;
  /** Ends the message with what is known of its end. */
  end: () => void;
}

export interface Decoding {
  emit: (decoded: Decoded) => void;
  /** Ends the turn in an error, unless the answer had been given by then (contract 5.5). */
  fail: (reason: FailureReason, error: ApiErrorBody, status?: number) => void;
  stage: Transducer<Frame, Decoded>;
}

export function decoding({ answer, read, finished, end }: DecoderParts): Decoding {
  let out: Decoded[] = [];
  const emit = (decoded: Decoded): void => void out.push(decoded);

  function fail(reason: FailureReason, error: ApiErrorBody, status?: number): void {
    if (answer().phase() === 'after') return;
    if (!finished()) return answer().fail(reason, error, status);
    emit({ type: 'note', text: `after the finish: ${error.message}` });
    end();
  }

  function take(): Decoded[] {
    const taken = out;
    out = [];
    return taken;
  }

  const stage: Transducer<Frame, Decoded> = {
    step(frame) {
      read(frame);
      return take();
    },
    flush() {
      const message = 'the upstream ended its answer without finishing it';
      if (finished()) end();
      else answer().fail('truncated', { type: 'api_error', message });
      return take();
    },
  };
  return { emit, fail, stage };
}

/** The error a data frame holds, also where only the event's name says that it is one. */
export function errorOf({ event, json }: Extract<Frame, { type: 'data' }>): ApiError | undefined {
  return errorInside(json) ?? (event === 'error' ? errorInside({ error: json }) : undefined);
}

/** A price frame, or a price beside an answer (OpenCode, OpenRouter). It is told to the ledger and never sent on. */
export function costOf(json: JsonObject): Remark | undefined {
  const dollars = toNumber(json['cost']) ?? toNumber(toObject(json['usage'])['cost']);
  if (dollars === undefined) return undefined;
  return {
    type: 'cost',
    dollars,
    basis: json['x-opencode-type'] === 'inference-cost' ? 'nominal' : 'billed',
  };
}
