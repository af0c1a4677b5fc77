/** Judges generateContent: calls have a name and an object of arguments, and the last chunk has a finish reason. */
import { isObject, toArray, toObject, toText, type JsonObject } from '../../../json.ts';
import type { RecordedUpstream } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';
import { brokenArguments, errorWithin, unfinished, type UpstreamJudgement } from './judge.ts';

export function judgeGemini({ events, done }: RawBody, side: RecordedUpstream): UpstreamJudgement {
  const deviations = new Set<string>();
  const calls: string[] = [];
  let reason = '';
  let counted = false;
  let broken: string | undefined;

  function readCall(call: JsonObject): void {
    const { args } = call;
    if (toText(call['name']) === '' && isObject(args) && Object.keys(args).length > 0)
      broken ??= 'sent a function call without a name';
    if (typeof args !== 'string') return;
    deviations.add('sends the arguments of a call as a string');
    calls.push(args);
  }

  for (const event of events) {
    if (isObject(event['usageMetadata'])) counted = true;
    if (isObject(event['error'])) broken ??= errorWithin(toError(event['error']));
    if (toText(toObject(event['promptFeedback'])['blockReason']) !== '') reason ||= 'SAFETY';
    const candidate = toObject(toArray(event['candidates'])[0]);
    const finish = toText(candidate['finishReason']);
    if (finish !== '' && finish !== 'FINISH_REASON_UNSPECIFIED') reason = finish;
    for (const part of toArray(toObject(candidate['content'])['parts'])) {
      const call = toObject(part)['functionCall'];
      if (isObject(call)) readCall(call);
    }
  }
  if (done) deviations.add('sends [DONE], which this format does not have');
  if (reason === '') broken ??= unfinished(side);
  if (malformed.has(reason)) broken ??= `discarded its answer: ${reason}`;
  if (reason !== 'MAX_TOKENS') broken ??= brokenArguments(calls);
  return { deviations: [...deviations], counted, ...(broken !== undefined && { broken }) };
}

/** Finish reasons for which Google discards the model's answer. */
const malformed: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
]);

/** Google puts the type of an error into `status`. */
function toError({ status, message }: JsonObject): JsonObject {
  return { error: { type: toText(status), message: toText(message) } };
}
