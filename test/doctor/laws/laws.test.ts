/** What each side sent, judged: the client's stream by the laws, the upstream's by its own format, and who is at fault. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageStart, usageOf, encodeEvent, type StreamEvent } from '../../../lib/anthropic/events.ts';
import { readClient } from '../../../lib/doctor/laws/client-laws.ts';
import type { Answered, Exchange, UpstreamSide } from '../../../lib/doctor/bench/recorded-exchange.ts';
import { readUpstream } from '../../../lib/doctor/laws/upstream-laws.ts';
import { wrongIn } from '../../../lib/doctor/laws/fault.ts';

const request = { model: 'm', max_tokens: 10, stream: true, messages: [] };

function answered(text: string, more: Partial<Answered> = {}): Answered {
  const pieces = text === '' ? [] : [{ atMs: 5, bytes: Buffer.from(text) }];
  return { status: 200, headers: {}, pieces, ended: 'whole', endedMs: 10, ...more };
}

function side(text: string, more: Partial<UpstreamSide> = {}): UpstreamSide {
  return { ...answered(text), url: 'http://x/', askedMs: 1, ...more };
}

function exchange(client: Answered, upstream: UpstreamSide[] = []): Exchange {
  return { request, client, upstream };
}

const start = messageStart('msg_1', 'm', usageOf(1));
const lawful: StreamEvent[] = [
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
const sent = lawful.map(encodeEvent).join('');

describe('the client', () => {
  test('reads a lawful stream whole, and knows when each event came', () => {
    const bytes = Buffer.from(sent);
    const cut = bytes.indexOf('Gr') + 3; // within a character of two bytes
    const pieces = [
      { atMs: 1, bytes: bytes.subarray(0, cut) },
      { atMs: 9, bytes: bytes.subarray(cut) },
    ];
    const heard = readClient(exchange(answered('', { pieces })));
    assert.ok(heard.kind === 'whole');
    assert.equal(heard.message.content[0]?.text, 'Größe');
    assert.deepEqual(
      heard.events.map(({ atMs }) => atMs),
      [1, 1, 9, 9, 9, 9],
    );
  });

  const broken: Record<string, [string, RegExp]> = {
    'a keep-alive inside an event': [
      sent.replace('\ndata: {"type":"content_block_stop"', '\n: ping\ndata: {"type":"content_block_stop"'),
      /^L11/,
    ],
    'an event that is torn': [sent.replace('"index":0', '"ind\n\n: ping\n\nex":0'), /^L11/],
    'an end within an event': [sent.slice(0, -3), /^L11: the stream ends within/],
    'no end': [sent.replace(encodeEvent({ type: 'message_stop' }), ''), /^L4/],
    'a block that starts at 1': [sent.replaceAll('"index":0', '"index":1'), /^L2/],
    'a name that differs': [sent.replace('event: message_stop', 'event: message_delta'), /^L11/],
    '[DONE]': [`${sent}data: [DONE]\n\n`, /^L11/],
    'another model’s name': [sent.replace('"model":"m"', '"model":"n"'), /^L1/],
  };
  for (const [what, [text, rule]] of Object.entries(broken))
    test(`does not take ${what}`, () => {
      const heard = readClient(exchange(answered(text)));
      assert.ok(heard.kind === 'unlawful', heard.kind);
      assert.match(heard.rule, rule);
    });

  test('takes an error of Anthropic’s shape for what it is, and no other', () => {
    const body = '{"type":"error","error":{"type":"api_error","message":"no"}}';
    assert.equal(readClient(exchange(answered(body, { status: 502 }))).kind, 'error');
    assert.equal(readClient(exchange(answered('<html>', { status: 502 }))).kind, 'unlawful');
    assert.equal(readClient(exchange(answered('{"error":"no"}', { status: 502 }))).kind, 'unlawful');
  });
});

describe('an upstream of the chat format', () => {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;
  const call = (index: number, args: string): string =>
    chunk({ tool_calls: [{ index, id: 'c', function: { name: 'f', arguments: args } }] });
  const done = 'data: [DONE]\n\n';
  const judge = (text: string, more: Partial<UpstreamSide> = {}) => readUpstream(side(text, more), 'chat');

  test('is lawful', () => {
    assert.deepEqual(judge(chunk({ content: 'a' }) + chunk({}, 'stop') + done), { odd: [], counted: false });
  });
  test('may leave out [DONE] after its finish', () => {
    assert.deepEqual(judge(chunk({ content: 'a' }, 'stop')).odd, []);
  });
  test('breaks off', () => {
    assert.match(judge(chunk({ content: 'a' })).broken ?? '', /^ended its answer without an end/);
    assert.match(
      judge(chunk({ content: 'a' }), { ended: 'broken', endedMs: 120_401 }).broken ?? '',
      /in mid-answer, after 120 s/,
    );
    assert.deepEqual(judge(chunk({}, 'stop'), { ended: 'broken' }).odd, [
      'breaks the connection after its end',
    ]);
  });
  test('numbers its first call 1, or sends arguments that are broken', () => {
    assert.deepEqual(judge(call(1, '{}') + chunk({}, 'tool_calls') + done).odd, [
      'starts a tool call at index 1 instead of 0',
    ]);
    assert.match(judge(call(0, '{"a":') + chunk({}, 'tool_calls')).broken ?? '', /arguments/);
    assert.equal(judge(call(0, '{"a":') + chunk({}, 'length')).broken, undefined);
  });
  test('sends keep-alives, between events and within them', () => {
    assert.deepEqual(judge(`: hi\n\n${chunk({}, 'stop')}`).odd, []);
    assert.deepEqual(judge(`event: x\n: hi\n${chunk({}, 'stop')}`).odd, ['puts keep-alives inside events']);
    assert.equal(
      judge('data: {"choi\n: hi\n\nces":[]}\n\n').broken,
      'tears its events apart with keep-alives',
    );
    assert.equal(judge('data: {"choi\n\n').broken, 'sent an event that is no JSON');
  });
});

describe('who is at fault', () => {
  const remedyFor = () => ({ text: '', commands: [] });
  const error = (message: string) =>
    ({
      kind: 'error',
      status: 502,
      error: { type: 'api_error', message },
      midway: true,
      events: [],
    }) as const;
  const fault = (upstream: UpstreamSide[], message = 'it failed') =>
    wrongIn(exchange(answered(''), upstream), error(message), 'p', 'chat', remedyFor).fault;
  const whole = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

  test('occ, when the upstream was lawful or the client’s stream is not', () => {
    assert.equal(fault([side(whole)]), 'occ');
    const unlawful = { kind: 'unlawful', rule: 'L4' } as const;
    assert.equal(wrongIn(exchange(answered('')), unlawful, 'p', 'chat', remedyFor).fault, 'occ');
  });
  test('occ, also when it says of a lawful upstream that it was not', () => {
    assert.equal(fault([side(whole)], 'the upstream ended its answer without finishing it'), 'occ');
  });
  test('the provider, when it broke off, refused, or never answered', () => {
    assert.equal(fault([side('data: {"choices":[]}\n\n')]), 'provider');
    assert.equal(fault([side('{"error":{"message":"busy"}}', { status: 529 })]), 'provider');
    const { status: _, ...silent } = side('', { ended: 'broken', reason: 'x refused the connection' });
    assert.equal(fault([silent]), 'provider');
  });
  test('the client’s side, when the key was refused or a cap of its own cut the stream', () => {
    assert.equal(fault([side('{"error":{"type":"AuthError","message":"no"}}', { status: 401 })]), 'client');
    assert.equal(
      fault([side(whole, { ended: 'left' })], 'no whole answer within 120 s (streaming_timeout_ms)'),
      'client',
    );
  });
});
