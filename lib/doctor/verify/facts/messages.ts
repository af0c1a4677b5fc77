/** Reads the facts of a Messages answer. */
import { isObject, toArray, toNumber, toObject, toText, type JsonObject } from '../../../json.ts';
import { addPiece, noFacts, type Facts, type SentCall, type SentEvent, type SentFinish } from './facts.ts';

const finishes: Readonly<Record<string, SentFinish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tools',
  max_tokens: 'length',
};

export function readMessages(events: readonly SentEvent[]): Facts {
  const facts = noFacts();
  const calls = new Map<number, SentCall>();
  const counts: JsonObject = {};
  for (const { data, atMs } of events) {
    const message = data['type'] === 'message' ? data : toObject(data['message']);
    if (toText(message['model']) !== '') facts.model = toText(message['model']);
    for (const [index, block] of toArray(message['content']).filter(isObject).entries())
      readBlock(facts, calls, index, block, atMs);
    const index = toNumber(data['index']) ?? 0;
    if (isObject(data['content_block'])) readBlock(facts, calls, index, data['content_block'], atMs);
    const delta = toObject(data['delta']);
    addPiece(facts, 'text', toText(delta['text']), atMs);
    addPiece(facts, 'thinking', toText(delta['thinking']), atMs);
    if (toText(delta['signature']) !== '') facts.signed = true;
    const call = calls.get(index);
    if (call && delta['type'] === 'input_json_delta') call.json += toText(delta['partial_json']);
    const reason = toText(delta['stop_reason']) || toText(message['stop_reason']);
    if (reason !== '') facts.finish = finishes[reason] ?? 'other';
    // The last count of each kind is the one that counts.
    Object.assign(counts, toObject(message['usage']), toObject(data['usage']));
  }
  facts.calls = [...calls.values()];
  // A call without arguments has no piece of JSON.
  for (const call of facts.calls) call.json ||= '{}';
  if (Object.keys(counts).length > 0) facts.usage = toUsage(counts);
  return facts;
}

function readBlock(
  facts: Facts,
  calls: Map<number, SentCall>,
  index: number,
  block: JsonObject,
  atMs: number,
): void {
  addPiece(facts, 'text', toText(block['text']), atMs);
  addPiece(facts, 'thinking', toText(block['thinking']), atMs);
  if (toText(block['signature']) !== '' || block['type'] === 'redacted_thinking') facts.signed = true;
  if (block['type'] !== 'tool_use') return;
  const input = toObject(block['input']);
  const json = Object.keys(input).length > 0 ? JSON.stringify(input) : '';
  calls.set(index, { id: toText(block['id']), name: toText(block['name']), json });
}

function toUsage(counts: JsonObject): NonNullable<Facts['usage']> {
  const cached = toNumber(counts['cache_read_input_tokens']) ?? 0;
  const written = toNumber(counts['cache_creation_input_tokens']) ?? 0;
  return {
    input: (toNumber(counts['input_tokens']) ?? 0) + cached + written,
    output: toNumber(counts['output_tokens']) ?? 0,
    cached,
    reasoning: 0,
  };
}
