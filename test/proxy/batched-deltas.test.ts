/** Messages passed on many at a time, between a real upstream connection and a real client. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { slices } from '../support/cuts.ts';
import { readResponse, requestBody } from '../support/proxy.ts';
import { scripted, type Responder } from '../support/scripted-upstream.ts';

const event = (data: { type: string } & Record<string, unknown>) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const start =
  event({
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  }) + event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });

const texts = Array.from({ length: 5000 }, (_, n) => `piece ${n}: "é😀"\n`);
const deltas = texts.map((text) =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }).replace(
    '}}\n\n',
    '}     }\n\n',
  ),
);
const stop = event({ type: 'content_block_stop', index: 0 });
const end =
  event({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 9 },
  }) + event({ type: 'message_stop' });

/** Writes the parts one after the other, each when the one before has gone to the socket. */
const inWrites =
  (
    parts: readonly (string | Uint8Array)[],
    finish: (response: Parameters<Responder>[0]) => void,
  ): Responder =>
  (response) =>
    void (async () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const part of parts) {
        await new Promise((resolve) => response.write(part, resolve));
        await setImmediate();
      }
      finish(response);
    })();

const body = [start + deltas[0], ...chunksOf(deltas.slice(1), 97), stop + end];

function chunksOf(all: readonly string[], size: number): string[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, n) => all.slice(n * size, (n + 1) * size).join(''));
}

test('the client receives the bytes of the upstream', async () => {
  await using over = await scripted({
    format: 'messages',
    script: [inWrites(body, (response) => response.end())],
  });
  const response = await over.post(requestBody());
  assert.equal(await response.text(), body.join(''));
});

test('the client receives the bytes of the upstream, wherever its writes end', async () => {
  const bytes = Buffer.from(body.join(''));
  await using over = await scripted({
    format: 'messages',
    script: [inWrites(slices(bytes, 4999), (response) => response.end())],
  });
  const response = await over.post(requestBody());
  assert.equal(await response.text(), body.join(''));
});

test('a client that does not stream receives the whole text', async () => {
  await using over = await scripted({
    format: 'messages',
    script: [inWrites(body, (response) => response.end())],
  });
  const response = await over.send(requestBody({ stream: false }));
  assert.equal(response.text, texts.join(''));
});

test('an answer that breaks off after many deltas ends in an error, and nothing before is lost', async () => {
  await using over = await scripted({
    format: 'messages',
    script: [inWrites(body.slice(0, 20), (response) => response.destroy())],
  });
  const response = await readResponse(await over.post(requestBody()));
  assert.equal(response.events.at(-1)?.type, 'error');
  const sent = texts.slice(0, 1 + 19 * 97).join('');
  assert.ok(sent.startsWith(response.text) && response.text.length > 0);
});
