/** Reads the content of a request in an upstream's format, independently of lib. */
import { asObjects, asText, type LooseJson } from './loose-json.ts';
import { shapeOf, type RequestContent, type ContentEntry } from './client-content.ts';
import type { Format } from './turns.ts';

export function upstreamContent(format: Format, request: unknown): RequestContent {
  return readers[format](request as LooseJson);
}

const readers: Record<Format, (body: LooseJson) => RequestContent> = {
  chat: (body) => ({
    entries: [...inChat(body)],
    tools: asObjects(body['tools']).map(({ function: tool }) => toTool(tool, 'parameters')),
    stops: strings(body['stop']),
    ...toAnswer(body['response_format']?.['json_schema']?.['schema']),
  }),
  messages(body) {
    // The messages format asks for the schema of the answer in the system prompt.
    const requested = / fits this JSON Schema, and with nothing else:\n(\{.*\})/.exec(
      textOf(body['system']),
    )?.[1];
    return {
      entries: [...inMessages(body)],
      tools: asObjects(body['tools']).map((tool) => toTool(tool, 'input_schema')),
      stops: strings(body['stop_sequences']),
      ...toAnswer(requested === undefined ? undefined : parse(requested)),
    };
  },
  responses: (body) => ({
    entries: [...inResponses(body)],
    tools: asObjects(body['tools'])
      .filter((tool) => asText(tool['type']) === 'function')
      .map((tool) => toTool(tool, 'parameters')),
    stops: [],
    ...toAnswer(body['text']?.['format']?.['schema']),
  }),
  gemini: (body) => ({
    entries: [...inGemini(body)],
    tools: asObjects(body['tools'])
      .flatMap((tool) => asObjects(tool['functionDeclarations']))
      .map((tool) => toTool(tool, 'parameters')),
    stops: strings(body['generationConfig']?.['stopSequences']),
    ...toAnswer(body['generationConfig']?.['responseSchema']),
  }),
};

function* inChat(body: LooseJson): Iterable<ContentEntry> {
  for (const message of asObjects(body['messages'])) {
    const role = asText(message['role']);
    const text = textOf(message['content']);
    if (role === 'tool') {
      yield toResult(asText(message['tool_call_id']), text);
      yield* mediaIn(message['content']);
    } else if (role !== 'assistant') {
      yield* textEntry(role as 'system' | 'user', text);
      yield* mediaIn(message['content']);
    } else {
      yield* textEntry('thinking', asText(message['reasoning_content']));
      yield* textEntry('assistant', text);
      for (const { id, function: called } of asObjects(message['tool_calls']))
        yield toCall(id, called?.['name'], parse(called?.['arguments']));
    }
  }
}

function* inMessages(body: LooseJson): Iterable<ContentEntry> {
  yield* textEntry('system', textOf(body['system']));
  for (const { role, content } of asObjects(body['messages'])) {
    const blocks = asObjects(typeof content === 'string' ? [{ type: 'text', text: content }] : content);
    const results = blocks.filter((block) => asText(block['type']) === 'tool_result');
    for (const { tool_use_id: id, content: inner, is_error: failed } of results)
      yield { who: 'result', id: asText(id), text: textOf(inner), failed: failed === (true as unknown) };
    for (const result of results) yield* mediaIn(result['content']);
    for (const block of blocks) {
      const type = asText(block['type']);
      if (type === 'tool_use') yield toCall(block['id'], block['name'], block['input']);
      else if (type === 'thinking') yield { who: 'thinking', text: asText(block['thinking']) };
      else if (type !== 'tool_result') {
        yield* textEntry(asText(role) as 'system' | 'user' | 'assistant', asText(block['text']));
        yield* mediaIn([block]);
      }
    }
  }
}

function* inResponses(body: LooseJson): Iterable<ContentEntry> {
  yield* textEntry('system', asText(body['instructions']));
  for (const item of asObjects(body['input'])) {
    switch (asText(item['type'])) {
      case 'message':
        yield* textEntry(asText(item['role']) as 'system' | 'user' | 'assistant', textOf(item['content']));
        yield* mediaIn(item['content']);
        break;
      case 'reasoning':
        yield* textEntry('thinking', textOf(item['summary']));
        break;
      case 'function_call':
        yield toCall(item['call_id'], item['name'], parse(item['arguments']));
        break;
      case 'function_call_output':
        yield toResult(asText(item['call_id']), textOf(item['output']));
        yield* mediaIn(item['output']);
    }
  }
}

function* inGemini(body: LooseJson): Iterable<ContentEntry> {
  yield* textEntry('system', textOf(body['systemInstruction']?.['parts']));
  for (const { role, parts } of asObjects(body['contents'])) {
    const responses = asObjects(asObjects(parts).map(({ functionResponse }) => functionResponse));
    for (const { id, response } of responses) {
      const { output, error } = response ?? {};
      const text = asText(output) || asText(error);
      yield { who: 'result', id: asText(id), text, failed: error !== undefined };
    }
    for (const { response, parts: media } of responses) {
      yield* mediaIn(asText(response?.['output']) || asText(response?.['error']));
      yield* mediaIn(media);
    }
    for (const part of asObjects(parts)) {
      const { functionCall: call } = part;
      if (call) yield toCall(call['id'], call['name'], call['args']);
      else if (part['thought']) yield* textEntry('thinking', asText(part['text']));
      else {
        yield* textEntry(asText(role) === 'model' ? 'assistant' : 'user', asText(part['text']));
        yield* mediaIn([part]);
      }
    }
  }
}

function toTool(tool: LooseJson | undefined, schema: string): RequestContent['tools'][number] {
  return { name: asText(tool?.['name']), shape: shapeOf(tool?.[schema]) };
}

function toAnswer(schema: unknown): Pick<RequestContent, 'answer'> {
  return schema === undefined ? {} : { answer: shapeOf(schema) };
}

function toCall(id: unknown, name: unknown, input: unknown): ContentEntry {
  return { who: 'call', id: asText(id), name: asText(name), input };
}

const failedMark = '[the tool reported an error]';

function toResult(id: string, text: string): ContentEntry {
  const failed = text.startsWith(failedMark) || text.startsWith('<tool_use_error>');
  return { who: 'result', id, text, failed };
}

/** Yields nothing for white space, which is a placeholder for missing thinking. */
function* textEntry(who: 'system' | 'user' | 'assistant' | 'thinking', text: string): Iterable<ContentEntry> {
  if (text.trim() !== '') yield { who, text };
}

/** The text of a content in any format. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = asObjects(content).map((part) => asText(part['text']));
  return texts.filter((text) => text !== '').join('\n\n');
}

/** The media of a content in any format, and the notes that replace some of them. */
function* mediaIn(content: unknown): Iterable<ContentEntry> {
  for (const part of asObjects(content)) {
    const { image_url: image, file_data: data, file, source, inlineData: inline } = part;
    const urls = [image, image?.['url'], data, file?.['file_data']].map(
      (url) => asText(url).split(';base64,')[1],
    );
    const found = [...urls, asText(source?.['data']), asText(inline?.['data'])].find((one) => one);
    if (found !== undefined) yield { who: 'media', data: found };
  }
  for (const [note] of textOf(content).matchAll(/\[(?:image|document)[^\]]*not shown[^\]]*\]/g))
    yield { who: 'media', data: note };
}

function parse(text: unknown): unknown {
  return JSON.parse(asText(text)) as unknown;
}

function strings(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : [];
}
