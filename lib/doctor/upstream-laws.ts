/**
 * What an upstream sent, held to its own format: what occ puts right is odd, what nobody can put right is broken. Both
 * are words that follow the provider's name.
 */
import { isObject, parseJson, toArray, toNumber, toObject, toText, type JsonObject } from '../stream/json.ts';
import type { WireFormat } from '../wire/codec.ts';
import type { UpstreamSide } from './exchange.ts';
import { readRaw, type RawBody } from './raw-events.ts';

export interface UpstreamHeard {
  odd: readonly string[];
  broken?: string;
  /** It reported token counts. */
  counted: boolean;
}

/** Judges the body of a 2xx answer. Formats without rules here count as lawful. */
export function readUpstream(side: UpstreamSide, format: WireFormat): UpstreamHeard {
  const raw = readRaw(side);
  const rules = raw.broken === undefined ? rulesOf[format] : undefined;
  const found = rules?.(raw, side) ?? { odd: [], counted: true };
  const broken = raw.broken ?? found.broken;
  const late = side.ended === 'broken' && broken === undefined ? ['breaks the connection after its end'] : [];
  return { ...found, odd: [...raw.odd, ...found.odd, ...late], ...(broken !== undefined && { broken }) };
}

/** True where the rules of a format are written down here; of the others only the form of their events is judged. */
export function hasRules(format: WireFormat): boolean {
  return rulesOf[format] !== undefined;
}

type Rules = (raw: RawBody, side: UpstreamSide) => UpstreamHeard;

const rulesOf: Readonly<Partial<Record<WireFormat, Rules>>> = { messages: readMessages, chat: readChat };

function afterSeconds(ms: number): string {
  return ms < 10_000 ? `after ${Math.round(ms)} ms` : `after ${Math.round(ms / 1000)} s`;
}

/** What it said has no end. Of an answer that nobody read to its end this cannot be known. */
function unfinished({ endedMs, askedMs, ended }: UpstreamSide): string | undefined {
  if (ended === 'left') return undefined;
  const how = ended === 'whole' ? 'ended its answer without an end' : 'broke the connection in mid-answer';
  return `${how}, ${afterSeconds(endedMs - askedMs)}`;
}

function readMessages({ events }: RawBody, side: UpstreamSide): UpstreamHeard {
  const odd = new Set<string>();
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
      case 'message': // the whole answer in one piece
        reason = toText(event['stop_reason']) || 'end_turn';
        stopped = true;
        break;
      case 'content_block_start':
        if (index !== next) odd.add(oddIndex(index, next, toText(block['type'])));
        if (open !== undefined) odd.add('starts a block while another is open');
        if (toText(block['text']) !== '') odd.add('puts text into the start of a block');
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
        broken ??= saidError(event);
    }
  }
  if (open !== undefined && reason !== '') odd.add('leaves a block open');
  if (reason === '' && !stopped) broken ??= unfinished(side);
  else if (!stopped) odd.add('ends without message_stop');
  if (reason !== 'max_tokens') broken ??= brokenArguments([...json.values()]);
  return { odd: [...odd], counted, ...(broken !== undefined && { broken }) };
}

function oddIndex(index: number, due: number, type: string): string {
  const what = type === 'tool_use' ? 'a tool call' : 'a block';
  return due === 0
    ? `starts ${what} at index ${index} instead of 0`
    : `numbers a block ${index} where ${due} is due`;
}

function readChat({ events, done }: RawBody, side: UpstreamSide): UpstreamHeard {
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

function brokenArguments(all: readonly string[]): string | undefined {
  const bad = all.some((text) => text.trim() !== '' && !isObject(parseJson(text)));
  return bad ? 'sent arguments of a tool call that are no JSON object' : undefined;
}

function saidError(event: JsonObject): string {
  const error = toObject(event['error']);
  return `sent an error in mid-answer: ${toText(error['type'])} ${toText(error['message'])}`
    .trim()
    .slice(0, 200);
}
