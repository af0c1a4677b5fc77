/**
 * Nothing of a request's or an answer's text reaches the log, whoever says it: upstreams quote the request in refusals, in
 * names of types and codes, in finish reasons, and in streams that break the format.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import type { Settings } from '../../lib/config/settings.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { proxyOver, requestBody } from '../support/proxy.ts';

const said = 'my secret plan';
const plan = new RegExp('secret.{0,3}plan', 'i');

type Responder = (response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Responder =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const stream =
  (...events: unknown[]): Responder =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events)
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    response.end();
  };
const delta = (fields: object, finish: string | null = null): object => ({
  id: 'c',
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});

const upstreams: [string, WireFormat, Responder][] = [
  [
    'a validator that repeats its input',
    'chat',
    json(422, { detail: [{ loc: ['body', 'x'], msg: `bad [input_value='${said}']`, input: said }] }),
  ],
  [
    'a refusal in its own words',
    'chat',
    json(400, { error: { message: `Invalid request: ${said}`, type: said, code: said, param: said } }),
  ],
  ['an outage', 'chat', json(503, { error: { message: `no server for ${said}`, type: said, code: said } })],
  [
    'a spent allowance',
    'messages',
    json(429, {
      type: 'error',
      error: { type: 'GoUsageLimitError', message: said },
      metadata: { limitName: said },
    }),
  ],
  ['a model that is gone', 'chat', json(410, { error: { message: `${said} is gone` } })],
  ['a refused key', 'chat', json(401, { error: { message: said, type: said } })],
  ['a filter', 'chat', json(400, { error: { message: said, code: 'content_filter', type: said } })],
  ['plain text', 'chat', (response) => void response.writeHead(400).end(said)],
  [
    'a page',
    'chat',
    (response) =>
      void response
        .writeHead(502, { 'content-type': 'text/html' })
        .end(`<html><title>${said}</title>${said}</html>`),
  ],
  [
    'a redirect',
    'chat',
    (response) =>
      void response
        .writeHead(302, {
          location: `http://127.0.0.1/${encodeURIComponent(said)}?${said.replaceAll(' ', '-')}`,
        })
        .end(),
  ],
  ['an error inside a stream', 'chat', stream({ error: { message: said, type: said, code: said } })],
  [
    'an error after content',
    'chat',
    stream(delta({ content: said }), { error: { message: said, type: said } }),
  ],
  [
    'an error after the finish',
    'chat',
    stream(delta({ content: said }), delta({}, 'stop'), { error: { message: said, type: said } }),
  ],
  ['a finish reason', 'chat', stream(delta({ content: said }), delta({}, said))],
  [
    'a call of an undeclared tool',
    'chat',
    stream(
      delta({ tool_calls: [{ index: 0, id: 'call_1', function: { name: said, arguments: '{}' } }] }),
      delta({}, 'tool_calls'),
    ),
  ],
  [
    'a part of an unknown type',
    'chat',
    stream(delta({ content: [{ type: said, value: said }] }), delta({ content: 'x' }, 'stop')),
  ],
  [
    'fields nobody knows',
    'chat',
    stream(
      delta({
        content: said,
        [said]: said,
        tool_calls: [
          { index: 0, id: 'a', [said]: said, function: { name: 'Read', arguments: `{"a":"${said}` } },
        ],
      }),
      delta({}, 'tool_calls'),
    ),
  ],
  ['events that are no JSON', 'chat', stream(`{"choices": ${said}`, said)],
  [
    'an event of an unknown type',
    'messages',
    stream({ type: said, message: said }, { type: 'error', error: { type: said, message: said } }),
  ],
  [
    'a delta of an unknown type',
    'messages',
    stream(
      { type: 'message_start', message: { usage: {} } },
      { type: 'content_block_delta', index: 0, delta: { type: said, text: said } },
      { type: 'message_delta', delta: { stop_reason: said } },
      { type: 'message_stop' },
    ),
  ],
  [
    'an incomplete answer',
    'responses',
    stream({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: said }, output: [] },
    }),
  ],
  [
    'a failed answer',
    'responses',
    stream({ type: 'response.failed', response: { status: 'failed', error: { code: said, message: said } } }),
  ],
  ['a blocked prompt', 'gemini', stream({ promptFeedback: { blockReason: said, blockReasonMessage: said } })],
  [
    'a part of an unknown kind',
    'gemini',
    stream({
      candidates: [{ content: { parts: [{ [said]: { a: said } }, { text: 'x' }] }, finishReason: said }],
    }),
  ],
];

/** The settings with every format of every provider at this URL. */
const at =
  (url: string, format: WireFormat) =>
  (settings: Settings): Settings => ({
    ...settings,
    circuitBreaker: { failures: 1, resetMs: 60_000 },
    providers: Object.fromEntries(
      Object.entries(settings.providers).map(([name, provider]) => [
        name,
        { ...provider, endpoints: { [format]: url } },
      ]),
    ),
  });

describe('no text of the conversation is logged', () => {
  for (const [name, format, respond] of upstreams)
    test(name, async () => {
      const server = createServer((request, response) => {
        request.resume().on('end', () => respond(response));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/${format === 'gemini' ? 'models' : 'x'}`;
        await using over = await proxyOver({ format, change: at(url, format) });
        const messages = [{ role: 'user', content: `please keep ${said} private` }];
        const tools = [{ name: 'Read', input_schema: { type: 'object', properties: {} } }];
        for (let i = 0; i < 2; i++) await (await over.post(requestBody({ messages, tools }))).text();
        await over.attemptsLogged(1);
        const lines = over.log.map((entry) => JSON.stringify(entry));
        assert.ok(lines.length >= 2);
        assert.deepEqual(
          lines.filter((line) => plan.test(line)),
          [],
        );
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
});
