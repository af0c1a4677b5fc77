/**
 * The real proxy in front of a small server that answers exactly as a public report says, byte for byte. It records what it
 * gets, and does not check it.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelEntry, Provider, Settings } from '../../lib/config/settings.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import type { LooseJson } from './loose-json.ts';
import { modelOf, proxyOver, type ProxyOptions, type ProxyUnderTest } from './proxy.ts';

/** Answers one request. */
export type Responder = (response: ServerResponse, received: Received) => void;

export interface Received {
  body: LooseJson;
  headers: IncomingHttpHeaders;
  /** With its query. */
  path: string;
}

export interface Scripted extends ProxyUnderTest {
  received: Received[];
}

export interface ScriptedOptions extends Omit<ProxyOptions, 'answers' | 'emulator' | 'change'> {
  format: WireFormat;
  /** One per request, in order; the last one answers all later requests. */
  script: readonly Responder[];
  /** Fields of the first model's entry. */
  entry?: Partial<ModelEntry>;
  /** Fields of its provider. */
  providerFields?: Partial<Provider>;
  change?: (settings: Settings) => Settings;
}

/** A JSON answer. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Responder =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));

/** A stream of events; a string is sent as it is, an object as the data of an event with its `type` as name. */
export const events =
  (...all: readonly unknown[]): Responder =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of all) response.write(typeof event === 'string' ? event : toEvent(event as object));
    response.end();
  };

function toEvent(event: object): string {
  const { type } = event as { type?: unknown };
  return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}

/** A short answer in the format, that says `text`. */
export function answerIn(format: WireFormat, text = 'ok'): Responder {
  switch (format) {
    case 'messages':
      return events(
        { type: 'message_start', message: { id: 'm', usage: { input_tokens: 1, output_tokens: 0 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
        { type: 'message_stop' },
      );
    case 'responses':
      return events(
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { type: 'message', id: 'i', content: [] },
        },
        { type: 'response.output_text.delta', output_index: 0, item_id: 'i', content_index: 0, delta: text },
        {
          type: 'response.completed',
          response: {
            status: 'completed',
            output: [{ type: 'message', id: 'i', content: [{ type: 'output_text', text }] }],
            usage: { input_tokens: 1, output_tokens: 1 },
          },
        },
      );
    case 'gemini':
      return events({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] });
    default:
      return events(
        { choices: [{ index: 0, delta: { content: text }, finish_reason: null }] },
        { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
        'data: [DONE]\n\n',
      );
  }
}

/** The proxy with one model, `emulator/first`, at the scripted server, unless `models` names more. */
export async function scripted(options: ScriptedOptions): Promise<Scripted> {
  const { format, script, entry, providerFields, change, ...others } = options;
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one = {
        body: JSON.parse(text || '{}') as LooseJson,
        headers: request.headers,
        path: request.url ?? '',
      };
      const respond = script[Math.min(received.length, script.length - 1)];
      received.push(one);
      respond?.(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = format === 'gemini' ? `${origin}/v1beta/models` : `${origin}/v1/upstream`;
  const over = await proxyOver({
    models: [modelOf('first', { wire_format: format, ...entry })],
    ...others,
    change: (settings) => {
      const providers = Object.entries(settings.providers).map(([name, provider]): [string, Provider] => [
        name,
        { ...provider, endpoints: { [format]: endpoint }, ...(name === 'emulator' && providerFields) },
      ]);
      const changed = { ...settings, providers: Object.fromEntries(providers) };
      return change ? change(changed) : changed;
    },
  });
  return {
    ...over,
    received,
    async [Symbol.asyncDispose]() {
      await over[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
    },
  };
}
