/** Reads requests and prints answers as a client of generateContent, and checks what is printed against its laws. */
import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { served } from '../../../lib/wire/gemini/served/index.ts';
import { Unservable, type Printer, type ReadRequest } from '../../../lib/wire/served.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';

export type Form = 'sse' | 'array';

export const model = 'google/gemini-x';
export const head = { messageId: 'msg_01Served', requestId: 'req_1', created: 1_787_800_000 };

export interface Asked {
  method?: 'generateContent' | 'streamGenerateContent' | 'countTokens';
  form?: Form;
  model?: string;
}

export function read(body: object, { method, form = 'sse', model: id = model }: Asked = {}): ReadRequest {
  return served.read({
    pathname: `/v1beta/models/${id}:${method ?? 'streamGenerateContent'}`,
    query: new URLSearchParams(form === 'sse' ? { alt: 'sse' } : {}),
    headers: {},
    body: body as JsonObject,
  });
}

/** The path of the field for which a body is refused. */
export function refusedFor(body: object, asked?: Asked): string | undefined {
  try {
    read(body, asked);
  } catch (error) {
    assert.ok(error instanceof Unservable, String(error));
    return error.param ?? '';
  }
  return undefined;
}

export const say = (text: string): object => ({ contents: [{ role: 'user', parts: [{ text }] }] });
export const thinkingShown = { generationConfig: { thinkingConfig: { includeThoughts: true } } };

export function printerFor(fields: object = thinkingShown, form: Form = 'sse'): Printer {
  return read({ ...say('go'), ...fields }, { form }).printer(head);
}

/** The bytes of a stream with a heartbeat between any two texts, as the proxy may send them. */
export function printed(events: readonly StreamEvent[], printer: Printer): string {
  const [first, ...rest] = events;
  if (first?.type !== 'message_start') return events.map((event) => printer.print(event)).join('');
  const beat = printer.heartbeat;
  const own = first.frames === undefined ? '' : String(printer.print(first));
  return [printer.start(first), own, ...rest.map((event) => printer.print(event))].join(beat);
}

export function whole(events: readonly StreamEvent[], printer: Printer): LooseJson {
  const message = foldMessage(events);
  assert.ok(message);
  return JSON.parse(JSON.stringify(printer.whole(message))) as LooseJson;
}

/** The chunks of a stream. Fails for bytes that are not in the form of a stream (G1). */
export function chunksIn(text: string, form: Form): LooseJson[] {
  if (form === 'array') return asObjects(JSON.parse(text));
  const events = text.split(/\n\n/);
  // A failure is bare JSON after the last blank line (G7).
  const failure = events.pop() ?? '';
  const chunks = events
    .filter((event) => event !== '')
    .map((event) => {
      const [, data] = /^data: ([^\r\n]+)$/.exec(event) ?? [];
      assert.ok(data !== undefined, `G1: ${JSON.stringify(event)}`);
      const chunk = JSON.parse(data) as LooseJson;
      assert.equal(chunk['error'], undefined, `G7: ${data}`);
      return chunk;
    });
  if (failure === '') return chunks;
  assert.match(failure, /^\{"error":.*\}$/);
  return [...chunks, JSON.parse(failure) as LooseJson];
}

/** What a stream holds, read without code of lib. */
export interface Content {
  text: string;
  thinking: string;
  calls: { id: string; name: string; args: unknown }[];
  finish: string | undefined;
  error: LooseJson | undefined;
}

export function contentIn(chunks: readonly LooseJson[]): Content {
  const content: Content = { text: '', thinking: '', calls: [], finish: undefined, error: undefined };
  for (const chunk of chunks) {
    if (chunk['error']) content.error = chunk['error'];
    const [candidate] = asObjects(chunk['candidates']);
    if (candidate?.['finishReason']) content.finish = asText(candidate['finishReason']);
    for (const part of asObjects(candidate?.['content']?.['parts'])) {
      const { functionCall: call } = part;
      if (call)
        content.calls.push({ id: asText(call['id']), name: asText(call['name']), args: call['args'] });
      else if (part['thought']) content.thinking += asText(part['text']);
      else content.text += asText(part['text']);
    }
  }
  return content;
}

const partKinds = [
  'text',
  'functionCall',
  'toolCall',
  'toolResponse',
  'executableCode',
  'codeExecutionResult',
  'inlineData',
  'fileData',
];

/** Asserts the laws of a stream that was printed from events. `passed` allows what may pass from an upstream (G2, G6). */
export function obeysLaws(chunks: readonly LooseJson[], { shown = true, passed = false } = {}): void {
  const said = JSON.stringify(chunks).slice(0, 2000);
  const finishes = chunks.flatMap((chunk, n) =>
    asObjects(chunk['candidates']).some((one) => one['finishReason']) || isBlocked(chunk) ? [n] : [],
  );
  const errors = chunks.flatMap((chunk, n) => (chunk['error'] ? [n] : []));
  assert.equal(finishes.length + errors.length, 1, `G4, G7: ${said}`);
  if (errors.length > 0) assert.deepEqual(errors, [chunks.length - 1], `G7: ${said}`);
  else if (!passed) assert.deepEqual(finishes, [chunks.length - 1], `G4: ${said}`);
  const ids = new Set(chunks.filter((one) => !one['error']).map((one) => one['responseId']));
  if (!passed) assert.ok(ids.size <= 1, `G6: ${said}`);
  for (const [n, chunk] of chunks.entries()) {
    if (chunk['error']) isError(chunk['error']);
    else obeysChunkLaws(chunk, n === chunks.length - 1, shown, passed);
  }
}

function isBlocked(chunk: LooseJson): boolean {
  const reason = asText(chunk['promptFeedback']?.['blockReason']);
  return reason !== '' && reason !== 'BLOCKED_REASON_UNSPECIFIED';
}

function isError(error: LooseJson): void {
  const code = error['code'] as unknown;
  assert.ok(typeof code === 'number' && code >= 400 && code < 600, `G7: ${JSON.stringify(error)}`);
  assert.match(asText(error['status']), /^[A-Z_]+$/);
  assert.notEqual(asText(error['message']), '');
}

function obeysChunkLaws(chunk: LooseJson, last: boolean, shown: boolean, passed: boolean): void {
  const said = JSON.stringify(chunk);
  const candidates = asObjects(chunk['candidates']);
  if (!passed) assert.equal(chunk['modelVersion'], model, `G6: ${said}`);
  else assert.ok([undefined, model].includes(chunk['modelVersion'] as never), `G6: ${said}`);
  if (passed && candidates.length === 0) return;
  assert.equal(candidates.length, 1, `G2: ${said}`);
  const [candidate] = candidates;
  assert.ok([0, ...(passed ? [undefined] : [])].includes(candidate?.['index'] as never), `G2: ${said}`);
  const parts = asObjects(candidate?.['content']?.['parts']);
  if (!passed) {
    assert.equal(candidate?.['content']?.['role'], 'model', `G2: ${said}`);
    assert.ok(parts.length > 0, `G2: ${said}`);
    assert.equal(chunk['usageMetadata'] !== undefined, last, `G5: ${said}`);
  }
  for (const part of parts) obeysPartLaws(part, last, shown, passed);
  if (last && !passed) usageAddsUp(chunk['usageMetadata'] as unknown as Record<string, number>);
}

function obeysPartLaws(part: LooseJson, last: boolean, shown: boolean, passed: boolean): void {
  const said = JSON.stringify(part);
  assert.equal(partKinds.filter((kind) => part[kind] !== undefined).length, 1, `G3: ${said}`);
  const { functionCall: call } = part;
  if (call) {
    assert.notEqual(asText(call['name']), '', `G3: ${said}`);
    assert.ok(
      call['args'] !== null && typeof call['args'] === 'object' && !Array.isArray(call['args']),
      said,
    );
    if (!passed) assert.match(asText(call['id']), /^[A-Za-z0-9_-]+$/, `G3: ${said}`);
  } else if (!passed) assert.ok(asText(part['text']) !== '' || last, `G3: ${said}`);
  assert.ok(part['thought'] === undefined || shown, `G8: ${said}`);
  const signature = part['thoughtSignature'];
  if (signature === undefined) return;
  assert.match(asText(signature), /^[A-Za-z0-9+/]+=*$/, `G9: ${said}`);
  assert.match(atob(asText(signature)), /^\{"occ":1,/, `G9: ${said}`);
}

function usageAddsUp(usage: Record<string, number> | undefined): void {
  assert.ok(usage, 'G5: no usage');
  const { promptTokenCount: prompt = NaN, candidatesTokenCount: answered = NaN } = usage;
  const { thoughtsTokenCount: thoughts = 0, cachedContentTokenCount: cached = 0 } = usage;
  assert.equal(usage['totalTokenCount'], prompt + answered + thoughts, `G5: ${JSON.stringify(usage)}`);
  assert.ok(cached <= prompt && answered >= 0, `G5: ${JSON.stringify(usage)}`);
}
