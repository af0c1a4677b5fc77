/**
 * The real proxy, with a real configuration file, in front of small servers that answer exactly as public reports say. What
 * a test sees is what the servers get and what the client gets.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../lib/config/load.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import type { Proxy } from '../../lib/proxy/proxy.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { put } from '../config/scratch.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { readResponse, requestBody, token, type ClientResponse } from './proxy.ts';
import { json, type Received, type Responder } from './scripted-upstream.ts';

export interface Upstream {
  format: WireFormat;
  /** One per request, in order; the last one answers all later requests. */
  script: readonly Responder[];
  /** The id of its model. */
  model?: string;
  /** Fields of the model's entry. */
  entry?: object;
  /** Fields of the provider's entry. */
  provider?: object;
}

export interface Configured {
  /** What each upstream got, by the provider's name. */
  received: Record<string, Received[]>;
  log: LogEntry[];
  /** Sends a request, reads the whole response and checks it against the laws. */
  send(body?: object, headers?: Record<string, string>): Promise<ClientResponse>;
  /** Ends the proxy and starts another one with the same configuration, which has nothing in memory. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Providers by their name; the model of the first is the default, and the others are its fallbacks in this order. */
export async function configured(
  upstreams: Readonly<Record<string, Upstream>>,
  more: object = {},
): Promise<Configured> {
  const received: Record<string, Received[]> = {};
  const servers: Server[] = [];
  const providers: Record<string, object> = {};
  const entries: object[] = [];
  for (const [name, upstream] of Object.entries(upstreams)) {
    const got: Received[] = [];
    received[name] = got;
    const server = await serve(upstream.script, got);
    servers.push(server);
    const { format, model = 'some-model' } = upstream;
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    providers[name] = {
      wire_format: format,
      base_url: format === 'gemini' ? `${origin}/v1beta/models` : `${origin}/v1`,
      api_key: `key-of-${name}`,
      ...upstream.provider,
    };
    entries.push({ provider: name, model_id: model, ...upstream.entry });
  }
  const home = mkdtempSync(join(tmpdir(), 'occ-field-'));
  put(join(home, '.config/occ/config.json'), {
    providers,
    models: { default: entries[0] },
    ...(entries.length > 1 && { fallbacks: { default: entries.slice(1) } }),
    retry: { attempts: 0, base_ms: 1, max_ms: 1 },
    ...more,
  });
  const { settings } = await loadSettings({ env: {}, home });
  const log: LogEntry[] = [];
  const start = (): Promise<Proxy> =>
    startProxy({
      settings: () => settings,
      token,
      host: '127.0.0.1',
      port: 0,
      watchesQuotas: false,
      log: (entry) => log.push(entry),
    });
  let proxy = await start();
  return {
    received,
    log,
    async send(body = requestBody(), headers = {}) {
      const response = await fetch(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return await readResponse(response);
    },
    async restart() {
      await proxy.close(0);
      proxy = await start();
    },
    async [Symbol.asyncDispose]() {
      await proxy.close(0);
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function serve(script: readonly Responder[], received: Received[]): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Received['body'];
      const one = { body, headers: request.headers, path: request.url ?? '' };
      const respond = script[Math.min(received.length, script.length - 1)];
      received.push(one);
      respond?.(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The content of a message, streamed or not, as the client sends it back. */
export function contentOf(response: ClientResponse): { type: string; id?: string }[] {
  const message = response.message ?? foldMessage(response.events);
  assert(message, response.body);
  return message.content;
}

/** The tool that answers call. */
export const readTool = {
  name: 'Read',
  description: 'Reads a file.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
};

/** The request after `first`: its messages, the assistant's content and a result for each call. */
export function following(
  first: Record<string, unknown>,
  content: readonly { type: string; id?: string }[],
): Record<string, unknown> & { messages: unknown[] } {
  const results = content
    .filter(({ type }) => type === 'tool_use')
    .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'a file' }));
  return {
    ...first,
    messages: [
      ...(first['messages'] as unknown[]),
      { role: 'assistant', content },
      { role: 'user', content: results.length > 0 ? results : 'go on' },
    ],
  };
}

/** A whole answer that says `text`, for `stream: false`. */
export function wholeAnswerIn(format: WireFormat, text = 'ok'): Responder {
  switch (format) {
    case 'messages':
      return json(200, {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [{ type: 'text', text }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      });
    case 'responses':
      return json(200, {
        id: 'r',
        object: 'response',
        status: 'completed',
        output: [
          {
            type: 'message',
            id: 'i',
            role: 'assistant',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ],
        usage: { input_tokens: 1, output_tokens: 1 },
      });
    case 'gemini':
      return json(200, {
        candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
      });
    default:
      return json(200, {
        id: 'c',
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      });
  }
}
