/** Faults of a provider: of its streams, its errors, and its plans. */
import { refuse, webPage } from '../../../lib/emulator/answer.ts';
import { callTogether } from '../../../lib/emulator/script.ts';
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import { goConfig, startProvider, type ProviderOptions } from '../emulated-provider.ts';
import type { Bed, Cure, Expected, Fault } from './fault.ts';

/** A provider of which one model has the fault; what the remedy says is to use another model. */
async function anotherModel(bed: Bed, broken: ProviderOptions, key = 'minimax-m3'): Promise<Cure> {
  const [bad, good] = await Promise.all([startProvider(bed.t, broken), startProvider(bed.t)]);
  const config = (url: string): object => ({
    ...goConfig(url),
    models: { default: { provider: 'opencode-go', model_id: key } },
  });
  bed.configure(config(bad.url));
  return { how: 'followed', text: /^use another model/, by: () => void bed.configure(config(good.url)) };
}

/** Only requests with tools get this answer. */
const whenToolsOffered =
  (answer: NonNullable<ProviderOptions['answer']>): NonNullable<ProviderOptions['answer']> =>
  (request: ReceivedRequest) =>
    request.conversation.tools.length > 0 && request.conversation.done.length === 0
      ? answer(request)
      : undefined;

const provider = 'provider' as const;

function stream(
  broken: string,
  check: string,
  level: Expected['level'],
  summary: RegExp,
  options: ProviderOptions,
  model = 'minimax-m3',
): Fault {
  return {
    broken,
    args: [check, '--live'],
    expected: { check, level, side: provider, summary },
    plant: (bed) => anotherModel(bed, options, model),
  };
}

export const providers: readonly Fault[] = [
  stream('The provider cuts off its streams', 'eof', 'fail', /broke the connection during its answer/, {
    faults: { breaks: { at: { deltas: 3 }, how: 'hang-up' } },
  }),
  stream(
    'The provider ends its streams in the middle, without an error',
    'eof',
    'fail',
    /did not finish its answer/,
    {
      faults: { breaks: { at: { deltas: 3 }, how: 'cut' } },
    },
    'glm-5.3',
  ),
  stream('The provider sends no finish reason and no end', 'eof', 'fail', /did not finish its answer/, {
    faults: { omit: ['finish', 'usage', 'end', 'cost'] },
  }),
  stream('The provider sends no message_stop', 'eof', 'warn', /ends without message_stop/, {
    faults: { omit: ['end'] },
  }),
  stream('The provider puts keep-alives inside events', 'eof', 'warn', /puts keep-alives inside events/, {
    faults: { comments: { every: 2, inside: true } },
  }),
  stream(
    'The provider splits the data of events by keep-alives',
    'eof',
    'fail',
    /splits its events with keep-alives/,
    {
      faults: { comments: { every: 5, inside: 'data' } },
    },
    'glm-5.3',
  ),
  stream('The provider sends an event with half of its JSON', 'eof', 'fail', /JSON/, {
    faults: { brokenJson: { deltas: 2 } },
  }),
  stream(
    'The provider begins with a tool call at index 1',
    'tool-first',
    'warn',
    /starts a tool call at index 1/,
    {
      faults: { indexShift: 1 },
    },
  ),
  stream(
    'The provider sends half of the arguments of a tool call',
    'tool-first',
    'fail',
    /arguments that are not a JSON object/,
    {
      answer: whenToolsOffered(() => [
        callTogether({ name: 'get_weather', input: {}, rawArguments: '{"city": "Par' }),
      ]),
    },
    'glm-5.3',
  ),
  stream(
    'The provider answers a request with tools by a web page',
    'tool-first',
    'fail',
    /sent a web page instead of an answer/,
    {
      answer: whenToolsOffered(() => webPage()),
    },
  ),
  stream('The provider reports an error in the middle of its answer', 'eof', 'fail', /error/, {
    faults: { errorEvent: { at: { deltas: 2 } } },
  }),
  stream('The provider is overloaded', 'model', 'fail', /529/, {
    answer: () => refuse(529),
  }),
  stream('The servers of the provider fail', 'model', 'fail', /500/, {
    answer: () => refuse(500),
  }),
  {
    broken: 'The plan is spent',
    args: ['model'],
    expected: { check: 'model', level: 'warn', side: 'client', summary: /its quota is spent: 429/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t, {
        answer: () =>
          refuse(429, {
            type: 'GoUsageLimitError',
            message: 'You have reached your weekly usage limit.',
            retryAfterSeconds: 3600,
          }),
      });
      bed.configure({
        ...goConfig(url),
        models: { default: { provider: 'opencode-go', model_id: 'glm-5.3' } },
      });
      return {
        how: 'told',
        text: /see how much is used and when it resets/,
        why: 'time, or whoever pays the plan',
      };
    },
  },
  {
    broken: 'The plan is almost used up',
    args: ['quota'],
    expected: { check: 'quota', level: 'warn', side: 'client', summary: /5 hours 97 %/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t, { quota: { rolling: 97, weekly: 30, monthly: 8 } });
      bed.configure(goConfig(url));
      return { how: 'told', text: /it resets/, why: 'time' };
    },
  },
  {
    broken: 'The provider refuses the request that occ makes',
    args: ['model', '--live'],
    expected: { check: 'model', level: 'fail', side: 'occ', summary: /refuses occ's request: 400/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t, {
        answer: () => refuse(400, { type: 'invalid_request_error', message: 'max_tokens: unknown field' }),
      });
      bed.configure({
        ...goConfig(url),
        models: { default: { provider: 'opencode-go', model_id: 'glm-5.3' } },
      });
      return { how: 'told', text: /report it with the evidence/, why: 'the developers of occ' };
    },
  },
];
