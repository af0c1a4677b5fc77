/** generateContent: named calls with objects for arguments, and a reason to finish on the last chunk of all. */
import { isObject, toArray, toObject, toText, type JsonObject } from '../../../json.ts';
import type { UpstreamSide } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';
import { brokenArguments, saidError, unfinished, type UpstreamHeard } from './rules.ts';

export function readGemini({ events, done }: RawBody, side: UpstreamSide): UpstreamHeard {
  const odd = new Set<string>();
  const calls: string[] = [];
  let reason = '';
  let counted = false;
  let broken: string | undefined;

  function readCall(call: JsonObject): void {
    const { args } = call;
    if (toText(call['name']) === '' && isObject(args) && Object.keys(args).length > 0)
      broken ??= 'sent a function call without a name';
    if (typeof args !== 'string') return;
    odd.add('sends the arguments of a call as a text');
    calls.push(args);
  }

  for (const event of events) {
    if (isObject(event['usageMetadata'])) counted = true;
    if (isObject(event['error'])) broken ??= saidError(toError(event['error']));
    if (toText(toObject(event['promptFeedback'])['blockReason']) !== '') reason ||= 'SAFETY';
    const candidate = toObject(toArray(event['candidates'])[0]);
    const said = toText(candidate['finishReason']);
    if (said !== '' && said !== 'FINISH_REASON_UNSPECIFIED') reason = said;
    for (const part of toArray(toObject(candidate['content'])['parts'])) {
      const call = toObject(part)['functionCall'];
      if (isObject(call)) readCall(call);
    }
  }
  if (done) odd.add('sends [DONE], which this format does not know');
  if (reason === '') broken ??= unfinished(side);
  if (malformed.has(reason)) broken ??= `gave its answer up: ${reason}`;
  if (reason !== 'MAX_TOKENS') broken ??= brokenArguments(calls);
  return { odd: [...odd], counted, ...(broken !== undefined && { broken }) };
}

/** Google's reasons for having thrown the model's answer away. */
const malformed: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
]);

/** Google's name for an error stands in its `status`. */
function toError({ status, message }: JsonObject): JsonObject {
  return { error: { type: toText(status), message: toText(message) } };
}
