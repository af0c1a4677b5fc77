/** Reads the facts of a Responses answer. */
import { isObject, toArray, toNumber, toObject, toText } from '../../../json.ts';
import { addPiece, noFacts, type Facts, type SentEvent } from './facts.ts';

export function readResponses(events: readonly SentEvent[]): Facts {
  const facts = noFacts();
  for (const { data, atMs } of events) {
    const type = toText(data['type']);
    const delta = toText(data['delta']);
    if (type === 'response.output_text.delta' || type === 'response.refusal.delta')
      addPiece(facts, 'text', delta, atMs);
    if (/^response\.reasoning\w*\.delta$/.test(type)) addPiece(facts, 'thinking', delta, atMs);
    if (type === 'response.output_item.done') readItem(facts, toObject(data['item']));
    const response = data['object'] === 'response' ? data : toObject(data['response']);
    if (toText(response['model']) !== '') facts.model = toText(response['model']);
    const status = toText(response['status']);
    if (status !== 'completed' && status !== 'incomplete') continue;
    // A whole answer has no deltas.
    if (data['object'] === 'response') {
      for (const item of toArray(response['output']).filter(isObject)) {
        readItem(facts, item);
        for (const part of toArray(item['content']).filter(isObject))
          addPiece(facts, 'text', toText(part['text']), atMs);
      }
    }
    const reason = toText(toObject(response['incomplete_details'])['reason']);
    facts.finish =
      status === 'completed'
        ? facts.calls.length > 0
          ? 'tools'
          : 'stop'
        : reason === 'max_output_tokens'
          ? 'length'
          : 'other';
    const { usage } = response;
    if (isObject(usage))
      facts.usage = {
        input: toNumber(usage['input_tokens']) ?? 0,
        output: toNumber(usage['output_tokens']) ?? 0,
        cached: toNumber(toObject(usage['input_tokens_details'])['cached_tokens']) ?? 0,
        reasoning: toNumber(toObject(usage['output_tokens_details'])['reasoning_tokens']) ?? 0,
      };
  }
  return facts;
}

function readItem(facts: Facts, item: ReturnType<typeof toObject>): void {
  if (item['type'] === 'reasoning' && toText(item['encrypted_content']) !== '') facts.signed = true;
  if (item['type'] !== 'function_call') return;
  facts.calls.push({
    id: toText(item['call_id']),
    name: toText(item['name']),
    json: toText(item['arguments']),
  });
}
