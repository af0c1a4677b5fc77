/**
 * Reads the facts of a generateContent answer. Its signatures also stand where no thinking was asked for, so that only thoughts
 * and their count show that there was any.
 */
import { isObject, toArray, toNumber, toObject, toText } from '../../../json.ts';
import { addPiece, noFacts, type Facts, type SentEvent, type SentFinish } from './facts.ts';

const finishes: Readonly<Record<string, SentFinish>> = { STOP: 'stop', MAX_TOKENS: 'length' };

export function readGemini(events: readonly SentEvent[]): Facts {
  const facts = noFacts();
  for (const { data, atMs } of events) {
    if (toText(data['modelVersion']) !== '') facts.model = toText(data['modelVersion']);
    const candidate = toObject(toArray(data['candidates'])[0]);
    for (const part of toArray(toObject(candidate['content'])['parts']).filter(isObject)) {
      addPiece(facts, part['thought'] === true ? 'thinking' : 'text', toText(part['text']), atMs);
      const call = part['functionCall'];
      if (!isObject(call)) continue;
      const id = toText(call['id']);
      facts.calls.push({
        ...(id !== '' && { id }),
        name: toText(call['name']),
        json: JSON.stringify(call['args'] ?? {}),
      });
    }
    const reason = toText(candidate['finishReason']);
    if (reason !== '') facts.finish = finishes[reason] ?? 'other';
    const usage = data['usageMetadata'];
    if (!isObject(usage)) continue;
    const reasoning = toNumber(usage['thoughtsTokenCount']) ?? 0;
    facts.usage = {
      input: toNumber(usage['promptTokenCount']) ?? 0,
      output: (toNumber(usage['candidatesTokenCount']) ?? 0) + reasoning,
      cached: toNumber(usage['cachedContentTokenCount']) ?? 0,
      reasoning,
    };
  }
  if (facts.finish === 'stop' && facts.calls.length > 0) facts.finish = 'tools';
  return facts;
}
