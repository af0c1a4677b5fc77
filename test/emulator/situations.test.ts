/** Tests the situations on demand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsOf } from '../../lib/emulator/faults.ts';
import { readMessagesRequest } from '../../lib/emulator/formats/messages-request.ts';
import { join, type Script } from '../../lib/emulator/script.ts';
import { answerSituation, situations } from '../../lib/emulator/situations.ts';
import type { Answer } from '../../lib/emulator/answer.ts';
import { chat } from '../../lib/emulator/formats/chat.ts';
import { bounded, formats, post, question, withEmulator } from './support.ts';

const tools = [
  {
    name: 'Add',
    input_schema: { type: 'object', properties: { a: { type: 'integer', minimum: 2 } }, required: ['a'] },
  },
];

function ask(prompt: string, more: object = {}): Answer | undefined {
  return answerSituation(
    readMessagesRequest({ model: 'model-a', messages: [{ role: 'user', content: prompt }], ...more }),
  );
}
const waits = (script: Script = []): number =>
  script.reduce((sum, step) => (step.type === 'wait' ? sum + step.ms : sum), 0);
const text = (script: Script = []): string =>
  script.map((step) => (step.type === 'text' ? join(step.text) : '')).join('');

test('a situation is requested by name, with numbers, for all models or one', () => {
  assert.equal(ask('just a prompt'), undefined);
  assert.equal(ask('[emulator: refuse 529 for model-b]'), undefined);
  assert.equal(ask('[emulator: refuse 529 for model-a]')?.reply?.status, 529);
  assert.equal(ask('Please. [Emulator:  REFUSE 503 7]  Thanks.')?.reply?.headers?.['retry-after'], '7');
  assert.equal(ask('[emulator: refuse]')?.reply?.status, 529);
  assert.match(
    text(ask('[emulator: constructor]')?.script),
    /knows no situation "constructor". It knows: tool-first/,
  );
});

test('times and sizes are as requested', () => {
  assert.equal(waits(ask('[emulator: slow 126s]')?.script), 126_000);
  assert.equal(waits(ask('[emulator: pause 2.5s]')?.script), 2500);
  assert.equal(ask('[emulator: late 3]')?.faults?.headersAfterMs, 3000);
  assert.equal(ask('[emulator: silent 4]')?.faults?.firstEventAfterMs, 4000);
  assert.equal(text(ask('[emulator: big 2MB]')?.script).length, 2e6);
  const counted = ask('[emulator: usage 900 100 20]')?.script?.at(-1);
  assert.deepEqual(counted, { type: 'usage', usage: { input: 900, cached: 100, output: 20, reasoning: 0 } });
});

test('tools are called with valid input', () => {
  const calls = ask('[emulator: parallel-tools 3]', { tools })?.script?.flatMap((step) =>
    step.type === 'tools' ? step.calls : [],
  );
  assert.deepEqual(
    calls?.map(({ name, input }) => [name, input]),
    Array.from({ length: 3 }, () => ['Add', { a: 2 }]),
  );
  assert.equal(ask('[emulator: tool-first]', { tools })?.script?.[0]?.type, 'tools');
  assert.match(text(ask('[emulator: tool-first]')?.script), /No tool was offered/);
});

/** How the response of each situation ends. */
const endings: Record<string, RegExp> = {
  cut: /sent|broken/,
  reset: /broken/,
  error: /sent/,
};
test('the client can recognise broken answers', bounded, async () => {
  await withEmulator({}, async (emulator) => {
    for (const format of formats) {
      for (const [name, how] of Object.entries(endings)) {
        const response = await post(emulator, format, question(`[emulator: ${name}]`));
        const body = await response.text().catch(() => 'broken off');
        const received = emulator.requests.at(-1);
        assert.match((await received?.ended)?.how ?? '', how, name);
        assert.doesNotMatch(body, /\[DONE\]|message_stop|response\.completed/, name);
        if (name === 'error') assert.match(body, /overloaded_error/);
      }
      for (const [name, status, type] of [
        ['html', 200, /text\/html/],
        ['empty', 200, /event-stream/],
        ['overflow', 400, /text\/plain/],
      ] as const) {
        const response = await post(emulator, format, question(`[emulator: ${name}]`));
        await response.text();
        assert.equal(response.status, status);
        assert.match(response.headers.get('content-type') ?? '', type);
      }
    }
  });
});

test('every situation has a description, and its example is answered and can be sent', () => {
  for (const [name, { usage, about }] of Object.entries(situations)) {
    assert.ok(usage.startsWith(name) && about.length > 10, name);
    const answer = ask(`[emulator: ${usage.replace(/[<[][^>\]]*[>\]]+/g, '').trim()}]`, { tools });
    assert.ok(answer?.script ?? answer?.reply, name);
    const head = { id: 'x', model: 'm', created: 0, flavour: 'go', inputTokens: 1 } as const;
    const actions = actionsOf(chat.stream(answer?.script ?? [], head), answer?.faults ?? {}, chat.errorEvent);
    const [first] = actions;
    assert.ok(first, name);
  }
});
