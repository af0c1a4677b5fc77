/** Each loss of what a prompt cache had is explained by its cause, in conversations that do not disturb each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PromptPart } from '../../lib/wire/prompt.ts';
import { describeCauses, isBreak, type CacheRecord } from '../../lib/proxy/policy/cache-causes.ts';
import { printPrompt } from '../../lib/proxy/policy/prompt-print.ts';
import { promptMemory, type AnsweredPrompt, type PromptMemory } from '../../lib/proxy/prompt-memory.ts';

const minute = 60_000;

/** A prompt of so many messages of 4,000 characters, which are 1,000 tokens. */
function promptOf(messages: number, tools: readonly string[] = ['Bash']): PromptPart[] {
  return [
    ...tools.map((name): PromptPart => ({ kind: 'tool', name, value: { name }, schema: {} })),
    ...Array.from({ length: messages }, (_, at): PromptPart => ({
      kind: 'message',
      number: at + 1,
      value: `${at}`.padEnd(4000, '.'),
    })),
  ];
}

interface Sent extends Partial<AnsweredPrompt> {
  prompt: PromptPart[];
  read?: number;
  at?: number;
}

/** Sends a prompt; every four characters are a token. */
function send(memory: PromptMemory, { prompt, read = 0, at = 0, ...more }: Sent): CacheRecord {
  const print = printPrompt(prompt);
  const record = memory.note(
    {
      conversation: 'c',
      group: 'main',
      model: 'go/glm',
      format: 'chat',
      key: 0,
      request: 'req_1',
      print,
      usage: {
        input_tokens: Math.round(print.length / 4) - read,
        cache_read_input_tokens: read,
        output_tokens: 1,
      },
      ...more,
    },
    at,
  );
  assert.ok(record);
  return record;
}

const said = ({ causes = [] }: CacheRecord): string => describeCauses(causes);

test('the first request, and those that go on', () => {
  const memory = promptMemory();
  const first = send(memory, { prompt: promptOf(10) });
  assert.deepEqual([said(first), isBreak(first), first.possible], ['first request', false, 0]);
  const second = send(memory, { prompt: promptOf(12), read: 9984 });
  assert.deepEqual([said(second), second.read], ['', 9984]);
  assert.ok(Math.abs(second.possible - 10_006) < 10);
  const { conversations, ...figures } = memory.report(0);
  assert.deepEqual([figures.read, figures.breaks], [9984, 0]);
  assert.ok(figures.possible >= 9984 && figures.input > 22_000);
  assert.deepEqual([conversations.length, conversations[0]?.requests], [1, 2]);
});

test('what was sent explains a loss before anything else does', () => {
  const memory = promptMemory();
  send(memory, { prompt: promptOf(10) });
  const broken = send(memory, { prompt: promptOf(11, ['Agent', 'Bash']), session: 's', request: 'req_2' });
  assert.deepEqual([said(broken), isBreak(broken)], ['tools changed: +1 at place 1 (Agent)', true]);
  assert.equal(broken.possible, 0);
  const { breaks, conversations } = memory.report(0);
  assert.equal(breaks, 1);
  assert.equal(conversations[0]?.lastBreak?.request, 'req_2');
});

test('what the provider did not read, though it could: time, another key, a model that never reports, and no reason', () => {
  const memory = promptMemory();
  send(memory, { prompt: promptOf(10) });
  assert.equal(
    said(send(memory, { prompt: promptOf(11) })),
    'this model has not reported cached tokens so far',
  );
  send(memory, { prompt: promptOf(12), read: 11_000 });
  assert.match(
    said(send(memory, { prompt: promptOf(13) })),
    /^the same beginning as before, but the provider did not/,
  );
  assert.equal(said(send(memory, { prompt: promptOf(14), key: 1 })), 'another key of the provider');
  assert.equal(
    said(send(memory, { prompt: promptOf(15), key: 1, at: 7 * minute })),
    '7 minutes since the last request (the provider may have dropped it)',
  );
  // A provider that rounds down to a block of 1,024 tokens has read what it could.
  assert.equal(said(send(memory, { prompt: promptOf(16), key: 1, at: 7 * minute, read: 13_312 })), '');
});

test('another model answers: by choice, or as a fallback, and back again', () => {
  const memory = promptMemory();
  send(memory, { prompt: promptOf(10) });
  const fallback = { model: 'zen/kimi', fallbackFrom: 'go/glm' };
  assert.equal(
    said(send(memory, { prompt: promptOf(11), ...fallback })),
    'model changed (fallback from go/glm)',
  );
  // The first model still has its prefix.
  assert.equal(said(send(memory, { prompt: promptOf(12), read: 10_000 })), '');
  assert.equal(
    said(send(memory, { prompt: promptOf(12), model: 'zen/qwen' })),
    'model changed (before: go/glm)',
  );
});

test('sub-agents, requests of the client itself and other formats are conversations of their own', () => {
  const memory = promptMemory();
  const prompt = promptOf(10);
  send(memory, { prompt });
  for (const other of [{ conversation: 'd' }, { group: 'title' }, { format: 'messages' }])
    assert.equal(said(send(memory, { prompt: promptOf(9, ['Other']), ...other })), 'first request');
  assert.equal(said(send(memory, { prompt, read: 10_000 })), '');
});

test('of the latest prompts of a conversation, the one that shares most is compared', () => {
  const memory = promptMemory();
  send(memory, { prompt: promptOf(10) });
  const changed = send(memory, { prompt: promptOf(3, ['Read']) });
  assert.equal(said(changed), 'tools changed: +1 at place 1 (Read), −1 (Bash)');
  assert.equal(said(send(memory, { prompt: promptOf(11), read: 10_000 })), '');
});

test('an answer without usage is remembered, and a prompt below the shortest prefix has nothing to read', () => {
  const memory = promptMemory();
  const print = printPrompt(promptOf(10));
  const sent = {
    conversation: 'c',
    group: 'main',
    model: 'go/glm',
    format: 'chat',
    key: 0,
    request: 'r',
    print,
  };
  assert.equal(memory.note(sent, 0), undefined);
  assert.equal(said(send(memory, { prompt: promptOf(11), read: 10_000 })), '');
  const short: PromptPart[] = [{ kind: 'message', number: 1, value: 'x'.repeat(4000) }];
  send(memory, { prompt: short, conversation: 's' });
  assert.deepEqual(send(memory, { prompt: short, conversation: 's' }), { input: 1000, read: 0, possible: 0 });
});

test('the memory of long conversations is bounded by their parts', () => {
  const memory = promptMemory();
  const long = promptOf(2500);
  for (let n = 0; n < 30; n++) send(memory, { prompt: long, conversation: `c${n}` });
  assert.equal(memory.report(0).conversations.length, 19);
  assert.equal(said(send(memory, { prompt: long, conversation: 'c0' })), 'first request');
  assert.equal(said(send(memory, { prompt: long, conversation: 'c29', read: 2_500_000 })), '');
});

test('conversations are forgotten after a day, and the oldest makes room', () => {
  const memory = promptMemory();
  const day = 24 * 60 * minute;
  send(memory, { prompt: promptOf(10) });
  assert.equal(said(send(memory, { prompt: promptOf(10), at: day })), 'first request');
  for (let n = 0; n < 400; n++) send(memory, { prompt: promptOf(2), conversation: `c${n}`, at: day });
  assert.equal(memory.report(day).conversations.length, 300);
});
