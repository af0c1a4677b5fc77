/** What an upstream understands of a request in its format; simple readers that share no line with lib. */
import { list, words, type Loose } from './loose.ts';
import { shapeOf, type Meaning, type Said } from './meant.ts';
import type { Format } from './turns.ts';

/** A note that stands for media, or the words that lead to where they are. */
const notes = /\[(?:image|document)[^\]]*not shown[^\]]*\]/g;
const failedMark = '[the tool reported an error]';

export function understoodBy(format: Format, request: unknown): Meaning {
  return readers[format](request as Loose);
}

const readers: Record<Format, (body: Loose) => Meaning> = {
  chat(body) {
    const format = body['response_format'];
    return {
      said: list(body['messages']).flatMap((message): Said[] => {
        const { text, media } = contentOf(message['content']);
        switch (words(message['role'])) {
          case 'system':
          case 'user':
            return spoken(words(message['role']) as 'system' | 'user', text, media);
          case 'tool':
            return [toResult(words(message['tool_call_id']), text), ...media];
          default:
            return [
              ...spoken('thinking', words(message['reasoning_content'])),
              ...spoken('assistant', text),
              ...list(message['tool_calls']).map((call): Said => {
                const { name, arguments: args } = call['function'] ?? {};
                return { who: 'call', id: words(call['id']), name: words(name), input: parse(args) };
              }),
            ];
        }
      }),
      tools: list(body['tools']).map(({ function: tool }) => ({
        name: words(tool?.['name']),
        shape: shapeOf(tool?.['parameters']),
      })),
      stops: strings(body['stop']),
      ...(format && { answer: shapeOf(format['json_schema']?.['schema']) }),
    };
  },

  messages(body) {
    const system = contentOf(body['system']).text;
    const asked = / fits this JSON Schema, and with nothing else:\n(\{.*\})/.exec(system)?.[1];
    return {
      said: [
        ...spoken('system', system),
        ...list(body['messages']).flatMap((message): Said[] => {
          const role = words(message['role']) as 'user' | 'assistant' | 'system';
          if (typeof message['content'] === 'string') return spoken(role, message['content']);
          const waiting: Said[] = [];
          const said: Said[] = [];
          for (const block of list(message['content'])) {
            if (words(block['type']) === 'tool_result') {
              const { text, media } = contentOf(block['content']);
              const failed = block['is_error'] === (true as unknown);
              said.push({ who: 'result', id: words(block['tool_use_id']), text, failed });
              waiting.push(...media);
              continue;
            }
            said.push(...waiting.splice(0));
            if (words(block['type']) === 'tool_use')
              said.push({
                who: 'call',
                id: words(block['id']),
                name: words(block['name']),
                input: block['input'],
              });
            else if (words(block['type']) === 'thinking')
              said.push({ who: 'thinking', text: words(block['thinking']) });
            else {
              const { text, media } = contentOf([block]);
              said.push(...spoken(role, text, media));
            }
          }
          return [...said, ...waiting];
        }),
      ],
      tools: list(body['tools']).map((tool) => ({
        name: words(tool['name']),
        shape: shapeOf(tool['input_schema']),
      })),
      stops: strings(body['stop_sequences']),
      ...(asked !== undefined && { answer: shapeOf(parse(asked)) }),
    };
  },

  responses(body) {
    const format = body['text']?.['format'];
    return {
      said: [
        ...spoken('system', words(body['instructions'])),
        ...list(body['input']).flatMap((item): Said[] => {
          switch (words(item['type'])) {
            case 'message': {
              const { text, media } = contentOf(item['content']);
              return spoken(words(item['role']) as 'system' | 'user' | 'assistant', text, media);
            }
            case 'reasoning':
              return spoken('thinking', contentOf(item['summary']).text);
            case 'function_call':
              return [
                {
                  who: 'call',
                  id: words(item['call_id']),
                  name: words(item['name']),
                  input: parse(item['arguments']),
                },
              ];
            case 'function_call_output': {
              const { text, media } = contentOf(item['output']);
              return [toResult(words(item['call_id']), text), ...media];
            }
            default:
              return [];
          }
        }),
      ],
      tools: list(body['tools'])
        .filter((tool) => words(tool['type']) === 'function')
        .map((tool) => ({ name: words(tool['name']), shape: shapeOf(tool['parameters']) })),
      stops: [],
      ...(format && { answer: shapeOf(format['schema']) }),
    };
  },

  gemini(body) {
    const answer = body['generationConfig']?.['responseSchema'];
    return {
      said: [
        ...spoken('system', contentOf(body['systemInstruction']?.['parts']).text),
        ...list(body['contents']).flatMap((content): Said[] => {
          const waiting: Said[] = [];
          const said: Said[] = [];
          for (const part of list(content['parts'])) {
            const { functionCall: call, functionResponse: response } = part;
            if (response) {
              const { output, error } = response['response'] ?? {};
              const text = words(output) || words(error);
              const failed = error !== undefined;
              said.push({ who: 'result', id: words(response['id']), text, failed });
              waiting.push(...list(response['parts']).flatMap((inner) => contentOf([inner]).media));
              waiting.push(...notesIn(text));
              continue;
            }
            said.push(...waiting.splice(0));
            const role = words(content['role']) === 'model' ? 'assistant' : 'user';
            if (call)
              said.push({
                who: 'call',
                id: words(call['id']),
                name: words(call['name']),
                input: call['args'],
              });
            else if (part['thought']) said.push(...spoken('thinking', words(part['text'])));
            else {
              const { text, media } = contentOf([part]);
              said.push(...spoken(role, text, media));
            }
          }
          return [...said, ...waiting];
        }),
      ],
      tools: list(body['tools']).flatMap((tool) =>
        list(tool['functionDeclarations']).map((one) => ({
          name: words(one['name']),
          shape: shapeOf(one['parameters']),
        })),
      ),
      stops: strings(body['generationConfig']?.['stopSequences']),
      ...(answer && { answer: shapeOf(answer) }),
    };
  },
};

function spoken(who: 'system' | 'user' | 'assistant' | 'thinking', text: string, media: Said[] = []): Said[] {
  // White space alone stands in the place of thinking that is not there.
  return [...(text.trim() === '' ? [] : [{ who, text }]), ...media];
}

function toResult(id: string, text: string): Said {
  return {
    who: 'result',
    id,
    text,
    failed: text.startsWith(failedMark) || text.startsWith('<tool_use_error>'),
  };
}

/** The words of a content and the media in it, whatever a part calls them. */
function contentOf(content: unknown): { text: string; media: Said[] } {
  if (typeof content === 'string') return { text: content, media: notesIn(content) };
  const parts = list(content);
  const text = parts
    .map((part) => words(part['text']))
    .filter((one) => one !== '')
    .join('\n\n');
  const data = parts.flatMap((part): Said[] => {
    const urls = [
      part['image_url'],
      part['image_url']?.['url'],
      part['file_data'],
      part['file']?.['file_data'],
    ];
    const inUrl = urls.map((url) => words(url).split(';base64,')[1] ?? '').find((one) => one !== '');
    const found = inUrl ?? (words(part['source']?.['data']) || words(part['inlineData']?.['data']));
    return found === '' ? [] : [{ who: 'media', data: found }];
  });
  return { text, media: [...data, ...notesIn(text)] };
}

function notesIn(text: string): Said[] {
  return [...text.matchAll(notes)].map(([note]) => ({ who: 'media', data: note }));
}

function parse(text: unknown): unknown {
  return JSON.parse(words(text)) as unknown;
}

function strings(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : [];
}
