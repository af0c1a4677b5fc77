/** Tests that the vendors' clients read the content of a script in every format. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI, type GenerateContentResponse } from '@google/genai';
import OpenAI from 'openai';
import fc from 'fast-check';
import type { StreamEvent } from '../../lib/anthropic/events.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import type { EmulatorOptions } from '../../lib/emulator/server.ts';
import {
  argumentsOf,
  callTogether,
  cut,
  finish,
  join,
  say,
  think,
  usage,
  wait,
  type Script,
} from '../../lib/emulator/script.ts';
import { bounded, formats, post, question, withEmulator } from './support.ts';

/** An answer, independent of its format. */
interface ParsedAnswer {
  text: string;
  thinking: string;
  calls: { name: string; input: unknown }[];
  finish: string | null | undefined;
  tokens: { input: number; output: number; cached: number };
  ids: string[];
}

async function readChat(options: EmulatorOptions, stream: boolean): Promise<ParsedAnswer> {
  return withEmulator(options, async ({ url }) => {
    const client = new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 });
    const body = { model: 'm', messages: [{ role: 'user' as const, content: 'hello' }] };
    const answer = stream
      ? await client.chat.completions.stream(body).finalChatCompletion()
      : await client.chat.completions.create(body);
    const message = answer.choices[0]?.message as OpenAI.ChatCompletionMessage & {
      reasoning_content?: string;
    };
    const calls = (message.tool_calls ?? []).filter((made) => made.type === 'function');
    let thinking = message.reasoning_content ?? '';
    if (stream) {
      // The SDK keeps only the last delta of the unknown field `reasoning_content`, so the deltas are joined here.
      thinking = '';
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
        const delta = chunk.choices[0]?.delta as { reasoning_content?: string | null } | undefined;
        thinking += delta?.reasoning_content ?? '';
      }
    }
    return {
      text: message.content ?? '',
      thinking,
      calls: calls.map((made) => ({
        name: made.function.name,
        input: JSON.parse(made.function.arguments) as unknown,
      })),
      finish: answer.choices[0]?.finish_reason,
      tokens: {
        input: answer.usage?.prompt_tokens ?? -1,
        output: answer.usage?.completion_tokens ?? -1,
        cached: answer.usage?.prompt_tokens_details?.cached_tokens ?? -1,
      },
      ids: calls.map((made) => made.id),
    };
  });
}

async function readMessages(options: EmulatorOptions, stream: boolean): Promise<ParsedAnswer> {
  return withEmulator(options, async ({ url }) => {
    const client = new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 });
    const body = { model: 'm', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hello' }] };
    const answer = stream
      ? await client.messages.stream(body).finalMessage()
      : await client.messages.create(body);
    const { content, usage: counted } = answer;
    const cached = counted.cache_read_input_tokens ?? -1;
    return {
      text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      thinking: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
      calls: content.flatMap((block) =>
        block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
      ),
      finish: answer.stop_reason,
      tokens: { input: counted.input_tokens + cached, output: counted.output_tokens, cached },
      ids: content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
    };
  });
}

async function readResponses(options: EmulatorOptions, stream: boolean): Promise<ParsedAnswer> {
  return withEmulator(options, async ({ url }) => {
    const client = new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 });
    const body = { model: 'm', input: 'hello' };
    // The SDK's accumulator rejects the ping in a stream of the gateway.
    const answer =
      !stream || options.flavour !== 'plain'
        ? await (stream ? lastResponse(client, body) : client.responses.create(body))
        : await client.responses.stream(body).finalResponse();
    const calls = answer.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    const { usage: counted } = answer;
    return {
      text: answer.output
        .flatMap((item) => (item.type === 'message' ? item.content : []))
        .map((part) => (part.type === 'output_text' ? part.text : ''))
        .join(''),
      thinking: answer.output
        .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
        .join(''),
      calls: calls.map((made) => ({ name: made.name, input: JSON.parse(made.arguments) as unknown })),
      finish: answer.incomplete_details?.reason ?? answer.status,
      tokens: {
        input: counted?.input_tokens ?? -1,
        output: counted?.output_tokens ?? -1,
        cached: counted?.input_tokens_details.cached_tokens ?? -1,
      },
      ids: calls.map((made) => made.call_id),
    };
  });
}

async function lastResponse(
  client: OpenAI,
  body: { model: string; input: string },
): Promise<OpenAI.Responses.Response> {
  for await (const event of await client.responses.create({ ...body, stream: true })) {
    if (event.type === 'response.completed' || event.type === 'response.incomplete') return event.response;
  }
  return assert.fail('no finished response');
}

async function readGemini(options: EmulatorOptions, stream: boolean): Promise<ParsedAnswer> {
  return withEmulator(options, async ({ url }) => {
    const { models } = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } });
    const body = { model: 'm', contents: 'hello' };
    const answers: GenerateContentResponse[] = [];
    if (stream) for await (const chunk of await models.generateContentStream(body)) answers.push(chunk);
    else answers.push(await models.generateContent(body));
    const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    const last = answers.findLast(({ candidates }) => candidates?.[0]?.finishReason);
    const counted = last?.usageMetadata;
    return {
      text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
      thinking: parts.map(({ text, thought }) => (thought ? (text ?? '') : '')).join(''),
      calls: calls.map(({ name = '', args }) => ({ name, input: args })),
      finish: last?.candidates?.[0]?.finishReason,
      tokens: {
        input: counted?.promptTokenCount ?? -1,
        output: (counted?.candidatesTokenCount ?? -1) + (counted?.thoughtsTokenCount ?? 0),
        cached: counted?.cachedContentTokenCount ?? -1,
      },
      ids: calls.map(({ id = '' }) => id),
    };
  });
}

const read = {
  chat: readChat,
  messages: readMessages,
  responses: readResponses,
  gemini: readGemini,
};
const finishes = {
  chat: { tools: 'tool_calls', stop: 'stop', length: 'length', filter: 'content_filter' },
  messages: { tools: 'tool_use', stop: 'end_turn', length: 'max_tokens', filter: 'refusal' },
  responses: {
    tools: 'completed',
    stop: 'completed',
    length: 'max_output_tokens',
    filter: 'content_filter',
  },
  gemini: { tools: 'STOP', stop: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY' },
};

const everything: Script = [
  think('First I think about 大きさ'),
  wait(1),
  think(' and go on.'),
  say('Größe 🙂 with "quotes"\nand lines'),
  say(' in one block.'),
  callTogether(
    { name: 'Write', input: { file_path: '/a', content: 'x'.repeat(50), deep: [{ '🙂': null }] } },
    { name: 'Empty', input: {} },
  ),
  usage({ input: 1200, cached: 800, output: 345 }),
];

for (const format of formats) {
  for (const flavour of ['go', 'plain'] as const) {
    for (const stream of [true, false]) {
      const variant = `${format}, ${flavour}, ${stream ? 'streamed' : 'one document'}`;
      test(`the official client reads the script: ${variant}`, bounded, async () => {
        const answer = await read[format]({ script: () => everything, flavour }, stream);
        assert.equal(answer.text, 'Größe 🙂 with "quotes"\nand lines in one block.');
        assert.equal(answer.thinking, 'First I think about 大きさ and go on.');
        assert.deepEqual(answer.calls, [
          { name: 'Write', input: { file_path: '/a', content: 'x'.repeat(50), deep: [{ '🙂': null }] } },
          { name: 'Empty', input: {} },
        ]);
        assert.equal(answer.finish, finishes[format].tools);
        assert.deepEqual(answer.tokens, { input: 1200, output: 345, cached: 800 });
        assert.equal(new Set(answer.ids).size, 2);
        assert.match(answer.ids.join(''), /^[A-Za-z0-9_-]+$/);
      });
    }
  }
  for (const reason of ['stop', 'length', 'filter'] as const) {
    test(`a script may end with "${reason}" in ${format}`, bounded, async () => {
      const answer = await read[format]({ script: () => [say('so far'), finish(reason)] }, false);
      assert.equal(answer.finish, finishes[format][reason]);
    });
  }
}

test('the arguments of parallel calls are interleaved in chat', bounded, async () => {
  const script = [
    callTogether(
      { name: 'a', input: { one: '1'.repeat(30) } },
      { name: 'b', input: { two: '2'.repeat(30) } },
    ),
  ];
  await withEmulator({ script: () => script }, async ({ url }) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(question('hello')),
    });
    const indices = [...(await response.text()).matchAll(/"tool_calls":\[\{"index":(\d)/g)].map(
      ([, index]) => index,
    );
    assert.equal(indices.slice(0, 6).join(''), '010101');
  });
});

test(
  'the messages stream satisfies occ’s grammar, and steps of one type share a block',
  bounded,
  async () => {
    await withEmulator({ script: () => everything, flavour: 'plain' }, async (emulator) => {
      const text = await (await post(emulator, 'messages')).text();
      const events = [...text.matchAll(/^data: (.*)$/gm)].map(
        ([, data = '']) => JSON.parse(data) as StreamEvent,
      );
      assert.equal(brokenRule(events), undefined);
      const blocks = events.flatMap((event) =>
        event.type === 'content_block_start' ? [event.content_block.type] : [],
      );
      assert.deepEqual(blocks, ['thinking', 'text', 'tool_use', 'tool_use']);
    });
  },
);

test('a stop sequence is reported if the format supports it', bounded, async () => {
  const answer = await readMessages({ script: () => [say('<block>no'), finish('stop', '</block>')] }, true);
  assert.equal(answer.finish, 'stop_sequence');
});

test('the Go flavour has the observed deviations', bounded, async () => {
  const script = [think('t'), say('text')];
  await withEmulator({ script: () => script }, async ({ url }) => {
    const ask = async (path: string): Promise<string> =>
      (await fetch(url + path, { method: 'POST', body: JSON.stringify(question('hello')) })).text();
    const chat = await ask('/v1/chat/completions');
    const chunks = chat.split('\n\n').map((line) => line.replace('data: ', ''));
    assert.deepEqual((JSON.parse(chunks[0] ?? '') as { choices: [{ delta: object }] }).choices[0].delta, {
      role: 'assistant',
      content: '',
      reasoning_content: null,
      tool_calls: null,
    });
    assert.match(chunks.at(-4) ?? '', /inference-cost.*normalizedUsage/);
    assert.equal(chunks.at(-3), '[DONE]');
    assert.equal(chunks.at(-2), '{"choices":[],"cost":"0"}');
    assert.doesNotMatch(chat, /event:/);

    const messages = await ask('/v1/messages');
    assert.ok(messages.startsWith('event: ping\n'));
    assert.ok(messages.endsWith('event: ping\ndata: {"type":"ping","cost":"0"}\n\n'));
    assert.match(messages, /"signature_delta","signature":""/);
    const counts = [...messages.matchAll(/"input_tokens":(\d+)/g)].map(([, count]) => Number(count));
    assert.equal(counts.length, 2);
    assert.ok((counts[0] ?? 0) < (counts[1] ?? 0), 'the first count is too low');

    const gemini = await ask('/v1beta/models/m:streamGenerateContent');
    assert.match(gemini, /"thought":true/);
    assert.ok(gemini.endsWith('data: {"type":"ping","cost":"0"}\n\n'));

    const responses = await ask('/v1/responses');
    assert.ok(responses.endsWith('event: ping\ndata: {"type":"ping","cost":"0"}\n\n'));
  });
});

test('splitting a text loses nothing and never splits a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const pieces = [...cut(text)];
      assert.equal(join(pieces), text);
      for (const piece of pieces) assert.doesNotMatch(piece, /^$|^[\udc00-\udfff]|[\ud800-\udbff]$/);
    }),
  );
});

test('an empty text makes no block, a signature without text makes one', bounded, async () => {
  await withEmulator({ script: () => [say(''), think('', 'sig'), say('')] }, async ({ url }) => {
    const client = new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 });
    const body = { model: 'm', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hello' }] };
    for (const answer of [
      await client.messages.stream(body).finalMessage(),
      await client.messages.create(body),
    ]) {
      assert.deepEqual(answer.content, [{ type: 'thinking', thinking: '', signature: 'sig' }]);
    }
  });
});

test('raw arguments are sent unchanged', () => {
  assert.equal(argumentsOf({ name: 'a', input: {}, rawArguments: '{"broken' }), '{"broken');
});
