/** Client and upstream both speak generateContent: what passes unchanged, and what is changed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../../lib/json.ts';
import type { Route, Turn } from '../../../../lib/wire/codec.ts';
import { encodeGeminiRequest } from '../../../../lib/wire/gemini/request.ts';
import { geminiDecoder } from '../../../../lib/wire/gemini/stream.ts';
import { same } from '../../../../lib/wire/gemini/served/same.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { geminiRoutes } from '../../../support/gemini/encode.ts';
import { chunksIn, model, printed, printerFor, read } from '../../../support/gemini/served.ts';
import { asObjects, asText, type LooseJson } from '../../../support/loose-json.ts';

const route: Route = geminiRoutes['gemini 3'];
const other: Route = { ...route, modelId: 'gemini-9' };

function turnOf(body: object): Turn {
  const { request } = read(body);
  return {
    request,
    session: 's',
    messageId: 'msg_01Served',
    inputTokens: 10,
    given: { format: 'gemini', body: body as JsonObject },
  };
}

/** What is sent for a body: itself, or what the codec makes of it where it cannot pass. */
const sent = (body: object, to: Route = route): LooseJson =>
  (same.encodeRequest(body as JsonObject, turnOf(body), to) ??
    encodeGeminiRequest(read(body).request, to)) as LooseJson;

const talk = {
  contents: [{ role: 'user', parts: [{ text: 'go' }] }],
  generationConfig: { maxOutputTokens: 100, topK: 64, seed: 5, thinkingConfig: { includeThoughts: true } },
  safetySettings: [{ category: 'x', threshold: 'y' }],
  tools: [{ functionDeclarations: [{ name: 'Read' }] }, { urlContext: {} }],
  labels: { unknown_field: 1 },
};

describe('the body', () => {
  test('passes as it came, in either spelling', () => {
    assert.deepEqual(sent(talk), talk);
    const { generationConfig: _, ...rest } = talk;
    assert.deepEqual(sent(rest), rest);
    const snake = { ...rest, generation_config: { max_output_tokens: 100, top_k: 1 } };
    assert.deepEqual(sent(snake), snake);
  });

  test('the limit is clamped, under the name that the client wrote', () => {
    const small = { ...route, maxOutputTokens: 50 };
    assert.deepEqual(sent(talk, small), {
      ...talk,
      generationConfig: { ...talk.generationConfig, maxOutputTokens: 50 },
    });
    const snake = { contents: talk.contents, generation_config: { max_output_tokens: 100 } };
    assert.deepEqual(sent(snake, small), { ...snake, generation_config: { max_output_tokens: 50 } });
  });

  test('what is configured for the model replaces what the client asks for', () => {
    const configured = { ...route, temperature: 0.25, maxTokens: 60, reasoningEffort: 'low' };
    assert.deepEqual(sent(talk, configured)['generationConfig'], {
      ...talk.generationConfig,
      temperature: 0.25,
      maxOutputTokens: 60,
      thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
    });
    const fixed = { ...route, quirks: { ...route.quirks, temperature: 'omit' as const, topP: 0.95 } };
    const asked = { ...talk, generationConfig: { temperature: 1, topP: 0.5 } };
    assert.deepEqual(sent(asked, fixed)['generationConfig'], { topP: 0.95 });
  });
});

const chunk = (parts: object[], more: object = {}): string =>
  JSON.stringify({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
    modelVersion: 'gemini-3.1-pro-preview',
    responseId: 'abc',
  });
const sse = (...chunks: string[]): string => chunks.map((json) => `data: ${json}\r\n\r\n`).join('');
const stop = { finishReason: 'STOP' };

/** What the client of `talk` receives for this stream. */
function received(text: string, form: 'sse' | 'array' = 'sse', from: Route = route): string {
  const { events } = run(same.decodeStream(from, turnOf(talk)), [utf8(text)]);
  return printed(events, printerFor(undefined, form));
}
const dataIn = (text: string): string[] => text.split('\n\n').filter((event) => event !== '');
const renamed = (json: string): string => json.replace('gemini-3.1-pro-preview', model);

describe('the stream', () => {
  const plain = [
    chunk([{ text: 'Hello \u00e9\u2028' }]).replace('Hello', '\\u0048ello'),
    chunk([{ text: '' }], { groundingMetadata: { x: 1 } }).replace('"x":1', '"x":12345678901234567890'),
    chunk([{ functionCall: { name: 'Read', args: { n: 1 }, id: 'c1' } }]).replace('"n":1', '"n" : 1.0e2'),
    chunk([{ text: '' }], { ...stop, avgLogprobs: -0.5 }),
  ];

  test('chunks pass byte for byte but for the model’s name, in both forms', () => {
    assert.deepEqual(
      dataIn(received(sse(...plain))),
      plain.map((json) => `data: ${renamed(json)}`),
    );
    assert.equal(
      received(sse(...plain), 'array').replaceAll('\n\n', ''),
      `[${plain.map(renamed).join(',\r\n')}]`,
    );
  });

  test('what Google’s servers ran comes and returns with its signature', () => {
    const called = {
      toolCall: { toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['q'] }, id: 't1' },
      thoughtSignature: 'c2ln',
    };
    const answered = { toolResponse: { toolType: 'GOOGLE_SEARCH_WEB', response: { a: 1 }, id: 't1' } };
    const chunks = [chunk([called, answered]), chunk([{ text: 'a', partMetadata: { b: 1 } }], stop)];
    const got = chunksIn(received(sse(...chunks)), 'sse').flatMap((one) =>
      asObjects(asObjects(one['candidates'])[0]?.['content']?.['parts']),
    );
    const { thoughtSignature, ...first } = got[0] ?? {};
    assert.deepEqual(
      [first, ...got.slice(1)],
      [{ toolCall: called.toolCall }, answered, { text: 'a', partMetadata: { b: 1 } }],
    );
    assert.notEqual(thoughtSignature, called.thoughtSignature);
    const next = { ...talk, contents: [...talk.contents, { role: 'model', parts: got }] };
    const [, answer] = asObjects(sent(next)['contents']);
    assert.deepEqual(answer?.['parts'], [called, answered, { text: 'a', partMetadata: { b: 1 } }]);
  });

  test('each chunk is carried by one event, as soon as it has come', () => {
    const decoder = same.decodeStream(route, turnOf(talk));
    const framesOf = (text: string): string[] =>
      run(decoder, [utf8(text)]).beforeFlush.flatMap((one) =>
        'frames' in one && one.frames ? [String(one.frames)] : [],
      );
    assert.deepEqual(framesOf(sse(plain[0] ?? '')), [`data: ${renamed(plain[0] ?? '')}\n\n`]);
  });

  test('the model’s name is changed in its own field only, however the chunk spells it', () => {
    const named = '"modelVersion":"gemini-3.1-pro-preview"';
    for (const [given, expected] of [
      [
        `{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"modelVersion" : "gemini-3.1-pro-preview"}`,
        `"modelVersion" : "${model}"`,
      ],
      [`{"x":{${named}},"candidates":[{"content":{"parts":[{"text":"a"}]}}],${named}}`, `{"x":{${named}},`],
      [
        `{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"model\\u0056ersion":"other","x":{${named}}}`,
        `,"x":{${named}}`,
      ],
    ] as const) {
      const [first = ''] = dataIn(received(sse(given, chunk([], stop))));
      assert.ok(first.includes(expected), first);
      assert.equal((JSON.parse(first.slice('data: '.length)) as LooseJson)['modelVersion'], model);
    }
  });

  test('a price after the end is not sent', () => {
    const ping = JSON.stringify({ type: 'ping', cost: '0.1' });
    assert.equal(dataIn(received(sse(...plain, ping))).length, plain.length);
  });

  test('a stream without a finish, and one with an error, end in an error and never in a finish', () => {
    for (const broken of [
      sse(...plain.slice(0, 3)),
      sse(...plain.slice(0, 3), '{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}'),
      sse(plain[0] ?? '', chunk([{ text: 'x' }], { finishReason: 'MALFORMED_FUNCTION_CALL' })),
    ]) {
      const chunks = chunksIn(received(broken), 'sse');
      assert.ok(chunks.at(-1)?.['error']);
      assert.doesNotMatch(JSON.stringify(chunks), /finishReason/);
    }
  });

  test('a finish on every chunk is sent once, with the last one', () => {
    const every = [chunk([{ text: 'a' }], stop), chunk([{ text: 'b' }], stop), chunk([], stop)];
    const chunks = chunksIn(received(sse(...every)), 'sse');
    const finishes = chunks.map((one) => one['candidates']?.['0']?.['finishReason'] ?? null);
    assert.deepEqual(finishes, [null, null, 'STOP']);
  });

  test('from a chunk that breaks a law on, the repaired events are sent', () => {
    const late = [
      chunk([{ text: 'I read.' }]),
      chunk([{ functionCall: { name: 'read', args: {} } }]),
      chunk([{ functionCall: { args: { n: 1 } } }]),
      chunk([], stop),
    ];
    const chunks = chunksIn(received(sse(...late)), 'sse');
    const calls = chunks.flatMap((one) => {
      const call = one['candidates']?.['0']?.['content']?.['parts']?.['0']?.['functionCall'];
      return call ? [[call['name'], call['args']]] : [];
    });
    assert.deepEqual(calls, [['Read', { n: 1 }]]);
    assert.equal(`data: ${renamed(late[0] ?? '')}`, dataIn(received(sse(...late)))[0]);
  });
});

test('thinking that began in a chunk that passed returns whole with a part that was printed', () => {
  const two = JSON.stringify({
    candidates: [
      { content: { parts: [{ text: 'B', thought: true }, { text: 'Yes.' }] }, index: 0 },
      { content: { parts: [] }, index: 1 },
    ],
  });
  const chunks = chunksIn(received(sse(chunk([{ text: 'A', thought: true }]), two, chunk([], stop))), 'sse');
  // Gemini CLI removes thoughts from its history.
  const parts = chunks
    .flatMap((one) => asObjects(one['candidates']?.['0']?.['content']?.['parts']))
    .filter((part) => !part['thought']);
  const { messages } = read({ contents: [...talk.contents, { role: 'model', parts }] }).request;
  const [thinking] = asObjects(messages[1]?.content);
  assert.equal(asText(thinking?.['thinking']), 'AB');
});

describe('signatures and ids', () => {
  const signed = sse(
    chunk([{ text: 'Hm.', thought: true }]),
    chunk([
      { functionCall: { name: 'Read', args: { n: 1 }, id: 'functions.Read:0' }, thoughtSignature: 'QUJD' },
    ]),
    chunk([{ functionCall: { name: 'Read', args: { n: 2 } } }]),
    chunk([{ text: '', thoughtSignature: 'REVG' }], stop),
  );
  const parts = chunksIn(received(signed), 'sse').flatMap(
    (one) => (one['candidates']?.['0']?.['content']?.['parts'] ?? []) as unknown as LooseJson[],
  );
  const id = asText(parts[1]?.['functionCall']?.['id']);
  const next = {
    contents: [
      ...talk.contents,
      { role: 'model', parts },
      {
        role: 'user',
        parts: [
          { functionResponse: { id, name: 'Read', response: { output: 'x' } } },
          { functionResponse: { name: 'Read', response: { output: 'y' } } },
        ],
      },
    ],
  };

  test('they are sealed for the client, and ids of any form come in Anthropic’s', () => {
    assert.doesNotMatch(JSON.stringify(parts), /"QUJD"|"REVG"|functions\.Read/);
    assert.match(id, /^[A-Za-z0-9_-]+$/);
  });

  test('they return to the upstream that made them as they were', () => {
    assert.deepEqual(sent(next)['contents'], [
      ...talk.contents,
      {
        role: 'model',
        parts: [
          { text: 'Hm.', thought: true },
          {
            functionCall: { name: 'Read', args: { n: 1 }, id: 'functions.Read:0' },
            thoughtSignature: 'QUJD',
          },
          { functionCall: { name: 'Read', args: { n: 2 } } },
          { text: '', thoughtSignature: 'REVG' },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'functions.Read:0', name: 'Read', response: { output: 'x' } } },
          { functionResponse: { name: 'Read', response: { output: 'y' } } },
        ],
      },
    ]);
  });

  test('another upstream gets none of them, and the placeholder where it requires one', () => {
    const body = JSON.stringify(sent(next, other));
    assert.doesNotMatch(body, /QUJD|REVG|eyJvY2Mi|functions\.Read/);
    assert.equal(body.match(/skip_thought_signature_validator/g)?.length, 1);
    const free = { ...other, quirks: { ...other.quirks, signedCalls: false } };
    assert.doesNotMatch(JSON.stringify(sent(next, free)), /thoughtSignature/);
  });

  test('a signature that occ did not seal is left out, but Google’s placeholder passes', () => {
    const call = (thoughtSignature: string): object => ({
      contents: [
        ...talk.contents,
        { role: 'model', parts: [{ functionCall: { name: 'f', args: {} }, thoughtSignature }] },
      ],
    });
    const free = { ...route, quirks: { ...route.quirks, signedCalls: false } };
    assert.doesNotMatch(JSON.stringify(sent(call('R2VudWluZQ=='), free)), /thoughtSignature/);
    const skip = call('skip_thought_signature_validator');
    assert.deepEqual(sent(skip, free), skip);
  });

  test('they also return through the codec, which encodes a request that had to be repaired', () => {
    const { contents } = encodeGeminiRequest(read(next).request, route);
    const returned = contents.flatMap(({ parts: list }) =>
      list.map(({ thoughtSignature }) => thoughtSignature),
    );
    assert.deepEqual(
      returned.filter((one) => one !== undefined),
      ['QUJD', 'REVG'],
    );
    assert.doesNotMatch(JSON.stringify(encodeGeminiRequest(read(next).request, other)), /QUJD|REVG/);
  });

  test('they return after a whole answer as well', async () => {
    const { foldMessage } = await import('../../../../lib/anthropic/fold.ts');
    const { events } = run(geminiDecoder(route, turnOf(talk)), [utf8(signed)]);
    const message = foldMessage(events);
    assert.ok(message);
    const response = JSON.parse(JSON.stringify(printerFor().whole(message))) as LooseJson;
    const content = response['candidates']?.['0']?.['content'];
    const body = JSON.stringify(sent({ contents: [...talk.contents, content] }));
    assert.match(body, /"thoughtSignature":"QUJD"/);
  });
});
