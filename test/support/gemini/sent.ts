/** The generateContent reader of sent.ts: reads only parts of the first candidate. */
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Sent } from '../sent-shape.ts';

export function geminiReader(sent: Sent): (json: LooseJson) => void {
  return (json) => {
    for (const chunk of Array.isArray(json) ? asObjects(json) : [json]) readChunk(chunk, sent);
  };
}

function readChunk(chunk: LooseJson, sent: Sent): void {
  if (asText(chunk['promptFeedback']?.['blockReason']) !== '') sent.complete = true;
  const [candidate] = asObjects(chunk['candidates']);
  const finish = asText(candidate?.['finishReason']);
  if (finish !== '' && finish !== 'FINISH_REASON_UNSPECIFIED') sent.complete = true;
  for (const part of asObjects(candidate?.['content']?.['parts'])) {
    if (part['thought'] === (true as unknown)) sent.thinking += asText(part['text']);
    else sent.text += asText(part['text']);
    const call = part['functionCall'];
    if (call) sent.calls.push({ name: asText(call['name']), args: argsOf(call['args']) });
  }
}

function argsOf(args: unknown): string {
  if (args === undefined || args === null) return '';
  return typeof args === 'string' ? args : JSON.stringify(args);
}
