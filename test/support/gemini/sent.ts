/** The second, simpler reader of generateContent (sent.ts): parts alone, of the first candidate. */
import { list, words, type Loose } from '../loose.ts';
import type { Sent } from '../sent-shape.ts';

export function geminiReader(sent: Sent): (json: Loose) => void {
  return (json) => {
    for (const chunk of Array.isArray(json) ? list(json) : [json]) readChunk(chunk, sent);
  };
}

function readChunk(chunk: Loose, sent: Sent): void {
  if (words(chunk['promptFeedback']?.['blockReason']) !== '') sent.complete = true;
  const [candidate] = list(chunk['candidates']);
  const finish = words(candidate?.['finishReason']);
  if (finish !== '' && finish !== 'FINISH_REASON_UNSPECIFIED') sent.complete = true;
  for (const part of list(candidate?.['content']?.['parts'])) {
    if (part['thought'] === (true as unknown)) sent.thinking += words(part['text']);
    else sent.text += words(part['text']);
    const call = part['functionCall'];
    if (call) sent.calls.push({ name: words(call['name']), args: argsOf(call['args']) });
  }
}

function argsOf(args: unknown): string {
  if (args === undefined || args === null) return '';
  return typeof args === 'string' ? args : JSON.stringify(args);
}
