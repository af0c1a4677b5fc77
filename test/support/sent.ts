/**
 * Reads what an upstream sent, independently of lib: whole bytes, no repairs. It handles only streams that number their
 * calls correctly; `exceptions.ts` lists the content of the other transcripts.
 */
import { geminiReader } from './gemini/sent.ts';
import { asObjects, asText, type LooseJson } from './loose-json.ts';
import { responsesReader } from './responses/sent.ts';
import type { Call, Sent } from './sent-shape.ts';
import type { Format } from './turns.ts';

export function readSent(format: Format, bytes: Uint8Array): Sent {
  const sent: Sent = { text: '', thinking: '', calls: [], complete: false };
  const read = readers[format](sent);
  for (const data of dataOf(new TextDecoder().decode(bytes))) {
    if (data.trim() === '[DONE]' && format === 'chat') {
      sent.complete = true;
      break;
    }
    const json = parse(data);
    if (json) read(json);
  }
  return sent;
}

const readers = {
  chat: chatReader,
  gemini: geminiReader,
  messages: messagesReader,
  responses: responsesReader,
} satisfies Record<Format, (sent: Sent) => (json: LooseJson) => void>;

function dataOf(text: string): string[] {
  if (/^\s*[{[]/.test(text)) return parse(text) ? [text] : text.split(/\r\n|\r|\n/);
  return text.split(/(?:\r\n|\r|\n){2}/).map((event) =>
    event
      .split(/\r\n|\r|\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
      .join('\n'),
  );
}

function parse(text: string): LooseJson | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LooseJson) : undefined;
  } catch {
    return undefined;
  }
}

function chatReader(sent: Sent): (json: LooseJson) => void {
  const byIndex = new Map<unknown, Call>();
  return (json) => {
    for (const choice of asObjects(json['choices'])) {
      if ((choice['index'] ?? 0) !== (0 as unknown)) continue;
      if (asText(choice['finish_reason']) !== '') sent.complete = true;
      const delta = choice['delta'] ?? choice['message'] ?? {};
      sent.thinking +=
        asText(delta['reasoning_content']) || asText(delta['reasoning']) || asText(delta['reasoning_text']);
      sent.text +=
        asText(delta['content']) +
        asObjects(delta['content'])
          .map((part) => asText(part['text']))
          .join('');
      for (const [i, piece] of asObjects(delta['tool_calls']).entries()) {
        const key = piece['index'] ?? i;
        const call = byIndex.get(key) ?? { name: '', args: '' };
        if (!byIndex.has(key)) sent.calls.push(call);
        byIndex.set(key, call);
        call.name = asText(piece['function']?.['name']) || call.name;
        call.args += asText(piece['function']?.['arguments']);
      }
    }
  };
}

function messagesReader(sent: Sent): (json: LooseJson) => void {
  const open = new Map<unknown, Call>();
  return (json) => {
    const block = json['content_block'];
    const delta = json['delta'];
    switch (asText(json['type'])) {
      case 'content_block_start': {
        sent.text += block?.['type'] === ('text' as unknown) ? asText(block?.['text']) : '';
        sent.thinking += block?.['type'] === ('thinking' as unknown) ? asText(block?.['thinking']) : '';
        if (block?.['type'] !== ('tool_use' as unknown)) return;
        const call = { name: asText(block?.['name']), args: '' };
        open.set(json['index'], call);
        sent.calls.push(call);
        return;
      }
      case 'content_block_delta': {
        sent.text += asText(delta?.['text']);
        sent.thinking += asText(delta?.['thinking']);
        const call = open.get(json['index']);
        if (call) call.args += asText(delta?.['partial_json']);
        return;
      }
      case 'message_delta':
        if (asText(delta?.['stop_reason']) !== '') sent.complete = true;
        return;
      case 'message_stop':
      case 'message':
        sent.complete = true;
    }
  };
}
