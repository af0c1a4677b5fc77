/** Tests how doctor judges Responses and Gemini upstreams: without faults, and with planted ones. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { judgeUpstream } from '../../../lib/doctor/laws/upstream-laws.ts';
import type { Finding } from '../../../lib/doctor/check.ts';
import { failing, refuse } from '../../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import { callTogether } from '../../../lib/emulator/script.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { problems, finding, runChecks } from '../run-checks.ts';
import { capable, startProvider, type ProviderOptions } from '../emulated-provider.ts';

const formats = ['responses', 'gemini'] as const;
const subject = 'mine/some-model';

/** Runs the live checks on one model of `format`. */
async function live(t: TestContext, format: WireFormat, options: ProviderOptions = {}): Promise<Finding[]> {
  const { url } = await startProvider(t, {
    strict: false,
    flavour: 'plain',
    answer(request) {
      const { model, prompt } = request.conversation;
      if (model.includes('no-such-model')) return refuse(404, { message: 'there is no such model' });
      // The check `reachable` sends no prompt.
      if (prompt === '') return refuse(400, { message: 'the prompt is empty' });
      return failing(options.answer?.(request) ?? capable(request), options.faults ?? {});
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

function assertProviderFault(found: Finding, level: Finding['level'], summary: RegExp): void {
  assert.match(found.summary, summary);
  assert.deepEqual([found.level, found.fault], [level, 'provider']);
}

const whenToolsOffered = (answer: ProviderOptions['answer']) => (request: ReceivedRequest) =>
  request.conversation.tools.length > 0 && request.conversation.done.length === 0
    ? answer?.(request)
    : undefined;

for (const format of formats)
  describe(format, () => {
    test('a provider without faults', async (t) => {
      const findings = await live(t, format);
      const expected = /^(?:warn claude|skipped quota|skipped running)/;
      assert.deepEqual(
        problems(findings).filter((line) => !expected.test(line)),
        [],
      );
      assert.match(
        finding(findings, 'tool-first', subject).summary,
        format === 'gemini' ? /^get_weather after its signature at index 0/ : /^get_weather at index 0/,
      );
    });

    test('an answer without its last event', async (t) => {
      const findings = await live(t, format, { faults: { omit: ['finish', 'usage', 'end', 'cost'] } });
      assertProviderFault(
        finding(findings, 'eof', subject),
        'fail',
        /^mine did not finish its answer, after/,
      );
    });

    test('a connection that breaks during the answer', async (t) => {
      const findings = await live(t, format, { faults: { breaks: { at: { deltas: 1 }, how: 'hang-up' } } });
      assertProviderFault(
        finding(findings, 'eof', subject),
        'fail',
        /^mine broke the connection during its answer, after/,
      );
    });

    test('arguments that are not an object', async (t) => {
      const findings = await live(t, format, {
        answer: whenToolsOffered(() => [
          callTogether({ name: 'get_weather', input: {}, rawArguments: '{"city": "Par' }),
        ]),
      });
      const found = finding(findings, 'tool-first', subject);
      assertProviderFault(found, 'fail', /^mine sent tool call arguments that are not a JSON object/);
    });

    test('an error during the answer', async (t) => {
      const findings = await live(t, format, {
        faults: { errorEvent: { at: { deltas: 1 }, type: 'overloaded_error', message: 'full' } },
      });
      const found = finding(findings, 'eof', subject);
      assertProviderFault(found, 'fail', /^mine sent an error during its answer: overloaded_error full/);
    });

    test('keep-alives that split events', async (t) => {
      const findings = await live(t, format, { faults: { comments: { every: 2, inside: 'data' } } });
      assertProviderFault(finding(findings, 'eof', subject), 'fail', /^mine splits its events/);
    });
  });

test('responses: keep-alives inside events are corrected (a Gemini event has only one line)', async (t) => {
  const findings = await live(t, 'responses', { faults: { comments: { every: 2, inside: true } } });
  assertProviderFault(finding(findings, 'eof', subject), 'warn', /^mine puts keep-alives inside events$/);
});

type Row = [name: string, format: WireFormat, body: string, deviations: string[], broken?: RegExp];

const sse = (...events: object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
const ended = { type: 'response.completed', response: { status: 'completed', usage: {}, output: [] } };
const added = (index: number, type: string): object => ({
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
    'a first item at index 1',
    'responses',
    sse(added(1, 'function_call'), { type: 'response.output_item.done', output_index: 1, item: {} }, ended),
    ['starts a tool call at index 1 instead of 0'],
  ],
  ['an item without its done event', 'responses', sse(added(0, 'message'), ended), ['leaves an item open']],
  [
    '[DONE] after the end',
    'responses',
    `${sse(ended)}data: [DONE]\n\n`,
    ['sends [DONE], which this format does not have'],
  ],
  [
    'a response that failed',
    'responses',
    sse({ type: 'response.failed', response: { error: { code: 'slow_down', message: 'no' } } }),
    [],
    /^sent an error during its answer: slow_down no$/,
  ],
  [
    'one JSON document',
    'responses',
    JSON.stringify({ object: 'response', ...ended.response }),
    ['sends one JSON document instead of a stream'],
  ],
  [
    'broken arguments in a truncated response',
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
    'arguments as a string',
    'gemini',
    sse(chunk([call('{"a":1}')], 'STOP')),
    ['sends the arguments of a call as a string'],
  ],
  [
    'an unspecified finish reason',
    'gemini',
    sse(chunk([{ text: 'a' }], 'FINISH_REASON_UNSPECIFIED')),
    [],
    /^did not finish its answer/,
  ],
  [
    'a malformed call',
    'gemini',
    sse(chunk([], 'MALFORMED_FUNCTION_CALL')),
    [],
    /^discarded its answer: MALFORMED_FUNCTION_CALL$/,
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
    ['sends one JSON document instead of a stream'],
  ],
  [
    'a blocked prompt, which is a valid answer',
    'gemini',
    sse({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: {} }),
    [],
  ],
];

describe('judging what an upstream sent', () => {
  for (const [name, format, body, deviations, broken] of rows)
    test(`${format}: ${name}`, () => {
      const chunks = [{ atMs: 1, bytes: Buffer.from(body) }];
      const side = {
        url: '',
        sentMs: 0,
        endedMs: 2,
        status: 200,
        headers: {},
        ended: 'complete',
        chunks,
      } as const;
      const judgement = judgeUpstream(side, format);
      assert.deepEqual(judgement.deviations, deviations);
      assert.equal(judgement.counted, !body.includes('failed'));
      if (broken) assert.match(judgement.broken ?? 'nothing', broken);
      else assert.equal(judgement.broken, undefined);
    });
});
