/** A client and an upstream that both speak Chat Completions: what passes, and what is printed in its place. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isRemark, type Decoded } from '../../../../lib/anthropic/events.ts';
import { brokenRule } from '../../../../lib/anthropic/grammar.ts';
import type { JsonObject } from '../../../../lib/json.ts';
import { sameDecoder } from '../../../../lib/wire/chat/served/same-stream.ts';
import { anyShare, atShares, cutPoints, piecesOf, runs, toolInput } from '../../../support/arbitraries.ts';
import { cutAt, slices } from '../../../support/cuts.ts';
import { generatedChat } from '../../../support/chat/generated.ts';
import { randomChat } from '../../../support/chat/random.ts';
import { printAll, printWhole, sdkCompletion, turnOf } from '../../../support/chat/served.ts';
import { readServedStream, type ServedAnswer } from '../../../support/chat/served-grammar.ts';
import { run, toLine, utf8, type Run } from '../../../support/decode.ts';
import { readReceived } from '../../../support/received.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { decoder, requestedModel, route, turn, type TurnOptions } from '../../../support/turns.ts';

const given: JsonObject = {
  model: requestedModel,
  messages: [{ role: 'user', content: 'go on' }],
  stream: true,
  stream_options: { include_usage: true },
};

function decodeSame(pieces: Iterable<Uint8Array>, options: TurnOptions = {}, body = given): Run {
  const asked = { ...turn(options), given: { format: 'chat', body } };
  return run(sameDecoder(route('chat', options.quirks), asked), pieces);
}

function without(all: readonly Decoded[]): string[] {
  return all.map((one) => toLine(isRemark(one) ? one : { ...one, frames: undefined as never }));
}

/** The laws for one stream; returns what the client reads. */
function check(
  bytes: Uint8Array,
  options: TurnOptions = {},
  shares: readonly number[] = [0.3, 0.5],
): ServedAnswer {
  const whole = decodeSame([bytes], options);
  const codec = run(decoder('chat', options), [bytes]);
  assert.deepEqual(without(whole.all), codec.all.map(toLine), 'the events are those of the codec');
  assert.equal(brokenRule(whole.events), undefined);
  const printed = printAll(whole.events, given);
  const pieces = [cutAt(bytes, atShares(bytes, shares)), ...(bytes.length < 4000 ? [slices(bytes, 1)] : [])];
  for (const cut of pieces) assert.equal(printAll(decodeSame(cut, options).events, given), printed, 'L10');
  const answer = readServedStream(printed, { model: requestedModel, includeUsage: true });
  assert.equal(answer.broken, undefined, printed.slice(-400));
  const received = readReceived(codec.events);
  assert.equal(answer.ended, received.ended === 'stopped' ? 'done' : received.ended);
  const isWhole = answer.ended === 'done';
  assert.ok(isWhole ? answer.text === received.text : answer.text.startsWith(received.text), 'C10: text');
  assert.ok(
    isWhole ? answer.thinking === received.thinking : answer.thinking.startsWith(received.thinking),
    'C10: reasoning',
  );
  if (!isWhole) return answer;
  assert.deepEqual(
    answer.calls.map(({ name, args }) => `${name} ${args.trim() || '{}'}`),
    received.calls.map(({ name, args }) => `${name} ${args.trim() || '{}'}`),
    'C10: calls',
  );
  return answer;
}

describe('recorded streams', () => {
  for (const transcript of transcripts('chat')) {
    if (transcript.options.model !== undefined) continue;
    test(transcript.name, async () => {
      const answer = check(transcript.bytes, transcript.options);
      const printed = printAll(decodeSame([transcript.bytes], transcript.options).events, given);
      if (answer.ended === 'done') await sdkCompletion(printed);
      else await assert.rejects(sdkCompletion(printed), 'C9: the SDK takes the stream for finished');
    });
  }
});

test('generated streams in the forms of many servers', () => {
  fc.assert(
    fc.property(generatedChat, cutPoints, ({ frames }, cuts) => void check(utf8(frames.join('')), {}, cuts)),
    runs,
  );
});

test('random chunks', () => {
  fc.assert(
    fc.property(randomChat, cutPoints, (frames, cuts) => void check(utf8(frames.join('')), {}, cuts)),
    runs,
  );
});

/** Streams as OpenAI writes them. */
const proper = fc
  .record({
    thinking: fc.string({ maxLength: 12 }),
    text: fc.string({ unit: 'grapheme', maxLength: 12 }),
    calls: fc.array(fc.tuple(fc.constantFrom('Read', 'Bash', 'Write'), toolInput), { maxLength: 3 }),
    interleaved: fc.boolean(),
    withUsage: fc.boolean(),
    model: fc.constantFrom('gpt-6', requestedModel),
    signed: fc.boolean(),
  })
  .chain((plan) =>
    fc
      .tuple(piecesOf(plan.text), piecesOf(plan.thinking), ...plan.calls.map(([, args]) => piecesOf(args)))
      .map(([text, thinking, ...args]) => Object.assign({}, plan, { pieces: { text, thinking, args } })),
  )
  .map(({ pieces, calls, interleaved, withUsage, model, signed }) => {
    const frame = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_787_000_000, model };
    const chunk = (delta: object, finish: string | null = null, more: object = {}): string =>
      `data: ${JSON.stringify({ ...frame, choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
    const heads = calls.map(([name], index) =>
      chunk({
        tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }],
      }),
    );
    const parts = pieces.args.map((list, index) =>
      list.map((args) => chunk({ tool_calls: [{ index, function: { arguments: args } }] })),
    );
    const longest = Math.max(0, ...parts.map(({ length }) => length));
    const mixed = Array.from({ length: longest }, (_, n) =>
      parts.flatMap((list) => list.slice(n, n + 1)),
    ).flat();
    const inTurn = heads.flatMap((head, n) => [head, ...(parts[n] ?? [])]);
    const details = [{ type: 'reasoning.text', signature: 'SIG', index: 0 }];
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
    const frames = [
      chunk({ role: 'assistant', content: '' }),
      ...pieces.thinking.map((piece) => chunk({ reasoning_content: piece })),
      ...(signed ? [chunk({ reasoning_details: details })] : []),
      ...pieces.text.map((piece) => chunk({ content: piece })),
      ...(interleaved ? [...heads, ...mixed] : inTurn),
      chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
      ...(withUsage ? [`data: ${JSON.stringify({ ...frame, choices: [], usage })}\n\n`] : []),
    ];
    return { frames, withUsage, signed };
  });

describe('a stream that obeys the laws', () => {
  test('passes byte for byte, but for the name of the model and the seals (C13)', () => {
    fc.assert(
      fc.property(proper, anyShare, ({ frames, withUsage }, share) => {
        const bytes = utf8(`${frames.join('')}data: [DONE]\n\n`);
        const { events } = decodeSame(cutAt(bytes, atShares(bytes, [share])));
        const printed = printAll(events, given);
        const expected = frames
          .join('')
          .replaceAll('"model":"gpt-6"', `"model":"${requestedModel}"`)
          .replaceAll('"SIG"', '"occ1.Y2hhdC9vcGVuY29kZS1nby9zb21lLW1vZGVs.SIG"');
        assert.ok(printed.startsWith(expected), `${printed}\n\n${expected}`);
        const rest = printed.slice(expected.length);
        if (withUsage) assert.equal(rest, 'data: [DONE]\n\n');
        else assert.match(rest, /^data: \{[^\n]*"choices":\[\],"usage":\{[^\n]*\n\ndata: \[DONE\]\n\n$/);
        check(bytes, {}, [share]);
      }),
      runs,
    );
  });

  test('passes without the usage, if the client did not ask for it (C7)', () => {
    fc.assert(
      fc.property(proper, ({ frames }) => {
        const body = { ...given, stream_options: null };
        const bytes = utf8(`${frames.join('')}data: [DONE]\n\n`);
        const printed = printAll(decodeSame([bytes], {}, body).events, body);
        const answer = readServedStream(printed, { model: requestedModel });
        assert.equal(answer.broken, undefined);
        assert.equal(answer.usage, undefined);
      }),
      runs,
    );
  });

  test('that breaks off never looks finished (C9)', () => {
    fc.assert(
      fc.property(proper, anyShare, ({ frames }, share) => {
        const until = frames.findIndex((frame) => /"finish_reason":"/.test(frame));
        const sent = frames.slice(0, Math.round(share * until));
        const answer = check(utf8(sent.join('')));
        assert.notEqual(answer.ended, 'done');
        assert.equal(answer.finish, undefined);
      }),
      runs,
    );
  });

  test('passes what came before a chunk that breaks them, and prints the rest', () => {
    fc.assert(
      fc.property(
        proper,
        anyShare,
        fc.constantFrom('no-id', 'parts', 'other id'),
        ({ frames }, share, damage) => {
          const at = Math.round(share * (frames.length - 1));
          const damaged = frames.map((frame, n) => {
            if (n < at) return frame;
            if (damage === 'no-id') return frame.replace('"id":"chatcmpl-1",', '');
            if (damage === 'other id') return frame.replace('chatcmpl-1', `chatcmpl-${n}`);
            return frame.replace(/"content":("(?:[^"\\]|\\.)*")/, '"content":[{"type":"text","text":$1}]');
          });
          check(utf8(`${damaged.join('')}data: [DONE]\n\n`));
        },
      ),
      runs,
    );
  });
});

describe('single streams', () => {
  const frame = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: requestedModel };
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ ...frame, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const call = (index: number, id: string, args: string): string =>
    chunk({ tool_calls: [{ index, id, type: 'function', function: { name: 'Read', arguments: args } }] });
  const role = chunk({ role: 'assistant', content: '' });

  test('two calls with one id get one each', () => {
    const { calls } = check(
      utf8([role, call(0, 'c', '{}'), call(1, 'c', '{}'), chunk({}, 'tool_calls')].join('')),
    );
    assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
  });

  test('content that comes with the finish, and content after it', () => {
    const together = check(utf8([role, chunk({ content: 'a' }), chunk({ content: 'b' }, 'stop')].join('')));
    assert.deepEqual([together.text, together.finish], ['ab', 'stop']);
    const behind = check(
      utf8([role, chunk({ content: 'a' }), chunk({}, 'stop'), chunk({ content: 'b' })].join('')),
    );
    assert.deepEqual([behind.text, behind.finish], ['ab', 'stop']);
  });

  test('the reason of a finish that is wrong', () => {
    const stopped = check(utf8([role, call(0, 'c', '{}'), chunk({}, 'stop')].join('')));
    assert.equal(stopped.finish, 'tool_calls');
    const none = check(utf8([role, chunk({ content: 'a' }), chunk({}, 'tool_calls')].join('')));
    assert.equal(none.finish, 'stop');
  });

  test('arguments that are no object fail, and the client sees no finish', () => {
    const { ended, finish } = check(
      utf8([role, call(0, 'c', '{"a":'), chunk({}, 'tool_calls'), 'data: [DONE]\n\n'].join('')),
    );
    assert.deepEqual([ended, finish], ['error', undefined]);
  });
});

test('a turn of this format prints what a turn of another one gets', () => {
  const body = { ...given, tools: [{ type: 'custom', custom: { name: 'patch' } }] };
  const asked = turnOf(body);
  const events = run(sameDecoder(route('chat'), asked), [
    utf8(
      'data: {"id":"c","created":1,"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"patch","arguments":"{\\"input\\":\\"a b\\"}"}}]},"finish_reason":"tool_calls"}]}\n\n',
    ),
    utf8('data: [DONE]\n\n'),
  ]).events;
  assert.ok(events.every(({ frames }) => frames === undefined));
  const { calls } = readServedStream(printAll(events, body), { model: requestedModel, includeUsage: true });
  assert.deepEqual(calls, [{ id: 'c1', type: 'custom', name: 'patch', args: 'a b' }]);
});

test('annotations and images pass, and the whole answer has them as well (C12, C13)', () => {
  const frame = { id: 'c1', object: 'chat.completion.chunk', created: 1_787_000_000, model: requestedModel };
  const chunk = (delta: object, finish: string | null = null): string =>
    JSON.stringify({ ...frame, choices: [{ index: 0, delta, finish_reason: finish }] });
  const cited = (url: string): object => ({ type: 'url_citation', url_citation: { url, title: 'T' } });
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'Hello', annotations: [cited('a')] }),
    chunk({ annotations: [cited('b')], images: null }),
    chunk({ images: [image] }),
    chunk({ content: '.', search_results: { n: 1 } }),
    chunk({}, 'stop'),
  ];
  const bytes = utf8([...chunks, '[DONE]'].map((data) => `data: ${data}\n\n`).join(''));
  const body = { ...given, stream_options: null };
  const { all, events } = decodeSame([bytes], {}, body);
  const sent = printAll(events, body)
    .split('\n\n')
    .map((line) => line.replace('data: ', ''));
  assert.deepEqual(sent, [...chunks, '[DONE]', '']);
  assert.deepEqual(
    all.filter((one) => one.type === 'dropped'),
    [],
    'nothing was left out',
  );
  const [choice] = printWhole(events, body)['choices'] as { message: object }[];
  assert.deepEqual(choice?.message, {
    role: 'assistant',
    content: 'Hello.',
    refusal: null,
    annotations: [cited('a'), cited('b')],
    images: [image],
    search_results: { n: 1 },
  });
});
