/** The vendors' SDKs in front of the proxy: each served format with each upstream format, streamed and whole. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  call,
  callTogether,
  finish,
  say,
  think,
  usage,
  wait,
  type Script,
} from '../../lib/emulator/script.ts';
import { token } from '../support/proxy.ts';
import { formats, type Format } from '../support/turns.ts';
import { askedModel, type Ask, type Dialect, type Heard, type Said } from './dialect.ts';
import { dialects, spoken } from './dialects.ts';
import { stage, type Scene, type Stage } from './scenes.ts';

/** 100 KB of UTF-8 with characters of every length, joined emoji, both directions, and what JSON and event streams escape. */
const unit = 'aé漢𝄞 👩‍👩‍👧‍👦 \u2028\u2029\u0085 שלום \u202eabc\u202c "\\/ \r\n\t\b\f data: [DONE]\n\nevent: x\n {}';
const unicode = unit.repeat(Math.ceil(100_000 / Buffer.byteLength(unit)));

/** Pieces of 997 characters, which split joined emoji, but no surrogate pair. */
function pieces(text: string): string[] {
  return text.match(/[^]{1,997}(?![\udc00-\udfff])/g) ?? [];
}

const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const schema = {
  type: 'object',
  properties: { colour: { type: 'string' } },
  required: ['colour'],
  additionalProperties: false,
};
const counted = usage({ input: 30, cached: 20, output: 7, reasoning: 2 });

/** What a client receives of these counts. The emulated Messages API does not count reasoning. */
function countedFor(format: Format): Heard['usage'] {
  return { input: 30, cached: 20, output: 7, reasoning: format === 'messages' ? 0 : 2 };
}

/** Formats whose upstreams sign thinking; the name of the field in a request that brings it home. */
const signatures: Readonly<Record<Format, string>> = {
  messages: '"signature":"sig"',
  chat: '',
  responses: '"encrypted_content":"enc_',
  gemini: '"thoughtSignature":"',
};

function scenesFor(format: Format): Record<string, Scene> {
  const thought = think('hm', format === 'messages' ? 'sig' : undefined);
  const both = callTogether(
    { name: 'Read', input: { path: 'a' }, id: 'call_a' },
    { name: 'Read', input: { path: 'ü "b"\n' }, id: 'call_b' },
  );
  const answered: Script = [say('both read')];
  return {
    text: [[say(['some ', 'words']), counted]],
    first: [[call('Read', { path: 'a' }, 'call_a'), counted]],
    loop: [[both], answered],
    spoken: [[say('I will read.'), both], answered],
    thinks: [[thought, call('Read', { path: 'a' }, 'call_a')], answered],
    muses: [[thought, say('so it is')]],
    picture: [[say('a dot')]],
    schema: [[say('{"colour":"red"}')]],
    stops: [[say('one two '), finish('stop', 'END')]],
    length: [[say('half of it'), finish('length')]],
    halved: [[say('I will read.'), call('Read', { path: 'a' }, 'call_a'), finish('length')]],
    refusal: [[say('I can'), finish('filter')]],
    unicode: [[say(pieces(unicode))]],
    endless: [[say('so '), wait(3_600_000), say('late')]],
  };
}

for (const format of formats) {
  describe(`an upstream of ${format}`, () => {
    let on: Stage;
    before(async () => {
      on = await stage(format, scenesFor(format));
    });
    after(() => on.over[Symbol.asyncDispose]());

    for (const name of spoken) {
      for (const stream of [true, false]) {
        describe(`a client of ${name}, ${stream ? 'streamed' : 'whole'}`, () => {
          const hear = (said: string | readonly Said[], more: Partial<Ask> = {}): Promise<Heard> =>
            dialects[name].ask(on.access, {
              conversation: typeof said === 'string' ? [{ user: said }] : said,
              stream,
              ...more,
            });

          /** Asks, answers every call with `content of <path>`, and asks again. */
          async function loop(
            scene: string,
            more: Partial<Ask> = {},
          ): Promise<{ first: Heard; last: Heard }> {
            const asked = { tools: true, ...more };
            const first = await hear(scene, asked);
            const results = first.calls.map((made) => ({
              call: made,
              text: `content of ${(made.input as { path: string }).path}`,
            }));
            const last = await hear([{ user: scene }, { answer: first }, { results }], asked);
            return { first, last };
          }

          test('text and usage', async () => {
            const heard = await hear('text');
            const { own: _, ...rest } = heard;
            assert.deepEqual(rest, {
              text: 'some words',
              thinking: '',
              calls: [],
              finish: 'stop',
              usage: countedFor(format),
              model: askedModel,
            });
          });

          test('a call first', async () => {
            const { text, calls, finish: why, usage: used } = await hear('first', { tools: true });
            assert.deepEqual([text, why], ['', 'tools']);
            assert.deepEqual(
              calls.map(({ name: called, input }) => [called, input]),
              [['Read', { path: 'a' }]],
            );
            assert.notEqual(calls[0]?.id, '');
            assert.deepEqual(used, countedFor(format));
          });

          for (const scene of ['loop', 'spoken'])
            test(`parallel calls, their results and the answer (${scene})`, async () => {
              const { first, last } = await loop(scene);
              assert.equal(first.text, scene === 'spoken' ? 'I will read.' : '');
              assert.equal(first.finish, 'tools');
              assert.deepEqual(
                first.calls.map(({ input }) => input),
                [{ path: 'a' }, { path: 'ü "b"\n' }],
              );
              assert.equal(new Set(first.calls.map(({ id }) => id)).size, 2);
              assert.deepEqual([last.text, last.finish], ['both read', 'stop']);
              const { done } = on.latest().conversation;
              assert.deepEqual(
                done.map(({ name: called, input, result }) => [called, input, result?.text]),
                [
                  ['Read', { path: 'a' }, 'content of a'],
                  ['Read', { path: 'ü "b"\n' }, 'content of ü "b"\n'],
                ],
              );
              // Gemini's clients send text back in the parts in which it came.
              const sent = JSON.stringify(on.latest().body).replaceAll('"},{"text":"', '');
              assert.equal(sent.includes('I will read.'), scene === 'spoken', sent);
            });

          test('thinking comes back with its signature', async () => {
            const { first, last } = await loop('thinks', { thinks: true });
            assert.deepEqual([first.thinking, first.text, first.calls.length], ['hm', '', 1]);
            assert.equal(last.text, 'both read');
            const { body, conversation } = on.latest();
            assert.deepEqual(conversation.thoughts, ['hm']);
            assert.ok(JSON.stringify(body).includes(signatures[format]), JSON.stringify(body));
          });

          test('thinking before text', async () => {
            const heard = await hear('muses', { thinks: true });
            assert.deepEqual([heard.thinking, heard.text, heard.finish], ['hm', 'so it is', 'stop']);
          });

          test('a picture', async () => {
            assert.equal((await hear([{ user: 'picture', picture }])).text, 'a dot');
            assert.ok(JSON.stringify(on.latest().body).includes(picture));
          });

          test('structured output', async () => {
            const heard = await hear('schema', { schema });
            assert.deepEqual(JSON.parse(heard.text), { colour: 'red' });
            const asked = on.latest().conversation.schema;
            assert.deepEqual(asked?.['properties'], schema.properties);
            assert.deepEqual(asked['required'], schema.required);
          });

          // OpenAI's Responses API has no stop sequences.
          if (name !== 'responses')
            test('a stop sequence', async () => {
              const heard = await hear('stops', { stop: 'END' });
              assert.deepEqual([heard.text, heard.finish], ['one two ', 'stop']);
              if (format !== 'responses') assert.deepEqual(on.latest().conversation.stops, ['END']);
            });

          test('the output limit', async () => {
            const heard = await hear('length', { maxTokens: 50 });
            assert.deepEqual([heard.text, heard.finish], ['half of it', 'length']);
            assert.ok(Object.values(flat(on.latest().body)).includes(50), JSON.stringify(on.latest().body));
          });

          test('the output limit after a whole call', async () => {
            const heard = await hear('halved', { tools: true });
            assert.deepEqual([heard.text, heard.finish], ['I will read.', 'length']);
          });

          test('a refusal', async () => {
            const heard = await hear('refusal');
            assert.deepEqual([heard.text, heard.finish], ['I can', 'refusal']);
          });

          test('100 KB of text, unchanged in both directions', async () => {
            const heard = await hear(`unicode ${unicode}`);
            assert.ok(heard.text === unicode, 'the answer is the same text');
            assert.ok(
              on.latest().conversation.prompt === `unicode ${unicode}`.trim(),
              'the upstream got the same text',
            );
          });
        });
      }

      test(`a client of ${name} that stops reading`, async () => {
        const leave = new AbortController();
        const heard = dialects[name].ask(on.access, {
          conversation: [{ user: 'endless' }],
          stream: true,
          signal: leave.signal,
          onText: () => leave.abort(),
        });
        await assert.rejects(
          heard,
          (error) => error instanceof Error && /abort/i.test(error.name + error.message),
        );
        assert.notEqual((await on.latest().ended).how, 'complete');
      });
    }

    test('nothing was out of order', () => {
      assert.deepEqual(on.over.warnings(), []);
    });
  });
}

describe('lists and counts', () => {
  for (const name of spoken)
    test(name, async () => {
      await using over = (await stage('chat', {})).over;
      const access = { url: over.url, key: token };
      assert.deepEqual(await dialects[name].models(access), ['emulator/first', 'other/second']);
      const dialect: Dialect = dialects[name];
      const few = await dialect.count?.(access, 'two words');
      const many = await dialect.count?.(access, 'two words '.repeat(100));
      if (few === undefined || many === undefined) return;
      assert.ok(few > 0 && many > 10 * few, `${few} and ${many}`);
    });
});

/** The numbers of a body, by path. */
function flat(value: unknown, path = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return { [path]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, one]) => flat(one, `${path}.${key}`)),
  ) as Record<string, unknown>;
}
