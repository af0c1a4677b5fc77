/** Judges Responses: items are numbered from 0, each is done before the response ends, and there is a final event. */
import { toNumber, toObject, toText, isObject, type JsonObject } from '../../../json.ts';
import type { RecordedUpstream } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';
import { brokenArguments, errorWithin, unfinished, wrongIndex, type UpstreamJudgement } from './judge.ts';

export function judgeResponses({ events, done }: RawBody, side: RecordedUpstream): UpstreamJudgement {
  const deviations = new Set<string>();
  const calls = new Map<string, string>();
  const open = new Set<string>();
  let first = true;
  let ending: string | undefined;
  let counted = false;
  let broken: string | undefined;

  function readItem(item: JsonObject, at: string): void {
    if (item['type'] === 'function_call') calls.set(at, toText(item['arguments']));
  }

  for (const event of events) {
    const type = toText(event['type']) || `response.${toText(event['status'])}`;
    const response = isObject(event['response']) ? event['response'] : event;
    const index = toNumber(event['output_index']);
    const at = String(index);
    if (isObject(response['usage'])) counted = true;
    if (type === 'error' || type === 'response.error') broken ??= errorWithin(toError(event));
    if (type === 'response.failed') broken ??= errorWithin(toError(response));
    if (type === 'response.output_item.added') {
      if (first && index !== undefined && index !== 0)
        deviations.add(
          wrongIndex(index, 0, toText(toObject(event['item'])['type']) === 'function_call' ? 'tool_use' : ''),
        );
      first = false;
      open.add(at);
    }
    if (type === 'response.output_item.done') {
      open.delete(at);
      readItem(toObject(event['item']), at);
    }
    if (endings.has(type)) ending = type;
  }
  if (ending !== undefined && open.size > 0) deviations.add('leaves an item open');
  if (done) deviations.add('sends [DONE], which this format does not have');
  if (ending === undefined) broken ??= unfinished(side);
  if (ending !== 'response.incomplete') broken ??= brokenArguments([...calls.values()]);
  return { deviations: [...deviations], counted, ...(broken !== undefined && { broken }) };
}

const endings: ReadonlySet<string> = new Set([
  'response.completed',
  'response.done',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

/** An error event has the fields itself, a failed response has them in `error`; the type is in `code`. */
function toError(json: JsonObject): JsonObject {
  const error = isObject(json['error']) ? json['error'] : json;
  const { message = '' } = error;
  return { error: { type: toText(error['code']) || toText(error['type']), message } };
}
