/** Judges Messages: blocks are numbered from 0 and do not overlap, and there are a stop reason and a `message_stop`. */
import { isObject, toNumber, toObject, toText } from '../../../json.ts';
import type { RecordedUpstream } from '../../bench/recorded-exchange.ts';
import type { RawBody } from '../raw-events.ts';
import { brokenArguments, errorWithin, unfinished, wrongIndex, type UpstreamJudgement } from './judge.ts';

export function judgeMessages({ events }: RawBody, side: RecordedUpstream): UpstreamJudgement {
  const deviations = new Set<string>();
  const json = new Map<number, string>();
  let open: number | undefined;
  let next = 0;
  let broken: string | undefined;
  let reason = '';
  let stopped = false;
  let counted = false;
  for (const event of events) {
    const index = toNumber(event['index']) ?? next;
    const block = toObject(event['content_block']);
    const delta = toObject(event['delta']);
    if (isObject(event['usage'])) counted = true;
    switch (toText(event['type'])) {
      case 'message': // one JSON document
        reason = toText(event['stop_reason']) || 'end_turn';
        stopped = true;
        break;
      case 'content_block_start':
        if (index !== next) deviations.add(wrongIndex(index, next, toText(block['type'])));
        if (open !== undefined) deviations.add('starts a block while another is open');
        if (toText(block['text']) !== '') deviations.add('puts text into the start of a block');
        next = index + 1;
        open = index;
        if (block['type'] === 'tool_use') json.set(index, '');
        break;
      case 'content_block_delta':
        if (delta['type'] !== 'input_json_delta') break;
        json.set(index, (json.get(index) ?? '') + toText(delta['partial_json']));
        break;
      case 'content_block_stop':
        open = undefined;
        break;
      case 'message_delta':
        reason = toText(delta['stop_reason']) || reason;
        break;
      case 'message_stop':
        stopped = true;
        break;
      case 'error':
        broken ??= errorWithin(event);
    }
  }
  if (open !== undefined && reason !== '') deviations.add('leaves a block open');
  if (reason === '' && !stopped) broken ??= unfinished(side);
  else if (!stopped) deviations.add('ends without message_stop');
  if (reason !== 'max_tokens') broken ??= brokenArguments([...json.values()]);
  return { deviations: [...deviations], counted, ...(broken !== undefined && { broken }) };
}
