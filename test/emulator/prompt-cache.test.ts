/** The emulator's prompt cache follows the documented rules of each vendor, and reports in each format's own fields. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptCache, type CacheUse, type PromptPart } from '../../lib/emulator/prompt/cache.ts';
import {
  chatPrompt,
  geminiPrompt,
  messagesPrompt,
  responsesPrompt,
} from '../../lib/emulator/prompt/render.ts';
import { anthropicRules, openAiRules } from '../../lib/emulator/prompt/rules.ts';
import { say } from '../../lib/emulator/script.ts';
import type { JsonObject } from '../../lib/json.ts';
import { formats, paths, withEmulator } from './support.ts';

/** A text of so many tokens of four characters, different for each `name`. */
const long = (tokens: number, name = 'a'): string => `${name}bcd`.repeat(tokens);
const parts = (...texts: string[]): PromptPart[] => texts.map((text) => ({ text }));
const mark = { cache_control: { type: 'ephemeral' } };

test('OpenAI: a prefix of 1,024 tokens and more is shared in steps of 128 tokens', () => {
  const cache = promptCache();
  const use = (...texts: string[]): CacheUse => cache.use('s', parts(...texts), openAiRules);
  assert.deepEqual(use(long(1023)), { input: 1023, read: 0, written: 0 });
  assert.equal(use(long(1023), long(400, 'x')).read, 0);
  // The first 1,151 tokens are equal, which is one step less than 1,152.
  assert.equal(use(long(1151), long(400, 'y')).read, 0);
  assert.equal(use(long(1151), long(400, 'z')).read, 1024);
  assert.deepEqual(use(long(1151), long(401, 'z')), { input: 1552, read: 1536, written: 0 });
  // Where one part ends and the next begins does not matter.
  assert.equal(use(long(1100) + long(51), long(401, 'z')).read, 1536);
});

test('a prefix ends at the first character that differs, and only one scope shares it', () => {
  const cache = promptCache();
  const use = (scope: string, ...texts: string[]): number =>
    cache.use(scope, parts(...texts), openAiRules).read;
  use('key one', long(4000));
  assert.equal(use('key two', long(4000)), 0);
  assert.equal(use('key one', long(2000), '!', long(1999)), 1920);
  assert.equal(use('key one', '!', long(4000)), 0);
});

test('a prefix is dropped five minutes after its last use, or to make room', () => {
  let time = 0;
  const cache = promptCache({ now: () => time, most: 30 });
  const use = (text: string): number => cache.use('s', parts(text), openAiRules).read;
  use(long(2048));
  time = 299_999;
  assert.equal(use(long(2048)), 2048);
  time += 299_999;
  assert.equal(use(long(2048)), 2048, 'each use keeps it');
  time += 300_000;
  assert.equal(use(long(2048)), 0);
  // Each has 9 prefixes, and 30 are kept.
  for (const other of ['x', 'y', 'z', 'w']) use(long(2048, other));
  assert.equal(use(long(2048)), 0);
  assert.equal(use(long(2048, 'w')), 2048);
});

test('Anthropic: a mark keeps the prefix before it, and finds one at most 20 blocks back', () => {
  const cache = promptCache();
  const use = (...prompt: PromptPart[]): CacheUse => cache.use('s', prompt, anthropicRules);
  const marked = (text: string): PromptPart => ({ text, keptMs: 300_000 });
  const small = (count: number): PromptPart[] =>
    Array.from({ length: count }, (_, at) => ({ text: `${at}...` }));
  const head = long(2000);
  assert.deepEqual(use({ text: head }), { input: 2000, read: 0, written: 0 }, 'no mark');
  assert.deepEqual(use(marked(head)), { input: 2000, read: 0, written: 2000 });
  assert.deepEqual(use(marked(head), { text: long(10) }), { input: 2010, read: 2000, written: 0 });
  // The old mark is gone, but the new one looks back.
  const found = use({ text: head }, ...small(19), marked(long(50)));
  assert.deepEqual([found.read, found.written > 0], [2000, true]);
  const missed = use({ text: head }, ...small(20), marked(long(60)));
  assert.deepEqual([missed.read, missed.written], [0, missed.input], 'the old prefix ended 21 blocks back');
  assert.equal(use(marked(long(1023, 'x'))).written, 0, 'too short');
});

test('Anthropic: an hour for a mark that says so', () => {
  let time = 0;
  const cache = promptCache({ now: () => time });
  const body = (ttl: object): JsonObject => ({
    system: [{ type: 'text', text: long(2000), cache_control: { type: 'ephemeral', ...ttl } }],
    messages: [],
  });
  const use = (ttl: object): number => cache.use('s', messagesPrompt(body(ttl)), anthropicRules).read;
  use({ ttl: '1h' });
  time = 3_599_999;
  assert.ok(use({}) > 2000);
});

test('Anthropic: deferred tools are not in the prefix, and thinking settings belong to the messages', () => {
  const cache = promptCache();
  const tool = { name: 'Bash', input_schema: {} };
  const loaded = { name: 'WebFetch', input_schema: {}, defer_loading: true };
  const reference = {
    role: 'user',
    content: [{ type: 'tool_result', content: [{ type: 'tool_reference', tool_name: 'WebFetch' }] }],
  };
  const body = (more: JsonObject): JsonObject => ({
    tools: [tool],
    system: [{ type: 'text', text: long(2000), ...mark }],
    messages: [{ role: 'user', content: [{ type: 'text', text: long(3000, 'x'), ...mark }] }],
    ...more,
  });
  const use = (more: JsonObject): CacheUse => cache.use('s', messagesPrompt(body(more)), anthropicRules);
  const first = use({});
  assert.equal(first.written, first.input);
  assert.equal(use({ tools: [tool, loaded] }).read, first.input);
  assert.ok(
    messagesPrompt(body({ tools: [loaded], messages: [reference] })).some(({ text }) =>
      text.includes('input_schema'),
    ),
  );
  const changed = use({ thinking: { type: 'disabled' } });
  assert.ok(changed.read > 2000 && changed.read < 2100, 'tools and system only');
  assert.equal(use({ tools: [loaded, { ...tool, name: 'Read' }] }).read, 0);
});

test('each format puts its parts in the order of its vendor', () => {
  const texts = (prompt: PromptPart[]): string =>
    prompt.map(({ text }) => /[A-E]/.exec(text)?.[0] ?? '').join('');
  const schema = { schema: 'A' };
  const tools = [{ name: 'B', ...mark }, { name: 'C' }];
  const said = [{ role: 'user', content: 'E' }];
  assert.equal(
    texts(
      chatPrompt({ messages: [{ role: 'system', content: 'D' }, ...said], tools, response_format: schema }),
    ),
    'ABCDE',
  );
  assert.equal(
    texts(responsesPrompt({ input: said, instructions: 'D', tools, text: { format: schema } })),
    'ABCDE',
  );
  assert.equal(texts(messagesPrompt({ messages: said, system: 'D', tools })), 'BCDE');
  const contents = [{ role: 'user', parts: [{ text: 'E' }] }];
  assert.equal(
    texts(
      geminiPrompt({
        contents,
        systemInstruction: { parts: [{ text: 'D' }] },
        tools: [{ functionDeclarations: tools }],
      }),
    ),
    'BCDE',
  );
  assert.doesNotMatch(JSON.stringify(chatPrompt({ tools })), /cache_control/);
});

for (const format of formats) {
  test(`${format}: the second of two equal requests reports what was cached, in the fields of the format`, async () => {
    const text = long(5000);
    const body = {
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: [{ type: 'text', text, ...mark }] }],
      input: text,
      contents: [{ role: 'user', parts: [{ text }] }],
    };
    const ask = async (url: string, key: string): Promise<string> => {
      const headers = { authorization: key };
      const sent = await fetch(url + paths[format], { method: 'POST', body: JSON.stringify(body), headers });
      return sent.text();
    };
    const read = /"(?:cached_tokens|cache_read_input_tokens|cachedContentTokenCount)":(\d+)/;
    const script = (): ReturnType<typeof say>[] => [say('ok')];
    await withEmulator({ script, promptCache: promptCache() }, async ({ url }) => {
      const cached = async (key: string): Promise<number> => Number(read.exec(await ask(url, key))?.[1] ?? 0);
      const first = await ask(url, 'one');
      assert.equal(Number(read.exec(first)?.[1] ?? 0), 0);
      if (format === 'messages') assert.match(first, /"cache_creation_input_tokens":50\d\d/);
      assert.ok((await cached('one')) >= 4992);
      assert.equal(await cached('two'), 0, 'another key');
    });
    await withEmulator({ script }, async ({ url }) => {
      await ask(url, 'one');
      assert.equal(Number(read.exec(await ask(url, 'one'))?.[1] ?? 0), 0, 'without a cache');
    });
  });
}
