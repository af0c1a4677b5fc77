/** Chat Completions: calls numbered from 0, whose pieces give an object, and a finish reason. */
import { isObject, toArray, toNumber, toObject, toText } from '../../../json.ts';
import type { UpstreamSide } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';
import { oddIndex } from './indices.ts';
import { brokenArguments, saidError, unfinished, type UpstreamHeard } from './rules.ts';

export function readChat({ events, done }: RawBody, side: UpstreamSide): UpstreamHeard {
  const odd = new Set<string>();
  const calls = new Map<number, string>();
  let reason = '';
  let counted = false;
  let broken: string | undefined;
  for (const event of events) {
    if (isObject(event['usage'])) counted = true;
    if (isObject(event['error']) || event['type'] === 'error') broken ??= saidError(event);
    for (const choice of toArray(event['choices']).filter(isObject)) {
      reason = toText(choice['finish_reason']) || reason;
      const message = isObject(choice['delta']) ? choice['delta'] : toObject(choice['message']);
      for (const [at, made] of toArray(message['tool_calls']).filter(isObject).entries()) {
        const index = toNumber(made['index']) ?? at;
        if (calls.size === 0 && index !== 0) odd.add(oddIndex(index, 0, 'tool_use'));
        calls.set(index, (calls.get(index) ?? '') + toText(toObject(made['function'])['arguments']));
      }
    }
  }
  if (reason === '' && !done) broken ??= unfinished(side);
  else if (reason === '') odd.add('ends without a finish_reason');
  if (reason !== 'length') broken ??= brokenArguments([...calls.values()]);
  return { odd: [...odd], counted, ...(broken !== undefined && { broken }) };
}
