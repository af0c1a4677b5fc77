/** Tests the judges of what the client and the upstream received and sent, and who is at fault. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageStart, usageOf, encodeEvent, type StreamEvent } from '../../../lib/anthropic/events.ts';
import { judgeClient } from '../../../lib/doctor/laws/client-laws.ts';
import type {
  FailedAttempt,
  RecordedExchange,
  RecordedUpstream,
} from '../../../lib/doctor/bench/recorded-exchange.ts';
import type { RecordedResponse } from '../../../lib/doctor/bench/recorded-response.ts';
import { judgeUpstream } from '../../../lib/doctor/laws/upstream-laws.ts';
import { toFailure } from '../../../lib/doctor/laws/fault.ts';

const request = { model: 'm', max_tokens: 10, stream: true, messages: [] };

function response(text: string, more: Partial<RecordedResponse> = {}): RecordedResponse {
  const chunks = text === '' ? [] : [{ atMs: 5, bytes: Buffer.from(text) }];
  return { status: 200, headers: {}, chunks, ended: 'complete', endedMs: 10, ...more };
}

function side(text: string, more: Partial<RecordedUpstream> = {}): RecordedUpstream {
  return { ...response(text), url: 'http://x/', sentMs: 1, ...more };
}

function exchange(client: RecordedResponse, upstream: RecordedUpstream[] = []): RecordedExchange {
  return { request, client, upstream };
}

const start = messageStart('msg_1', 'm', usageOf(1));
const valid: StreamEvent[] = [
  start,
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Größe' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 1 },
  },
  { type: 'message_stop' },
];
const sent = valid.map(encodeEvent).join('');

describe('the client', () => {
  test('receives a valid stream, with the arrival time of each event', () => {
    const bytes = Buffer.from(sent);
    const cut = bytes.indexOf('Gr') + 3; // within a character of two bytes
    const chunks = [
      { atMs: 1, bytes: bytes.subarray(0, cut) },
      { atMs: 9, bytes: bytes.subarray(cut) },
    ];
    const outcome = judgeClient(exchange(response('', { chunks })));
    assert.ok(outcome.kind === 'complete');
    assert.equal(outcome.message.content[0]?.text, 'Größe');
    assert.deepEqual(
      outcome.events.map(({ atMs }) => atMs),
      [1, 1, 9, 9, 9, 9],
    );
  });

  const broken: Record<string, [string, RegExp]> = {
    'a keep-alive inside an event': [
      sent.replace('\ndata: {"type":"content_block_stop"', '\n: ping\ndata: {"type":"content_block_stop"'),
      /^L11/,
    ],
    'an event that is split': [sent.replace('"index":0', '"ind\n\n: ping\n\nex":0'), /^L11/],
    'an end within an event': [sent.slice(0, -3), /^L11: the stream ends within/],
    'a missing end': [sent.replace(encodeEvent({ type: 'message_stop' }), ''), /^L4/],
    'a first block with index 1': [sent.replaceAll('"index":0', '"index":1'), /^L2/],
    'an event name that differs from its type': [
      sent.replace('event: message_stop', 'event: message_delta'),
      /^L11/,
    ],
    '[DONE]': [`${sent}data: [DONE]\n\n`, /^L11/],
    'the name of another model': [sent.replace('"model":"m"', '"model":"n"'), /^L1/],
  };
  for (const [name, [text, rule]] of Object.entries(broken))
    test(`rejects ${name}`, () => {
      const outcome = judgeClient(exchange(response(text)));
      assert.ok(outcome.kind === 'violation', outcome.kind);
      assert.match(outcome.rule, rule);
    });

  test('accepts only errors in Anthropic’s shape', () => {
    const body = '{"type":"error","error":{"type":"api_error","message":"no"}}';
    assert.equal(judgeClient(exchange(response(body, { status: 502 }))).kind, 'error');
    assert.equal(judgeClient(exchange(response('<html>', { status: 502 }))).kind, 'violation');
    assert.equal(judgeClient(exchange(response('{"error":"no"}', { status: 502 }))).kind, 'violation');
  });
});

describe('a chat upstream', () => {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;
  const call = (index: number, args: string): string =>
    chunk({ tool_calls: [{ index, id: 'c', function: { name: 'f', arguments: args } }] });
  const done = 'data: [DONE]\n\n';
  const judge = (text: string, more: Partial<RecordedUpstream> = {}) =>
    judgeUpstream(side(text, more), 'chat');

  test('sends a valid stream', () => {
    assert.deepEqual(judge(chunk({ content: 'a' }) + chunk({}, 'stop') + done), {
      deviations: [],
      counted: false,
    });
  });
  test('may omit [DONE] after the finish reason', () => {
    assert.deepEqual(judge(chunk({ content: 'a' }, 'stop')).deviations, []);
  });
  test('breaks off its answer', () => {
    assert.match(judge(chunk({ content: 'a' })).broken ?? '', /^did not finish its answer/);
    assert.match(
      judge(chunk({ content: 'a' }), { ended: 'broken', endedMs: 120_401 }).broken ?? '',
      /during its answer, after 120 s/,
    );
    assert.deepEqual(judge(chunk({}, 'stop'), { ended: 'broken' }).deviations, [
      'breaks the connection after its end',
    ]);
  });
  test('starts at index 1 or sends broken arguments', () => {
    assert.deepEqual(judge(call(1, '{}') + chunk({}, 'tool_calls') + done).deviations, [
      'starts a tool call at index 1 instead of 0',
    ]);
    assert.match(judge(call(0, '{"a":') + chunk({}, 'tool_calls')).broken ?? '', /arguments/);
    assert.equal(judge(call(0, '{"a":') + chunk({}, 'length')).broken, undefined);
  });
  test('sends keep-alives, between events and within them', () => {
    assert.deepEqual(judge(`: hi\n\n${chunk({}, 'stop')}`).deviations, []);
    assert.deepEqual(judge(`event: x\n: hi\n${chunk({}, 'stop')}`).deviations, [
      'puts keep-alives inside events',
    ]);
    assert.equal(judge('data: {"choi\n: hi\n\nces":[]}\n\n').broken, 'splits its events with keep-alives');
    assert.equal(judge('data: {"choi\n\n').broken, 'sent an event that is not JSON');
  });
});

describe('who is at fault', () => {
  const remedyFor = () => ({ text: 'a', commands: ['b'] }) as const;
  const error = (message: string) =>
    ({
      kind: 'error',
      status: 502,
      error: { type: 'api_error', message },
      events: [],
    }) as const;
  const fault = (upstream: RecordedUpstream[], failed?: FailedAttempt) =>
    toFailure(
      { ...exchange(response(''), upstream), ...(failed && { failed }) },
      error('it failed'),
      'p',
      'chat',
      remedyFor,
    ).fault;
  const complete = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

  test('occ, if the upstream’s answer is valid or the client’s stream is not', () => {
    assert.equal(fault([side(complete)]), 'occ');
    const violation = { kind: 'violation', rule: 'L4' } as const;
    assert.equal(toFailure(exchange(response('')), violation, 'p', 'chat', remedyFor).fault, 'occ');
  });
  test('occ, also if it reports a valid answer as broken, or cannot encode the request', () => {
    assert.equal(
      fault([side(complete)], {
        trouble: 'truncated',
      }),
      'occ',
    );
    assert.equal(fault([], { trouble: 'encoding' }), 'occ');
  });
  test('the provider, if it broke off, refused, never answered, or sent what occ cannot use', () => {
    assert.equal(fault([side('data: {"choices":[]}\n\n')]), 'provider');
    assert.equal(fault([side('{"error":{"message":"busy"}}', { status: 529 })]), 'provider');
    const { status: _, ...silent } = side('', { ended: 'broken', reason: 'x refused the connection' });
    assert.equal(fault([silent]), 'provider');
    const aborted = side(complete, { ended: 'aborted' });
    assert.equal(fault([aborted], { trouble: 'malformed' }), 'provider');
  });
  test('the client side, if the key was refused or a configured cap cut off the stream', () => {
    assert.equal(fault([side('{"error":{"type":"AuthError","message":"no"}}', { status: 401 })]), 'client');
    assert.equal(
      fault([side(complete, { ended: 'aborted' })], {
        trouble: 'timeout',
        limit: 'streaming_timeout_ms',
      }),
      'client',
    );
  });
});
