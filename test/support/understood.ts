/** What an upstream understands of a request in its format; simple readers that share no line with lib. */
import { list, words, type Loose } from './loose.ts';
import { shapeOf, type Meaning, type Said } from './meant.ts';
import type { Format } from './turns.ts';

export function understoodBy(format: Format, request: unknown): Meaning {
  return readers[format](request as Loose);
}

const readers: Record<Format, (body: Loose) => Meaning> = {
  chat: (body) => ({
    said: [...inChat(body)],
    tools: list(body['tools']).map(({ function: tool }) => toTool(tool, 'parameters')),
    stops: strings(body['stop']),
    ...toAnswer(body['response_format']?.['json_schema']?.['schema']),
  }),
  messages(body) {
    // Where the form of the answer has no field of its own it is asked for in words.
    const asked = / fits this JSON Schema, and with nothing else:\n(\{.*\})/.exec(
      textOf(body['system']),
    )?.[1];
    return {
      said: [...inMessages(body)],
      tools: list(body['tools']).map((tool) => toTool(tool, 'input_schema')),
      stops: strings(body['stop_sequences']),
      ...toAnswer(asked === undefined ? undefined : parse(asked)),
    };
  },
  responses: (body) => ({
    said: [...inResponses(body)],
    tools: list(body['tools'])
      .filter((tool) => words(tool['type']) === 'function')
      .map((tool) => toTool(tool, 'parameters')),
    stops: [],
    ...toAnswer(body['text']?.['format']?.['schema']),
  }),
  gemini: (body) => ({
    said: [...inGemini(body)],
    tools: list(body['tools'])
      .flatMap((tool) => list(tool['functionDeclarations']))
      .map((tool) => toTool(tool, 'parameters')),
    stops: strings(body['generationConfig']?.['stopSequences']),
    ...toAnswer(body['generationConfig']?.['responseSchema']),
  }),
};

function* inChat(body: Loose): Iterable<Said> {
  for (const message of list(body['messages'])) {
    const role = words(message['role']);
    const text = textOf(message['content']);
    if (role === 'tool') {
      yield toResult(words(message['tool_call_id']), text);
      yield* mediaIn(message['content']);
    } else if (role !== 'assistant') {
      yield* spoken(role as 'system' | 'user', text);
      yield* mediaIn(message['content']);
    } else {
      yield* spoken('thinking', words(message['reasoning_content']));
      yield* spoken('assistant', text);
      for (const { id, function: called } of list(message['tool_calls']))
        yield toCall(id, called?.['name'], parse(called?.['arguments']));
    }
  }
}

function* inMessages(body: Loose): Iterable<Said> {
  yield* spoken('system', textOf(body['system']));
  for (const { role, content } of list(body['messages'])) {
    const blocks = list(typeof content === 'string' ? [{ type: 'text', text: content }] : content);
    const results = blocks.filter((block) => words(block['type']) === 'tool_result');
    for (const { tool_use_id: id, content: inner, is_error: failed } of results)
      yield { who: 'result', id: words(id), text: textOf(inner), failed: failed === (true as unknown) };
    for (const result of results) yield* mediaIn(result['content']);
    for (const block of blocks) {
      const type = words(block['type']);
      if (type === 'tool_use') yield toCall(block['id'], block['name'], block['input']);
      else if (type === 'thinking') yield { who: 'thinking', text: words(block['thinking']) };
      else if (type !== 'tool_result') {
        yield* spoken(words(role) as 'system' | 'user' | 'assistant', words(block['text']));
        yield* mediaIn([block]);
      }
    }
  }
}

function* inResponses(body: Loose): Iterable<Said> {
  yield* spoken('system', words(body['instructions']));
  for (const item of list(body['input'])) {
    switch (words(item['type'])) {
      case 'message':
        yield* spoken(words(item['role']) as 'system' | 'user' | 'assistant', textOf(item['content']));
        yield* mediaIn(item['content']);
        break;
      case 'reasoning':
        yield* spoken('thinking', textOf(item['summary']));
        break;
      case 'function_call':
        yield toCall(item['call_id'], item['name'], parse(item['arguments']));
        break;
      case 'function_call_output':
        yield toResult(words(item['call_id']), textOf(item['output']));
        yield* mediaIn(item['output']);
    }
  }
}

function* inGemini(body: Loose): Iterable<Said> {
  yield* spoken('system', textOf(body['systemInstruction']?.['parts']));
  for (const { role, parts } of list(body['contents'])) {
    const responses = list(list(parts).map(({ functionResponse }) => functionResponse));
    for (const { id, response } of responses) {
      const { output, error } = response ?? {};
      const text = words(output) || words(error);
      yield { who: 'result', id: words(id), text, failed: error !== undefined };
    }
    for (const { response, parts: media } of responses) {
      yield* mediaIn(words(response?.['output']) || words(response?.['error']));
      yield* mediaIn(media);
    }
    for (const part of list(parts)) {
      const { functionCall: call } = part;
      if (call) yield toCall(call['id'], call['name'], call['args']);
      else if (part['thought']) yield* spoken('thinking', words(part['text']));
      else {
        yield* spoken(words(role) === 'model' ? 'assistant' : 'user', words(part['text']));
        yield* mediaIn([part]);
      }
    }
  }
}

function toTool(tool: Loose | undefined, schema: string): Meaning['tools'][number] {
  return { name: words(tool?.['name']), shape: shapeOf(tool?.[schema]) };
}

function toAnswer(schema: unknown): Pick<Meaning, 'answer'> {
  return schema === undefined ? {} : { answer: shapeOf(schema) };
}

function toCall(id: unknown, name: unknown, input: unknown): Said {
  return { who: 'call', id: words(id), name: words(name), input };
}

const failedMark = '[the tool reported an error]';

function toResult(id: string, text: string): Said {
  const failed = text.startsWith(failedMark) || text.startsWith('<tool_use_error>');
  return { who: 'result', id, text, failed };
}

/** White space alone stands in the place of thinking that is not there. */
function* spoken(who: 'system' | 'user' | 'assistant' | 'thinking', text: string): Iterable<Said> {
  if (text.trim() !== '') yield { who, text };
}

/** The words of a content, whatever a part calls them. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = list(content).map((part) => words(part['text']));
  return texts.filter((text) => text !== '').join('\n\n');
}

/** The media of a content, whatever a part calls them, and the notes that stand for some. */
function* mediaIn(content: unknown): Iterable<Said> {
  for (const part of list(content)) {
    const { image_url: image, file_data: data, file, source, inlineData: inline } = part;
    const urls = [image, image?.['url'], data, file?.['file_data']].map(
      (url) => words(url).split(';base64,')[1],
    );
    const found = [...urls, words(source?.['data']), words(inline?.['data'])].find((one) => one);
    if (found !== undefined) yield { who: 'media', data: found };
  }
  for (const [note] of textOf(content).matchAll(/\[(?:image|document)[^\]]*not shown[^\]]*\]/g))
    yield { who: 'media', data: note };
}

function parse(text: unknown): unknown {
  return JSON.parse(words(text)) as unknown;
}

function strings(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : [];
}
