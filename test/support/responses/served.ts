/** Prints events for a Responses client, reads the printed bytes, and asks OpenAI's SDK what they mean. */
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { accumulateResponse } from 'openai/lib/responses/ResponseAccumulator';
import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { ErrorEvent, StreamEvent } from '../../../lib/anthropic/events.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { Printer } from '../../../lib/wire/served.ts';
import { served } from '../../../lib/wire/responses/served/index.ts';
import { brokenRule } from '../../../lib/wire/responses/served/grammar.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import { messageId, requestedModel } from '../turns.ts';

export const plainBody: JsonObject = { model: requestedModel, input: 'go on', stream: true };
export const answerHead = { messageId, requestId: 'req_1', created: 1_787_800_000 } as const;

export function readBody(body: unknown, headers: Record<string, string> = {}) {
  return served.read({
    pathname: '/v1/responses',
    query: new URLSearchParams(),
    headers,
    body: body as JsonObject,
  });
}

export function printerFor(body: JsonObject = plainBody): Printer {
  return readBody(body).printer(answerHead);
}

/**
 * The text of a whole stream, printed as the proxy does: a start without frames goes with the headers, and `Printer.error`
 * prints an error.
 */
export function printed(events: readonly StreamEvent[], body?: JsonObject): string {
  const printer = printerFor(body);
  return events
    .map((event) => {
      if (event.type === 'error') return failed(printer, event);
      if (event.type === 'message_start' && event.frames === undefined) return toText(printer.start(event));
      return toText(printer.print(event));
    })
    .join('');
}

function failed(printer: Printer, { error }: ErrorEvent): string {
  return printer.error({ ...error, status: 500, requestId: 'req_1' });
}

export function toText(encoded: string | Uint8Array): string {
  return typeof encoded === 'string' ? encoded : new TextDecoder().decode(encoded);
}

/** The data of each event. The `event:` line must name the same type. */
export function eventsIn(text: string): JsonObject[] {
  const events: JsonObject[] = [];
  for (const block of text.split('\n\n')) {
    if (block === '' || block.startsWith(':')) continue;
    const [, event, data] = /^event: (\S+)\ndata: ([^\n]*)$/.exec(block) ?? [];
    assert.ok(data !== undefined, `not an event: ${block.slice(0, 200)}`);
    const json = JSON.parse(data) as JsonObject;
    assert.equal(json['type'], event);
    events.push(json);
  }
  return events;
}

/** Fails if a printed stream breaks a law; returns its events. */
export function lawful(text: string): JsonObject[] {
  const events = eventsIn(text);
  assert.equal(brokenRule(events), undefined, text.slice(0, 4000));
  assert.equal(events[0]?.['sequence_number'], 0);
  return events;
}

/** What OpenAI's SDK makes of a stream. */
export async function sdkResponse(text: string): Promise<Response> {
  return client(text, 'text/event-stream').responses.stream({ model: 'm', input: 'go on' }).finalResponse();
}

/** The items that OpenAI's SDK has put together after these events. */
export function sdkOutput(events: readonly JsonObject[]): unknown {
  let snapshot: Response | undefined;
  for (const event of events)
    snapshot = accumulateResponse(event as unknown as ResponseStreamEvent, snapshot);
  return snapshot?.output;
}

/** What OpenAI's SDK makes of a whole answer. */
export async function sdkWhole(body: unknown): Promise<Response> {
  return client(JSON.stringify(body), 'application/json').responses.create({ model: 'm', input: 'go on' });
}

function client(body: string, type: string): OpenAI {
  return new OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: () => Promise.resolve(new globalThis.Response(body, { headers: { 'content-type': type } })),
  });
}

/** The response object of the last event. */
export function finalOf(events: readonly JsonObject[]): JsonObject {
  return events.at(-1)?.['response'] as JsonObject;
}

export interface Said {
  text: string;
  thinking: string;
  calls: string[];
  signatures: string[];
}

/** The content of events, independent of how it is divided. */
export function saidIn(events: readonly StreamEvent[]): Said {
  const content = foldMessage(events)?.content ?? [];
  return {
    text: content.map(({ text }) => text ?? '').join(''),
    thinking: content.map(({ thinking }) => thinking ?? '').join(''),
    calls: content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => `${id} ${name} ${JSON.stringify(input)}`),
    signatures: content.flatMap(
      ({ signature, data }) => signature ?? (data === undefined ? [] : `occr.${data}`),
    ),
  };
}

/** The content of output items, read without code of lib. */
export function saidBy(output: readonly JsonObject[]): Said {
  const said: Said = { text: '', thinking: '', calls: [], signatures: [] };
  for (const item of output as unknown as LooseJson[]) {
    for (const part of asObjects(item['content'])) said.text += asText(part['text']);
    for (const part of asObjects(item['summary'])) said.thinking += asText(part['text']);
    if (asText(item['type']) === 'reasoning') said.signatures.push(asText(item['encrypted_content']));
    if (asText(item['type']) !== 'function_call') continue;
    const args = JSON.stringify(JSON.parse(asText(item['arguments'])));
    said.calls.push(`${asText(item['call_id'])} ${asText(item['name'])} ${args}`);
  }
  return said;
}
