/** Reads the facts of a Chat Completions answer. */
import { isObject, toArray, toNumber, toObject, toText } from '../../../json.ts';
import { addPiece, noFacts, type Facts, type SentCall, type SentEvent, type SentFinish } from './facts.ts';

const finishes: Readonly<Record<string, SentFinish>> = {
  stop: 'stop',
  tool_calls: 'tools',
  function_call: 'tools',
  length: 'length',
};

export function readChat(events: readonly SentEvent[]): Facts {
  const facts = noFacts();
  const calls = new Map<number, SentCall>();
  for (const { data, atMs } of events) {
    if (toText(data['model']) !== '') facts.model = toText(data['model']);
    for (const choice of toArray(data['choices']).filter(isObject)) {
      const part = isObject(choice['delta']) ? choice['delta'] : toObject(choice['message']);
      const reasoning = toText(part['reasoning_content']) || toText(part['reasoning']);
      addPiece(facts, 'thinking', reasoning, atMs);
      addPiece(facts, 'text', toText(part['content']), atMs);
      for (const [position, call] of toArray(part['tool_calls']).filter(isObject).entries()) {
        const index = toNumber(call['index']) ?? position;
        const before = calls.get(index) ?? { name: '', json: '' };
        const called = toObject(call['function']);
        const id = toText(call['id']) || before.id;
        calls.set(index, {
          ...(id !== undefined && { id }),
          name: before.name || toText(called['name']),
          json: before.json + toText(called['arguments']),
        });
      }
      const reason = toText(choice['finish_reason']);
      if (reason !== '') facts.finish = finishes[reason] ?? 'other';
    }
    const usage = data['usage'];
    if (isObject(usage))
      facts.usage = {
        input: toNumber(usage['prompt_tokens']) ?? 0,
        output: toNumber(usage['completion_tokens']) ?? 0,
        cached:
          toNumber(toObject(usage['prompt_tokens_details'])['cached_tokens']) ??
          toNumber(usage['prompt_cache_hit_tokens']) ??
          0,
        reasoning: toNumber(toObject(usage['completion_tokens_details'])['reasoning_tokens']) ?? 0,
      };
  }
  facts.calls = [...calls.values()];
  return facts;
}
