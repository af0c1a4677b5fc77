/** Items that only clients of Responses know, from an upstream that speaks Responses: they pass, and they are content (P2, P6). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isContent } from '../../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import { brokenRule } from '../../../../lib/anthropic/grammar.ts';
import { guard } from '../../../../lib/anthropic/grammar.ts';
import { responses as emulated } from '../../../../lib/emulator/formats/responses.ts';
import { callTogether, finish, say, type Script } from '../../../../lib/emulator/script.ts';
import { toText, type JsonObject } from '../../../../lib/json.ts';
import { compose } from '../../../../lib/stream/transducer.ts';
import { sameDecoder } from '../../../../lib/wire/responses/served/same-stream.ts';
import { nastyText, piecesOf, runs } from '../../../support/arbitraries.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { eventsIn, finalOf, lawful, plainBody, printed } from '../../../support/responses/served.ts';
import { route, turn } from '../../../support/turns.ts';

const upstream = route('responses');
const given = { ...turn(), given: { format: 'responses', body: plainBody } };
const decoded = (text: string) => run(compose(sameDecoder(upstream, given), guard()), [utf8(text)]).events;

function stream(item: JsonObject, between: JsonObject[], whole: JsonObject): string {
  const response = (status: string, output: JsonObject[]): JsonObject => ({
    id: 'resp_1',
    object: 'response',
    model: given.request.model,
    status,
    error: null,
    incomplete_details: null,
    output,
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  });
  const events: JsonObject[] = [
    { type: 'response.created', response: response('in_progress', []) },
    { type: 'response.output_item.added', output_index: 0, item },
    ...between.map((one) => Object.assign({}, one, { item_id: item['id'], output_index: 0 })),
    { type: 'response.output_item.done', output_index: 0, item: whole },
    { type: 'response.completed', response: response('completed', [whole]) },
  ];
  return events
    .map(
      (event, sequence_number) =>
        `event: ${toText(event['type'])}\ndata: ${JSON.stringify({ sequence_number, ...event })}\n\n`,
    )
    .join('');
}

const frames = (events: ReturnType<typeof decoded>): string =>
  events.map((event) => event.frames ?? '').join('');

describe('a tool with free text', () => {
  const item = {
    id: 'ctc_1',
    type: 'custom_tool_call',
    status: 'in_progress',
    call_id: 'c1',
    name: 'apply_patch',
    input: '',
  };

  test('passes, and is a call whose only argument is the text', () => {
    const text = nastyText.chain((input) => piecesOf(input).map((pieces) => ({ input, pieces })));
    fc.assert(
      fc.property(text, ({ input, pieces }) => {
        const sent = stream(
          item,
          [
            ...pieces.map((delta) => ({ type: 'response.custom_tool_call_input.delta', delta })),
            { type: 'response.custom_tool_call_input.done', input },
          ],
          { ...item, status: 'completed', input },
        );
        const events = decoded(sent);
        assert.equal(frames(events), sent);
        lawful(frames(events));
        const message = foldMessage(events);
        assert.equal(message?.stop_reason, 'tool_use');
        assert.deepEqual(
          message.content.map(({ type, id, name, input: args }) => ({ type, id, name, args })),
          [{ type: 'tool_use', id: 'c1', name: 'apply_patch', args: { input } }],
        );
      }),
      runs,
    );
  });

  test('is read without anything left out', () => {
    const { all } = run(sameDecoder(upstream, given), [
      utf8(
        stream(item, [{ type: 'response.custom_tool_call_input.delta', delta: 'a' }], {
          ...item,
          input: 'a',
        }),
      ),
    ]);
    assert.deepEqual(
      all.filter(({ type }) => type === 'dropped'),
      [],
    );
  });

  test('begins when its name is known, not when it is whole', () => {
    const sent = stream(item, [{ type: 'response.custom_tool_call_input.delta', delta: 'a' }], item);
    const events = decoded(sent.slice(0, sent.indexOf('event: response.output_item.done')));
    assert.ok(events.some((event) => isContent(event)));
  });
});

test('a function that stands for a tool of `additional_tools`, or one that a search has loaded, is that tool again', () => {
  const exec = { type: 'custom', name: 'exec', description: 'Runs.' };
  const input = [
    { type: 'additional_tools', tools: [{ type: 'namespace', name: 'functions', tools: [exec] }] },
    { role: 'user', content: 'go on' },
    { type: 'tool_search_output', call_id: 's1', tools: [{ ...exec, name: 'late' }] },
  ];
  const body = { ...plainBody, input } as JsonObject;
  const asked = { ...given, given: { format: 'responses', body } };
  for (const [flat, expected] of [
    ['functions__exec', { name: 'exec', namespace: 'functions' }],
    ['late', { name: 'late' }],
  ] as const) {
    const started = {
      id: 'fc_1',
      type: 'function_call',
      status: 'in_progress',
      call_id: 'c1',
      name: flat,
      arguments: '',
    };
    const args = '{"input":"1+1"}';
    const whole = { ...started, status: 'completed', arguments: args };
    const pieces = [
      { type: 'response.function_call_arguments.delta', delta: args },
      { type: 'response.function_call_arguments.done', arguments: args },
    ];
    const { events } = run(compose(sameDecoder(upstream, asked), guard()), [
      utf8(stream(started, pieces, whole)),
    ]);
    const [item] = finalOf(lawful(frames(events)))['output'] as JsonObject[];
    const called = { id: 'fc_1', type: 'custom_tool_call', status: 'completed', call_id: 'c1', input: '1+1' };
    assert.deepEqual(item, { ...called, ...expected });
  }
});

for (const type of [
  'image_generation_call',
  'local_shell_call',
  'web_search_call',
  'mcp_call',
  'future_call',
])
  test(`an answer of only ${type} is not empty, and passes`, () => {
    const item = { id: 'x_1', type, status: 'in_progress' };
    const sent = stream(item, [{ type: `response.${type}.in_progress` }], {
      ...item,
      status: 'completed',
      result: 'x',
    });
    const events = decoded(sent);
    assert.equal(frames(events), sent);
    assert.ok(events.some((event) => isContent(event)));
    assert.equal(brokenRule(events), undefined);
  });

describe('a call with broken arguments', () => {
  const head = { id: 'x1', model: 'some-model', created: 1_787_800_000, inputTokens: 9 } as const;
  const broken = callTogether(
    { name: 'Bash', input: null, rawArguments: '{"a":1}' },
    { name: 'Bash', input: null, rawArguments: '{"command":"rm -rf' },
  );
  const text = (script: Script): string =>
    [...emulated.stream(script, { ...head, flavour: 'plain' })]
      .map((frame) => (frame.type === 'event' ? frame.text : ''))
      .join('');

  test('is never done for the client, and the turn fails (P5)', () => {
    const received = lawful(printed(decoded(text([say('I look.'), broken]))));
    assert.equal(finalOf(received)['status'], 'failed');
    const done = received
      .filter(({ type }) => type === 'response.output_item.done')
      .map(({ item }) => item as JsonObject);
    assert.deepEqual(
      done.map(({ type, arguments: args }) => [type, args]),
      [
        ['message', undefined],
        ['function_call', '{"a":1}'],
      ],
    );
  });

  test('passes as it came where the answer was cut', () => {
    const sent = text([say('I look.'), broken, finish('length')]);
    const received = eventsIn(printed(decoded(sent)));
    assert.equal(finalOf(received)['status'], 'incomplete');
    assert.equal(received.length, eventsIn(sent).length);
  });
});

describe('the end', () => {
  const item = {
    id: 'fc_1',
    type: 'function_call',
    status: 'in_progress',
    call_id: 'c1',
    name: 'Bash',
    arguments: '',
  };
  const pieces = [
    { type: 'response.function_call_arguments.delta', delta: '{}' },
    { type: 'response.function_call_arguments.done', arguments: '{}' },
  ];
  const whole = stream(item, pieces, { ...item, arguments: '{}' });

  test('a stream that breaks off before it is known whether its frames pass is only an error', () => {
    const cut = whole.slice(0, whole.indexOf('event: response.function_call_arguments.delta'));
    const { events } = run(sameDecoder(upstream, given), [utf8(cut)]);
    assert.equal(brokenRule(events), undefined);
    assert.equal(events.at(-1)?.type, 'error');
  });

  test('the last frame waits for the end of the message, which may still fail', () => {
    const silent = whole.replace(/,"usage":\{[^}]*\}/g, '');
    assert.notEqual(silent, whole);
    const { beforeFlush, events } = run(sameDecoder(upstream, given), [utf8(silent)]);
    const sent = beforeFlush.map((one) => ('frames' in one ? toText(one.frames) : '')).join('');
    assert.doesNotMatch(sent, /response\.completed/);
    assert.equal(frames(events), silent);
  });
});
