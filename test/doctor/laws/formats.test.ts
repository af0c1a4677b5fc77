/** Responses and gemini under doctor's eyes: nothing wrong is told as that, and what is planted as the provider's fault. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { readUpstream } from '../../../lib/doctor/laws/upstream-laws.ts';
import type { Finding } from '../../../lib/doctor/check.ts';
import { failing, refuse } from '../../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import { callTogether } from '../../../lib/emulator/script.ts';
import type { WireFormat } from '../../../lib/wire/codec.ts';
import { complaints, finding, runChecks } from '../run-checks.ts';
import { capable, startProvider, type ProviderOptions } from '../emulated-provider.ts';

const both = ['responses', 'gemini'] as const;
const subject = 'mine/some-model';

/** Doctor over one model of `format` at a provider that answers so. */
async function live(t: TestContext, format: WireFormat, options: ProviderOptions = {}): Promise<Finding[]> {
  const { url } = await startProvider(t, {
    strict: false,
    flavour: 'plain',
    answer(asked) {
      const { model, prompt } = asked.conversation;
      if (model.includes('no-such-model')) return refuse(404, { message: 'there is no such model' });
      // Whether anybody is there is asked without a question.
      if (prompt === '') return refuse(400, { message: 'nothing was asked' });
      return failing(options.answer?.(asked) ?? capable(asked), options.faults ?? {});
    },
  });
  const config = {
    models: { default: { provider: 'mine', model_id: 'some-model', quirks: { thinking: 'effort' } } },
    providers: {
      mine: {
        api_key: 'sk-test-0123456789abcdef',
        wire_format: format,
        base_url: format === 'gemini' ? `${url}/v1beta/models` : `${url}/v1`,
      },
    },
  };
  return runChecks(t, { config, only: 'live' });
}

function isProvider(found: Finding, level: Finding['level'], summary: RegExp): void {
  assert.match(found.summary, summary);
  assert.deepEqual([found.level, found.fault], [level, 'provider']);
}

const whenAskedForTools = (answer: ProviderOptions['answer']) => (asked: ReceivedRequest) =>
  asked.conversation.tools.length > 0 && asked.conversation.done.length === 0 ? answer?.(asked) : undefined;

for (const format of both)
  describe(format, () => {
    test('a provider that does all it should', async (t) => {
      const findings = await live(t, format);
      const honest = /^(?:warn claude|skipped quota|skipped running)/;
      assert.deepEqual(
        complaints(findings).filter((line) => !honest.test(line)),
        [],
      );
      assert.match(
        finding(findings, 'tool-first', subject).summary,
        format === 'gemini' ? /^get_weather behind its signature at index 0/ : /^get_weather at index 0/,
      );
    });

    test('an end without an end', async (t) => {
      const findings = await live(t, format, { faults: { omit: ['finish', 'usage', 'end', 'cost'] } });
      isProvider(finding(findings, 'eof', subject), 'fail', /^mine ended its answer without an end, after/);
    });

    test('a connection that breaks in mid-answer', async (t) => {
      const findings = await live(t, format, { faults: { breaks: { at: { deltas: 1 }, how: 'hang-up' } } });
      isProvider(
        finding(findings, 'eof', subject),
        'fail',
        /^mine broke the connection in mid-answer, after/,
      );
    });

    test('arguments that are no object', async (t) => {
      const findings = await live(t, format, {
        answer: whenAskedForTools(() => [
          callTogether({ name: 'get_weather', input: {}, rawArguments: '{"city": "Par' }),
        ]),
      });
      const found = finding(findings, 'tool-first', subject);
      isProvider(found, 'fail', /^mine sent arguments of a tool call that are no JSON object/);
    });

    test('an error in mid-answer', async (t) => {
      const findings = await live(t, format, {
        faults: { errorEvent: { at: { deltas: 1 }, type: 'overloaded_error', message: 'full' } },
      });
      const found = finding(findings, 'eof', subject);
      isProvider(found, 'fail', /^mine sent an error in mid-answer: overloaded_error full/);
    });

    test('keep-alives that tear events', async (t) => {
      const findings = await live(t, format, { faults: { comments: { every: 2, inside: 'data' } } });
      isProvider(finding(findings, 'eof', subject), 'fail', /^mine tears its events apart/);
    });
  });

test('responses: keep-alives inside events are put right; an event of gemini is one line and has no inside', async (t) => {
  const findings = await live(t, 'responses', { faults: { comments: { every: 2, inside: true } } });
  isProvider(finding(findings, 'eof', subject), 'warn', /^mine puts keep-alives inside events$/);
});

type Row = [what: string, format: WireFormat, body: string, odd: string[], broken?: RegExp];

const sse = (...events: object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
const ended = { type: 'response.completed', response: { status: 'completed', usage: {}, output: [] } };
const announced = (index: number, type: string): object => ({
  type: 'response.output_item.added',
  output_index: index,
  item: { type },
});
const chunk = (parts: object[], finishReason?: string): object => ({
  candidates: [{ content: { parts }, finishReason }],
  usageMetadata: {},
});
const call = (args: unknown): object => ({ functionCall: { name: 'f', args } });

const rows: Row[] = [
  [
    'a first item at 1',
    'responses',
    sse(
      announced(1, 'function_call'),
      { type: 'response.output_item.done', output_index: 1, item: {} },
      ended,
    ),
    ['starts a tool call at index 1 instead of 0'],
  ],
  ['an item that is left open', 'responses', sse(announced(0, 'message'), ended), ['leaves an item open']],
  [
    '[DONE] behind the end',
    'responses',
    `${sse(ended)}data: [DONE]\n\n`,
    ['sends [DONE], which this format does not know'],
  ],
  [
    'a response that failed',
    'responses',
    sse({ type: 'response.failed', response: { error: { code: 'slow_down', message: 'no' } } }),
    [],
    /^sent an error in mid-answer: slow_down no$/,
  ],
  [
    'a whole response',
    'responses',
    JSON.stringify({ object: 'response', ...ended.response }),
    ['answers in one piece where a stream was asked'],
  ],
  [
    'broken arguments of what was cut',
    'responses',
    sse(
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'function_call', arguments: '{"a' },
      },
      { type: 'response.incomplete', response: { usage: {} } },
    ),
    [],
  ],
  [
    'arguments as a text',
    'gemini',
    sse(chunk([call('{"a":1}')], 'STOP')),
    ['sends the arguments of a call as a text'],
  ],
  [
    'a finish that says nothing',
    'gemini',
    sse(chunk([{ text: 'a' }], 'FINISH_REASON_UNSPECIFIED')),
    [],
    /^ended its answer without an end/,
  ],
  [
    'a malformed call',
    'gemini',
    sse(chunk([], 'MALFORMED_FUNCTION_CALL')),
    [],
    /^gave its answer up: MALFORMED_FUNCTION_CALL$/,
  ],
  [
    'arguments without a name',
    'gemini',
    sse(chunk([{ functionCall: { args: { a: 1 } } }], 'STOP')),
    [],
    /^sent a function call without a name$/,
  ],
  [
    'a list of chunks',
    'gemini',
    JSON.stringify([chunk([{ text: 'a' }]), chunk([], 'STOP')]),
    ['answers in one piece where a stream was asked'],
  ],
  [
    'a blocked prompt, which is an answer',
    'gemini',
    sse({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: {} }),
    [],
  ],
];

describe('what an upstream sent', () => {
  for (const [what, format, body, odd, broken] of rows)
    test(`${format}: ${what}`, () => {
      const pieces = [{ atMs: 1, bytes: Buffer.from(body) }];
      const side = {
        url: '',
        askedMs: 0,
        endedMs: 2,
        status: 200,
        headers: {},
        ended: 'whole',
        pieces,
      } as const;
      const heard = readUpstream(side, format);
      assert.deepEqual(heard.odd, odd);
      assert.equal(heard.counted, !body.includes('failed'));
      if (broken) assert.match(heard.broken ?? 'nothing', broken);
      else assert.equal(heard.broken, undefined);
    });
});
