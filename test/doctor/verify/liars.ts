/** Providers that lie, as data: each is the obedient model with one change, in any wire format. */
import { failing, refuse, toAnswer, type Answer } from '../../../lib/emulator/answer.ts';
import { obedient, obey } from '../../../lib/emulator/obedient.ts';
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import type { RespondOptions } from '../../../lib/emulator/respond.ts';
import { argumentsOf, join, say, usage, wait, type Script, type Step } from '../../../lib/emulator/script.ts';
import type { JsonObject } from '../../../lib/json.ts';

export interface Liar {
  name: string;
  /** The judge that must name it, and what it must say. */
  code: string;
  says: RegExp;
  /** `doubt` for what a weak model could do as well. */
  level: 'lie' | 'doubt';
  answer: (request: ReceivedRequest, honest: () => Answer) => Answer | Script;
  options?: Pick<RespondOptions, 'promptCache'>;
}

const scripted = (answer: Answer): Script => answer.script ?? [];

/** The honest answer with each step changed. */
const changed =
  (change: (step: Step) => Step | Step[]): Liar['answer'] =>
  (_, honest) => {
    const answer = honest();
    return answer.script ? { ...answer, script: answer.script.flatMap(change) } : answer;
  };

/** The answer to another request. */
const reading =
  (change: (request: ReceivedRequest) => Partial<ReceivedRequest>): Liar['answer'] =>
  (request, honest) => {
    const refused = honest();
    return refused.reply ? refused : obey({ ...request, ...change(request) });
  };

/** A copy of a body in which every text is changed. */
function withTexts(value: unknown, change: (text: string) => string): JsonObject {
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return change(part);
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, copy(inner)]));
  };
  return copy(value) as JsonObject;
}

const withoutSystem = (text: string): string => text.replace(/The code of today is \S+/, '');

/** Adds a count of tokens to each answer, made from the real one. */
const counting =
  (
    count: (input: number, output: number) => { input: number; output: number; cached?: number },
  ): Liar['answer'] =>
  (request, honest) => {
    const answer = honest();
    if (!answer.script) return answer;
    const output = answer.script.reduce((sum, step) => sum + charactersOf(step), 0) / 4;
    return { script: [...answer.script, usage(count(Math.ceil(request.bodyBytes / 4), Math.ceil(output)))] };
  };

function charactersOf(step: Step): number {
  if (step.type === 'tools') return step.calls.reduce((sum, call) => sum + argumentsOf(call).length, 0);
  return step.type === 'text' || step.type === 'thinking' ? join(step.text).length : 0;
}

const textOf = (script: Script): string =>
  script.map((step) => (step.type === 'text' ? join(step.text) : '')).join('');

const asText = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asText(inner)]));
};

const withCalls = (
  change: (call: Extract<Step, { type: 'tools' }>['calls'][number]) => object,
): Liar['answer'] =>
  changed((step) =>
    step.type === 'tools'
      ? { ...step, calls: step.calls.map((call) => ({ ...call, ...change(call) })) }
      : step,
  );

const withAd = (ad: string): Liar['answer'] =>
  changed((step) => (step.type === 'text' ? say(`${join(step.text)}\n\n${ad}`) : step));

export const liars: readonly Liar[] = [
  {
    name: 'drops the beginning of a long prompt',
    code: 'context',
    says: /10 % and 50 % of it did not arrive/,
    level: 'lie',
    answer: reading(({ body }) => ({ body: withTexts(body, (text) => text.slice(-20_000)) })),
  },
  {
    name: 'drops the end of a long text',
    code: 'context',
    says: /90 % of it did not arrive/,
    level: 'lie',
    answer: reading(({ body }) => ({ body: withTexts(body, (text) => text.slice(0, 30_000)) })),
  },
  {
    name: 'drops the middle of a long prompt',
    code: 'context',
    says: /50 % of it did not arrive/,
    level: 'lie',
    answer: reading(({ body }) => ({
      body: withTexts(body, (text) =>
        text.length < 20_000 ? text : text.slice(0, 15_000) + text.slice(-15_000),
      ),
    })),
  },
  {
    name: 'drops all but the first of parallel calls',
    code: 'parallel-calls',
    says: /1 of 3 calls/,
    level: 'doubt',
    answer: changed((step) => (step.type === 'tools' ? { ...step, calls: step.calls.slice(0, 1) } : step)),
  },
  {
    name: 'ignores stop sequences',
    code: 'stop-sequences',
    says: /stop sequences are ignored/,
    level: 'lie',
    answer: reading(({ conversation }) => ({ conversation: { ...conversation, stops: [] } })),
  },
  {
    name: 'ignores the limit of the answer',
    code: 'max-tokens',
    says: /60 tokens were allowed/,
    level: 'lie',
    answer: reading(({ body }) => ({
      body: Object.fromEntries(Object.entries(body).filter(([key]) => !/^max_|^generationConfig$/.test(key))),
    })),
  },
  {
    name: 'says that a cut answer is finished',
    code: 'finish',
    says: /marked as finished/,
    level: 'lie',
    answer: changed((step) => (step.type === 'finish' ? { ...step, reason: 'stop' } : step)),
  },
  {
    name: 'reports the same usage for every answer',
    code: 'usage',
    says: /every answer reports 100 input tokens/,
    level: 'lie',
    answer: counting(() => ({ input: 100, output: 20 })),
  },
  {
    name: 'reports no usage but zeros',
    code: 'usage',
    says: /every answer reports 0 input tokens/,
    level: 'lie',
    answer: counting(() => ({ input: 0, output: 0 })),
  },
  {
    name: 'reports three times the input',
    code: 'usage',
    says: /inflated/,
    level: 'lie',
    answer: counting((input, output) => ({ input: input * 3, output })),
  },
  {
    name: 'reports a third of the input',
    code: 'usage',
    says: /not those of the input/,
    level: 'lie',
    answer: counting((input, output) => ({ input: Math.ceil(input / 3), output })),
  },
  {
    name: 'reports four times the output',
    code: 'usage',
    says: /output tokens are reported for an answer of some/,
    level: 'doubt',
    answer: counting((input, output) => ({ input, output: output * 4 })),
  },
  {
    name: 'reports more cached tokens than input',
    code: 'cache',
    says: /cached tokens are reported for an input of/,
    level: 'lie',
    answer: counting((input, output) => ({ input, output, cached: input * 2 + 2000 })),
  },
  {
    name: 'has a price for cached input and never caches',
    code: 'cache',
    says: /no token of a text that was sent three times/,
    level: 'doubt',
    answer: counting((input, output) => ({ input, output, cached: 0 })),
  },
  {
    name: 'answers with another model for one that does not exist',
    code: 'errors',
    says: /another model answers/,
    level: 'lie',
    answer: (request, honest) => (honest().reply ? obey(request) : honest()),
  },
  {
    name: 'answers with nothing instead of an error',
    code: 'errors',
    says: /errors are swallowed/,
    level: 'lie',
    answer: (_, honest) => (honest().reply ? [] : honest()),
  },
  {
    name: 'sends an error as the text of an answer',
    code: 'errors',
    says: /errors are swallowed: one comes as the text/,
    level: 'lie',
    answer: (_, honest) => (honest().reply ? [say('Error: the model was not found.')] : honest()),
  },
  {
    name: 'sends a finished answer as a stream',
    code: 'stream',
    says: /the stream is not real/,
    level: 'lie',
    answer: (_, honest) => {
      const answer = honest();
      const script = scripted(answer);
      const length = textOf(script).length;
      return length < 800 ? answer : failing([wait(length), ...script], { writes: 'together' });
    },
  },
  {
    name: 'sends an answer in one piece',
    code: 'stream',
    says: /does not stream/,
    level: 'lie',
    answer: changed((step) => (step.type === 'text' ? say([join(step.text)]) : step)),
  },
  {
    name: 'breaks the arguments of tool calls',
    code: 'tool-arguments',
    says: /are not whole JSON/,
    level: 'lie',
    answer: withCalls((call) => ({ rawArguments: argumentsOf(call).slice(0, -9) })),
  },
  {
    name: 'changes the types of arguments',
    code: 'tool-arguments',
    says: /id has another type/,
    level: 'lie',
    answer: withCalls(({ input }) => ({ input: asText(input) })),
  },
  {
    name: 'cuts long arguments',
    code: 'tool-arguments',
    says: /note is cut short/,
    level: 'lie',
    answer: withCalls(({ input }) => ({ input: withTexts(input, (text) => text.slice(0, 100)) })),
  },
  {
    name: 'ignores tool_choice',
    code: 'tool-choice',
    says: /tool_choice is ignored/,
    level: 'lie',
    answer: reading(({ body }) => ({
      body: Object.fromEntries(
        Object.entries(body).filter(([key]) => key !== 'tool_choice' && key !== 'toolConfig'),
      ),
    })),
  },
  {
    name: 'gives every call the same id',
    code: 'tool-ids',
    says: /same id "call_0"/,
    level: 'lie',
    answer: withCalls(() => ({ id: 'call_0' })),
  },
  {
    name: 'drops the results of tools',
    code: 'tool-result',
    says: /result of the tool did not reach/,
    level: 'lie',
    answer: changed((step) =>
      step.type === 'text' && /^R-\d+$/.test(join(step.text)) ? say('I see no result.') : step,
    ),
  },
  {
    name: 'adds an advertisement with a link',
    code: 'additions',
    says: /text with a link was added/,
    level: 'lie',
    answer: withAd('Try BestModel today: https://best.example'),
  },
  {
    name: 'adds an advertisement without a link',
    code: 'additions',
    says: /the same text was added to several answers/,
    level: 'lie',
    answer: withAd('This answer was brought to you by BestModel.'),
  },
  {
    name: 'strips thinking',
    code: 'thinking',
    says: /thinking was asked for, and none came/,
    level: 'doubt',
    answer: changed((step) => (step.type === 'thinking' ? [] : step)),
  },
  {
    name: 'refuses the thinking that it gave',
    code: 'thinking',
    says: /its own thinking is refused/,
    level: 'lie',
    answer: ({ conversation }, honest) =>
      conversation.thoughts.length > 0
        ? refuse(400, { message: 'messages.1.content.0: Invalid `signature` in `thinking` block' })
        : honest(),
  },
  {
    name: 'ignores the system prompt',
    code: 'system',
    says: /system prompt did not reach/,
    level: 'lie',
    answer: reading(({ body }) => ({ body: withTexts(body, withoutSystem) })),
  },
  {
    name: 'ignores pictures',
    code: 'pictures',
    says: /did not see a picture/,
    level: 'lie',
    answer: reading(({ body }) => ({
      body: withTexts(body, (text) => (text.includes('iVBORw0KGgo') ? '' : text)),
    })),
  },
];

/** Answers as the liar, else honestly. */
export function lying(model: string, liar?: Liar): NonNullable<RespondOptions['script']> {
  const honestly = obedient(model);
  return (request) => (liar ? toAnswer(liar.answer(request, () => honestly(request))) : honestly(request));
}
