/** An upstream that answers with another model than was asked for, and says so: the record, the log and `occ why` tell. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logStories } from '../../lib/commands/why/from-log.ts';
import { describeEntry } from '../../lib/commands/logs/describe.ts';
import type { JsonObject } from '../../lib/json.ts';
import { explain } from '../../lib/commands/why/explain.ts';
import { parseLogLine } from '../../lib/log/read-log.ts';
import { requestBody, waitUntil } from '../support/proxy.ts';
import { events, json, scripted, type Responder } from '../support/scripted-upstream.ts';
import type { Format } from '../support/turns.ts';

/** A short answer whose model has this name, as each format says it: in the first event, or in a body that is not streamed. */
const streamed = (model: string): Record<Format, Responder> => ({
  chat: events(
    { model, choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: null }] },
    { model, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    'data: [DONE]\n\n',
  ),
  messages: events(
    { type: 'ping' },
    { type: 'message_start', message: { id: 'm', model, usage: { input_tokens: 1, output_tokens: 0 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ok' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ),
  responses: events(
    { type: 'response.created', response: { id: 'r', model, status: 'in_progress', output: [] } },
    { type: 'response.output_text.delta', output_index: 0, item_id: 'i', content_index: 0, delta: 'ok' },
    { type: 'response.completed', response: { model, status: 'completed', output: [] } },
  ),
  gemini: events({
    modelVersion: model,
    candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
  }),
});

const whole = (model: string): Record<Format, Responder> => ({
  chat: json(200, { model, choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] }),
  messages: json(200, {
    type: 'message',
    model,
    content: [{ type: 'text', text: 'ok' }],
    stop_reason: 'end_turn',
  }),
  responses: json(200, {
    object: 'response',
    model,
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'ok' }] }],
  }),
  gemini: json(200, {
    modelVersion: model,
    candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
  }),
});

async function askedOf(format: Format, responder: Responder) {
  await using over = await scripted({ format, script: [responder], entry: { model_id: 'kimi-k2' } });
  await over.send(requestBody());
  await waitUntil(() => over.proxy.recent.list().length > 0, 'a record');
  const [record] = over.proxy.recent.list();
  assert(record);
  assert.equal(record.ending, 'answered');
  const stories = logStories();
  for (const entry of over.log) {
    const parsed = parseLogLine(JSON.stringify({ time: new Date().toISOString(), pid: 1, ...entry }));
    if (parsed) stories.add(parsed);
  }
  const fromLog = stories.find(record.id);
  assert(fromLog);
  const told = (
    [
      [record, 'memory'],
      [fromLog, 'log'],
    ] as const
  ).map(([request, source]) => explain({ request, source, from: 'here' }).steps[0] ?? '');
  const logged = over.log.find(({ event }) => event === 'attempt');
  return { attempt: record.attempts[0], told, line: describeEntry(logged as JsonObject).text };
}

for (const [shape, answers] of Object.entries({ streamed, whole }))
  describe(shape, () => {
    for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
      test(`${format}: another model is noted`, async () => {
        const { attempt, told, line } = await askedOf(format, answers('Qwen3-Max')[format]);
        assert.match(line, /, called its model Qwen3-Max/);
        assert.equal(attempt?.otherModel, 'Qwen3-Max');
        for (const step of told) assert.match(step, /answered in .*, and called its model Qwen3-Max$/);
      });

      test(`${format}: the same model under a longer name is not`, async () => {
        const { attempt, told } = await askedOf(format, answers('moonshotai/Kimi-K2-Instruct')[format]);
        assert.equal(attempt?.otherModel, undefined);
        for (const step of told) assert.doesNotMatch(step, /called/);
      });
    }
  });

test('a name as long as a book is cut, and a key in it is not kept', async () => {
  const { attempt } = await askedOf('chat', streamed(`sk-${'a1'.repeat(30)} ${'x'.repeat(5000)}`).chat);
  assert.ok((attempt?.otherModel?.length ?? 999) <= 220);
  assert.doesNotMatch(attempt?.otherModel ?? '', /a1a1a1/);
});

test('words in the place of a name do not reach the log', async () => {
  const { attempt, told } = await askedOf('chat', streamed('what the user had asked').chat);
  assert.equal(attempt?.otherModel, 'what the user had asked');
  assert.match(told[1] ?? '', /called its model unknown$/);
});
