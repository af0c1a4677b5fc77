/** Starts the real proxy in front of the real emulator, with a client that validates everything it reads. */
import assert from 'node:assert/strict';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import type { Message, StreamEvent } from '../../lib/anthropic/events.ts';
import type { ModelEntry, Provider, Settings, Timeouts } from '../../lib/config/settings.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { inTurn, type Answer } from '../../lib/emulator/answer.ts';
import type { Script } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { emulatorSettings } from '../../lib/emulator/settings.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { wait, type Clock } from '../../lib/proxy/clock.ts';
import type { Proxy } from '../../lib/proxy/proxy.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import type { Upstream } from '../../lib/proxy/upstream.ts';
import type { SilenceListener } from '../../lib/proxy/waiting.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { hangMs, waitUntil } from './limits.ts';

export { waitUntil } from './limits.ts';

export interface ProxyOptions {
  /** One answer per upstream request, in order; a request beyond them is refused with 500. */
  answers?: readonly (Answer | Script)[];
  emulator?: EmulatorOptions;
  /** The models in the order they are tried; unless given, `emulator/first` and `other/second` in `format`. */
  models?: readonly ModelEntry[];
  format?: WireFormat;
  provider?: Partial<Omit<Provider, 'timeouts'>>;
  timeouts?: Partial<Timeouts>;
  /** No retry and no wait unless given. */
  retry?: Partial<Settings['retry']>;
  heartbeatMs?: number;
  /** Applied to the settings at the end. */
  change?: (settings: Settings) => Settings;
  /** Called for every snapshot of the settings; replaces all options above. */
  settings?: () => Settings;
  token?: string | undefined;
  host?: string;
  /** The clock of the proxy and of the emulator's waits; the system's otherwise. */
  clock?: Clock;
  watchesQuotas?: boolean;
  silences?: SilenceListener;
  /** Opens the connections to upstreams, in place of the system's environment. */
  upstream?: () => Promise<Upstream>;
}

/** Options of one request. */
export interface RequestOptions extends Omit<RequestInit, 'headers'> {
  path?: string;
  headers?: Record<string, string>;
}

export interface ProxyUnderTest {
  url: string;
  proxy: Proxy;
  emulator: Emulator;
  log: LogEntry[];
  settings: Settings;
  /** Sends a Messages request and returns the unread response. */
  post(body?: object | string, init?: RequestOptions): Promise<Response>;
  /** Sends a Messages request, reads the whole response and checks it against the laws. */
  send(body?: object | string, init?: RequestOptions): Promise<ClientResponse>;
  /** The models of the upstream requests so far, in order. */
  requestedModels(): string[];
  /** Resolves when this number of attempts is logged; an attempt may be logged shortly after its response. */
  attemptsLogged(attempts: number): Promise<void>;
  /** Log entries of level warn or error. */
  warnings(): LogEntry[];
  [Symbol.asyncDispose](): Promise<void>;
}

export const token = 'token-of-this-launch-0123456789abcdef';

/** The body of a Messages request; streaming unless `more` overrides it. */
export function requestBody(more: object = {}): Record<string, unknown> {
  return {
    model: 'claude-sonnet-5',
    max_tokens: 1000,
    stream: true,
    messages: [{ role: 'user', content: 'hello' }],
    ...more,
  };
}

/** A model of the emulator without tight limits; `more` overrides fields. */
export function modelOf(id: string, more: Partial<ModelEntry> = {}): ModelEntry {
  return {
    provider: 'emulator',
    model_id: id,
    wire_format: 'chat',
    context_window: 1_000_000,
    max_output_tokens: 64_000,
    supports_tools: true,
    vision: true,
    ...more,
  };
}

const given = await loadSettings({ env: {}, home: '/nonexistent' });
/** The settings of a fresh installation. */
export const defaults: Settings = given.settings;

const longTimeouts: Timeouts = { headersMs: hangMs, firstEventMs: hangMs, idleMs: hangMs };

/** For `change`: gives the second model long timeouts, so that a test's timeouts apply only to the first. */
export function withUnhurriedSecond(settings: Settings): Settings {
  const { other } = settings.providers;
  assert(other);
  return { ...settings, providers: { ...settings.providers, other: { ...other, timeouts: longTimeouts } } };
}

export function settingsFor(url: string, options: ProxyOptions = {}): Settings {
  const { format = 'chat', provider, timeouts, retry, heartbeatMs = 10_000, change } = options;
  const base = emulatorSettings(defaults, url);
  const models = options.models ?? [
    modelOf('first', { wire_format: format }),
    modelOf('second', { wire_format: format, provider: 'other' }),
  ];
  const [first, ...rest] = models;
  assert(first);
  const emulated = base.providers['emulator'];
  assert(emulated);
  const upstream: Provider = { ...emulated, ...provider, timeouts: { ...longTimeouts, ...timeouts } };
  const settings: Settings = {
    ...base,
    models: { default: first },
    fallbacks: rest.length > 0 ? { default: rest } : {},
    providers: { emulator: upstream, other: { ...upstream, name: 'other' } },
    retry: { attempts: 0, baseMs: 0, maxMs: 0, maxAttemptsTotal: 6, ...retry },
    drainMs: 10_000,
    heartbeatMs,
  };
  return change ? change(settings) : settings;
}

/** A proxy in front of an emulator with these answers or options. */
export async function proxyOver(
  given: readonly (Answer | Script)[] | ProxyOptions = {},
): Promise<ProxyUnderTest> {
  const options = isAnswers(given) ? { answers: given } : given;
  const { clock } = options;
  const emulator = await startEmulator({
    ...(options.answers && { script: inTurn(options.answers) }),
    ...(clock && { pause: pauseOn(clock) }),
    ...options.emulator,
  });
  const settings = settingsFor(emulator.url, options);
  const log: LogEntry[] = [];
  const secret = 'token' in options ? options.token : token;
  const proxy = await startProxy({
    settings: options.settings ?? (() => settings),
    ...(secret !== undefined && { token: secret }),
    host: options.host ?? '127.0.0.1',
    watchesQuotas: options.watchesQuotas === true,
    ...(clock && { clock }),
    ...(options.upstream && { upstream: options.upstream }),
    silences: options.silences,
    port: 0,
    log: (entry) => log.push(entry),
  });

  function post(
    body: object | string = requestBody(),
    { path = '/v1/messages', headers, ...init }: RequestOptions = {},
  ): Promise<Response> {
    return fetch(proxy.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    });
  }

  return {
    url: proxy.url,
    proxy,
    emulator,
    log,
    settings,
    post,
    send: async (body, init) => readResponse(await post(body, init)),
    attemptsLogged: (attempts) =>
      waitUntil(
        () => log.filter(({ event }) => event === 'attempt').length >= attempts,
        `${attempts} attempts`,
      ),
    requestedModels: () =>
      emulator.requests
        .filter(({ format }) => format !== undefined)
        .map(({ conversation }) => conversation.model),
    warnings: () => log.filter(({ level }) => level === 'warn' || level === 'error'),
    async [Symbol.asyncDispose]() {
      await proxy.close(0);
      await emulator.close();
    },
  };
}

function pauseOn(clock: Clock): NonNullable<EmulatorOptions['pause']> {
  return async (ms, gone) => {
    await wait(clock, ms, gone);
    gone.throwIfAborted();
  };
}

function isAnswers(
  given: readonly (Answer | Script)[] | ProxyOptions,
): given is readonly (Answer | Script)[] {
  return Array.isArray(given);
}

export interface ClientResponse {
  status: number;
  headers: Headers;
  /** The whole body. */
  body: string;
  /** The events of a stream; empty if the response is not a stream. */
  events: StreamEvent[];
  /** The data line of each event. */
  data: string[];
  /** The error in the body or in the last event. */
  error: { type: string; message: string } | undefined;
  /** The text of the message, streamed or not. */
  text: string;
  stopReason: string | null;
  message: Message | undefined;
}

/** Reads a whole response. Fails if it breaks off, breaks a law of the stream, or has an error of another shape. */
export async function readResponse(response: Response): Promise<ClientResponse> {
  const text = await response.text();
  const read: ClientResponse = {
    status: response.status,
    headers: response.headers,
    body: text,
    events: [],
    data: [],
    error: undefined,
    text: '',
    stopReason: null,
    message: undefined,
  };
  assert.match(response.headers.get('request-id') ?? '', /^req_[0-9a-f]{24}$/);
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return readStream(read);
  assert.equal(response.headers.get('content-type'), 'application/json');
  if (text === '') return read;
  const body = JSON.parse(text) as Record<string, unknown>;
  if (response.ok) {
    const message = body as unknown as Message;
    if (message.type !== 'message') return read;
    read.message = message;
    read.text = message.content.map((block) => block.text ?? '').join('');
    read.stopReason = message.stop_reason;
    return read;
  }
  const { type, error, request_id, ...others } = body;
  assert.deepEqual([type, request_id, others], ['error', response.headers.get('request-id'), {}]);
  read.error = errorOf(error);
  return read;
}

function readStream(read: ClientResponse): ClientResponse {
  const { events, data } = readEvents(read.body);
  const rule = brokenRule(events);
  assert.equal(rule, undefined, `${rule}\n${read.body}`);
  for (const event of events) {
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
      read.text += event.delta.text;
    if (event.type === 'message_delta') read.stopReason = event.delta.stop_reason;
    if (event.type === 'error') read.error = errorOf(event.error);
  }
  return { ...read, events, data };
}

function errorOf(error: unknown): { type: string; message: string } {
  const { type, message, ...others } = error as Record<string, unknown>;
  assert(typeof type === 'string' && typeof message === 'string' && message !== '');
  assert.deepEqual(others, {});
  return { type, message };
}

/** Parses server-sent events that have exactly the form of L11, with nothing between them. */
export function readEvents(text: string): { events: StreamEvent[]; data: string[] } {
  const frames = text.split('\n\n');
  assert.equal(frames.pop(), '', 'the last event is not whole');
  const data: string[] = [];
  const events = frames.map((frame) => {
    const found = /^event: ([a-z_]+)\ndata: (\{.*\})$/.exec(frame);
    assert(found?.[2] !== undefined, `no event: ${JSON.stringify(frame.slice(0, 200))}`);
    const event = JSON.parse(found[2]) as StreamEvent;
    assert.equal(event.type, found[1]);
    data.push(found[2]);
    return event;
  });
  return { events, data };
}

/** The number of events of this type. */
export function count({ events }: ClientResponse, type: StreamEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}

/** Reads a stream until it contains `found`, and returns the reader for the rest. */
export async function readUntil(
  response: Response,
  found: string,
): Promise<{ text: string; reader: ReadableStreamDefaultReader<Uint8Array> }> {
  assert(response.body);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes(found)) {
    const { done, value } = await reader.read();
    assert(!done, `the stream ended without ${found}:\n${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return { text, reader };
}
