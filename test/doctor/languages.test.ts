/** Tests how the clients of doctor read what a proxy sends them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messages } from '../../lib/doctor/languages/messages.ts';
import { spoken } from '../../lib/doctor/languages/spoken.ts';
import type { RecordedResponse } from '../../lib/doctor/bench/recorded-response.ts';

const request = { model: 'm', messages: [], stream: true };

function received(text: string): RecordedResponse {
  const chunks = [{ atMs: 1, bytes: Buffer.from(text) }];
  return { status: 200, headers: {}, chunks, ended: 'complete', endedMs: 2 };
}

const delta = (text: string): string =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`;
const finish = `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`;

test('a stream that breaks off violates a law, and one that reports an error does not', () => {
  const chat = spoken('chat');
  assert.deepEqual(chat.read(received(delta('hi')), request), {
    rule: 'P1: the upstream ended its answer without finishing it',
  });
  const failed = chat.read(
    received(`${delta('hi')}data: {"error":{"message":"no","type":"api_error"}}\n\n`),
    request,
  );
  assert('length' in failed && failed.at(-1)?.event.type === 'error');
});

test('content is noticed when it arrives', () => {
  const sees = spoken('chat').watchContent(request);
  assert.equal(sees(Buffer.from(': keep-alive\n\n')), false);
  assert.equal(sees(Buffer.from(delta('hi'))), true);
});

test('a keep-alive is distinguished from a separator of events', () => {
  for (const format of ['chat', 'gemini'] as const) {
    assert.equal(spoken(format).keptAlive(received(delta('hi') + finish)), false);
    assert.equal(spoken(format).keptAlive(received(`${delta('hi')}: keep-alive\n\n${finish}`)), true);
    assert.equal(spoken(format).keptAlive(received(`${delta('hi')}\n\n${finish}`)), true);
    assert.equal(spoken(format).keptAlive(received(`\n\n${delta('hi')}`)), true);
  }
  assert.equal(messages.keptAlive(received('event: message_stop\ndata: {"type":"message_stop"}\n\n')), false);
  assert.equal(messages.keptAlive(received('event: ping\ndata: {"type":"ping"}\n\n')), true);
});

test('an error in the shape of another format is none', () => {
  const anthropic = JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'no' } });
  const openai = JSON.stringify({ error: { message: 'no', type: 'api_error', param: null, code: null } });
  const google = JSON.stringify({ error: { code: 500, message: 'no', status: 'INTERNAL' } });
  assert.equal(messages.error(500, openai), undefined);
  assert.equal(messages.error(500, anthropic)?.message, 'no');
  assert.equal(spoken('gemini').error(500, openai), undefined);
  assert.equal(spoken('gemini').error(503, google), undefined);
  assert.equal(spoken('gemini').error(500, google)?.message, 'no');
  assert.equal(spoken('responses').error(500, google), undefined);
  assert.equal(spoken('responses').error(500, openai)?.message, 'no');
});
