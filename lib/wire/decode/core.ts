/**
 * The part of a decoder that is the same for every wire format. It creates the writer, collects the events of each frame,
 * ignores errors after the finish, and reports a stream without a finish as truncated. A `FormatReader` interprets the
 * frames.
 */
import type { ApiError } from '../../anthropic/errors.ts';
import {
  usageOf,
  type ApiErrorBody,
  type Decoded,
  type FailureReason,
  type ReportedTokens,
  type Usage,
} from '../../anthropic/events.ts';
import { tagSignature } from '../../anthropic/provenance.ts';
import { writer, type Writer } from '../../anthropic/writer.ts';
import { nameForLog, redactedLine } from '../../redact.ts';
import type { Emit, Transducer } from '../../stream/transducer.ts';
import { toObject, toText, type JsonObject } from '../../json.ts';
import type { Route, Turn } from '../codec.ts';
import { isOtherModel } from '../model-names.ts';
import { errorIn, errorInside } from './errors.ts';
import { finishTracker, type FinishTracker, type FinishMeaning } from './finish.ts';
import type { BatchFrame, Frame } from './frames.ts';
import { toReported } from './usage.ts';

export type DataFrame = Extract<Frame, { type: 'data' }>;

/** The part that differs between formats. */
export interface FormatReader {
  read: (frame: DataFrame) => void;
  /** Takes deltas that the format's scanner has read together. */
  readBatch?: (deltas: BatchFrame['deltas']) => void;
  /** Ends the message after the finish, or at `[DONE]`. */
  end: () => void;
  /** The meaning of `[DONE]` without a finish: the end (P4), a truncation (P1), or none. */
  done: 'end' | 'truncation' | 'nothing';
}

export interface DecoderCore {
  answer: Writer;
  finish: FinishTracker;
  emit: (decoded: Decoded) => void;
  /** Reports content that is not passed on, once per kind, because it may be in every chunk. */
  drop: (what: string) => void;
  /** Ends the turn with an error. After the finish, the message ends normally and the error becomes a note. */
  fail: (reason: FailureReason, error: ApiErrorBody, status?: number) => void;
  /** Sends `message_start` if it was not sent yet. */
  begin: () => void;
  /** Records `value`, which the upstream sent in `field`, as the finish (P7); fails the turn when it means a failure. */
  recordFinish: (meaning: FinishMeaning, field: string, value: string) => void;
  /** Ends the message with the usage that the upstream reported. */
  endMessage: (reported: Partial<Usage>, stopSequence?: string | null) => void;
  /** Reports what the upstream has counted so far, if `usage` changes that; `given` is the object that it was read from. */
  report: (usage: Partial<Usage>, given: unknown) => void;
  /** The reported usage, with estimates for what is missing (L1): one output token per four characters. */
  usage: (reported: Partial<Usage>) => Usage;
  stage: Transducer<Frame, Decoded>;
}

export function decoderCore(
  route: Route,
  { request, messageId, inputTokens }: Turn,
  { read, readBatch, end, done }: FormatReader,
): DecoderCore {
  const out: Decoded[] = [];
  /** What an object that is no part of an answer says: the reason, should the answer end without a finish. */
  let reason: ApiError | undefined;
  const emit = (decoded: Decoded): void => void out.push(decoded);
  const answer = writer(emit, { messageId, model: request.model, marker: tagSignature(route) });
  const finish = finishTracker(emit);
  const dropped = new Set<string>();
  let counts: ReportedTokens = {};
  /** The name that the upstream gives to the model; "" until it has. */
  let model = '';

  function drop(what: string): void {
    if (!dropped.has(what)) emit({ type: 'dropped', what });
    dropped.add(what);
  }

  function fail(reason: FailureReason, error: ApiErrorBody, status?: number): void {
    if (answer.phase() === 'after') return;
    if (finish.reason() === undefined) return answer.fail(reason, error, status);
    emit({ type: 'note', text: `an error after the finish: ${error.type}` });
    end();
  }

  function begin(): void {
    if (answer.phase() === 'before') answer.begin(usageOf(inputTokens));
  }

  function recordFinish(meaning: FinishMeaning, field: string, value: string): void {
    if (meaning === 'failure' || meaning === 'malformed') {
      const message = `the upstream stopped: ${redactedLine(value.slice(0, 200))}`;
      return fail(meaning === 'failure' ? 'upstream' : 'malformed', { type: 'api_error', message });
    }
    if (meaning === 'unknown') emit({ type: 'note', text: `unknown ${field} ${nameForLog(value)}` });
    finish.set(meaning === 'unknown' ? 'end_turn' : meaning);
  }

  function report(usage: Partial<Usage>, given: unknown): void {
    const tokens = { ...counts, ...toReported(usage, given) };
    if (JSON.stringify(tokens) === JSON.stringify(counts)) return;
    counts = tokens;
    emit({ type: 'reported', tokens });
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

  function failTruncated(): void {
    if (reason) return answer.fail('upstream', reason, reason.status);
    const message = 'the upstream ended its answer without finishing it';
    answer.fail('truncated', { type: 'api_error', message });
  }

  /** Reports a model other than the one that was asked for. */
  function compareModel(json: JsonObject): void {
    model = modelIn(json);
    if (model !== '' && isOtherModel(route.modelId, model))
      emit({ type: 'other_model', model: redactedLine(model.slice(0, longestModel)) });
  }

  function handle(frame: Frame): void {
    if (frame.type === 'data') {
      if (model === '' && answer.phase() === 'before') compareModel(frame.json);
      if (isBareError(frame.json)) reason = errorIn(frame.json);
      return read(frame);
    }
    if (frame.type === 'batch') return readBatch?.(frame.deltas);
    if (frame.type === 'broken') return fail(frame.reason, { type: 'api_error', message: frame.message });
    if (reason && finish.reason() === undefined && answer.written() === 0) return failTruncated();
    if (done === 'end' || finish.reason() !== undefined) end();
    else if (done === 'truncation') failTruncated();
  }

  function passOn(to: Emit<Decoded>): void {
    for (const decoded of out) to(decoded);
    out.length = 0;
  }

  const stage: Transducer<Frame, Decoded> = {
    step(frame, to) {
      handle(frame);
      passOn(to);
    },
    flush(to) {
      if (finish.reason() === undefined) failTruncated();
      else end();
      passOn(to);
    },
  };
  return { answer, finish, emit, drop, fail, begin, recordFinish, endMessage, report, usage, stage };
}

/** Characters of a model's name. */
const longestModel = 200;

/** The model that answers, in a chunk or event of any format; "" if it names none. */
function modelIn({ model, modelVersion, message, response }: JsonObject): string {
  return (
    toText(model) ||
    toText(modelVersion) ||
    toText(toObject(message)['model']) ||
    toText(toObject(response)['model'])
  );
}

/** Fields of an answer, or of one of its pieces, in any format. */
const answerFields = [
  'choices',
  'candidates',
  'message',
  'content',
  'delta',
  'content_block',
  'output',
  'response',
  'item',
];
/** In lower case without separators. */
const reasonFields: ReadonlySet<string> = new Set(
  'message msg detail errormsg errormessage errordescription statusmsg statusmessage reason fault'.split(' '),
);

/** True for an object that holds a text as errors do, and nothing of an answer: `{"code":500,"message":"busy"}`. */
function isBareError(json: JsonObject): boolean {
  const isAnswer = answerFields.some((name) => typeof json[name] === 'object' && json[name] !== null);
  return (
    !isAnswer &&
    Object.entries(json).some(
      ([key, value]) =>
        (typeof value === 'string' || (typeof value === 'object' && value !== null)) &&
        reasonFields.has(key.toLowerCase().replaceAll(/[^a-z]/g, '')),
    )
  );
}

/** The error in a data frame, including one that only the event name marks as an error. */
export function errorOf({ event, json }: DataFrame): ApiError | undefined {
  return errorInside(json) ?? (event === 'error' ? errorInside({ error: json }) : undefined);
}
