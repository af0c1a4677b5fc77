/** Judges Chat Completions: calls are numbered from 0, their arguments are JSON objects, and there is a finish reason. */
import { isObject, toArray, toNumber, toObject, toText } from '../../../json.ts';
import type { RecordedUpstream } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';
import { brokenArguments, errorWithin, unfinished, wrongIndex, type UpstreamJudgement } from './judge.ts';

export function judgeChat({ events, done }: RawBody, side: RecordedUpstream): UpstreamJudgement {
  const deviations = new Set<string>();
  const calls = new Map<number, string>();
  let reason = '';
  let counted = false;
  let broken: string | undefined;
  for (const event of events) {
    if (isObject(event['usage'])) counted = true;
    if (isObject(event['error']) || event['type'] === 'error') broken ??= errorWithin(event);
    for (const choice of toArray(event['choices']).filter(isObject)) {
      reason = toText(choice['finish_reason']) || reason;
      const message = isObject(choice['delta']) ? choice['delta'] : toObject(choice['message']);
      for (const [position, call] of toArray(message['tool_calls']).filter(isObject).entries()) {
        const index = toNumber(call['index']) ?? position;
        if (calls.size === 0 && index !== 0) deviations.add(wrongIndex(index, 0, 'tool_use'));
        calls.set(index, (calls.get(index) ?? '') + toText(toObject(call['function'])['arguments']));
      }
    }
  }
  if (reason === '' && !done) broken ??= unfinished(side);
  else if (reason === '') deviations.add('ends without a finish_reason');
  if (reason !== 'length') broken ??= brokenArguments([...calls.values()]);
  return { deviations: [...deviations], counted, ...(broken !== undefined && { broken }) };
}
