/**
 * Situations on demand: `[emulator: cut]` in a prompt makes the emulator cut off its answer, with any client. The last prompt
 * decides, so a situation applies to its whole tool loop. `[emulator: refuse 529 for model-a]` applies only to requests for
 * that model; other models answer normally, which demonstrates a fallback.
 */
import { failing, nothing, refuse, toAnswer, webPage, type Answer } from './answer.ts';
import type { Conversation, OfferedTool } from './conversation.ts';
import { editLoop } from './file-work.ts';
import { faultsByName } from './failing-models.ts';
import type { ReceivedRequest } from './received-request.ts';
import { reject, rejections } from './rejections.ts';
import { sampleOf } from './sample.ts';
import {
  call,
  callTogether,
  drip,
  filler,
  finish,
  say,
  think,
  usage,
  wait,
  type Script,
  type ToolCall,
} from './script.ts';

export interface Situation {
  /** Its syntax: `slow <seconds>`. */
  usage: string;
  about: string;
  answer: (conversation: Conversation, values: readonly number[], asked: Asked) => Answer | Script;
}

/** What else a situation is given. */
interface Asked {
  /** The first word after its name. */
  word: string;
  request: Pick<ReceivedRequest, 'body' | 'format'>;
}

/** All situations by name. Numbers can have a unit, which is ignored: `126s`, `4MB`. */
export const situations: Readonly<Record<string, Situation>> = {
  'tool-first': {
    usage: 'tool-first',
    about: 'a tool call before any text, then a report of its result',
    answer: (conversation) => useTools(conversation, (tool) => [call(tool.name, inputFor(tool, 'one'))]),
  },
  'tool-loop': {
    usage: 'tool-loop [<calls>]',
    about: 'text and a tool call, repeated, then a report of the results',
    answer: (conversation, [calls = 1]) =>
      useTools(
        conversation,
        (tool) => [
          say('I will use a tool.'),
          call(tool.name, inputFor(tool, `number ${conversation.done.length + 1}`)),
        ],
        calls,
      ),
  },
  'parallel-tools': {
    usage: 'parallel-tools [<calls>]',
    about: 'several tool calls in one answer, interleaved if the format allows it',
    answer: (conversation, [calls = 2]) =>
      useTools(
        conversation,
        (tool) => {
          const made = (_: unknown, i: number): ToolCall => ({
            name: tool.name,
            input: inputFor(tool, `number ${i + 1}`),
          });
          return [callTogether(...Array.from({ length: calls }, made))];
        },
        calls,
      ),
  },
  thinking: {
    usage: 'thinking',
    about: 'thinking, then text that says whether earlier thinking came back',
    answer: ({ thoughts }) => [think('Let me think about this.'), say(thoughtsReport(thoughts.length))],
  },
  'thinking-tool': {
    usage: 'thinking-tool',
    about: 'thinking, then a tool call, then text that says whether the thinking came back',
    answer: (conversation) =>
      conversation.done.length > 0
        ? [say(thoughtsReport(conversation.thoughts.length))]
        : useTools(conversation, (tool) => [
            think('A tool will tell.'),
            call(tool.name, inputFor(tool, 'one')),
          ]),
  },
  'edit-loop': {
    usage: 'edit-loop',
    about: 'Write, Read, Edit, Read and a report, with the tools of Claude Code',
    answer: (conversation) => editLoop(conversation),
  },
  usage: {
    usage: 'usage <input> <cached> <output>',
    about: 'an answer that reports these token counts; input includes the cached ones',
    answer: (_, [input = 1000, cached = 200, output = 50]) => [
      say('Counted.'),
      usage({ input, cached, output }),
    ],
  },
  slow: {
    usage: 'slow <seconds>',
    about: 'one line per second, then a regular end',
    answer: (_, [seconds = 126]) => [...drip(seconds), say('Done.')],
  },
  late: {
    usage: 'late <seconds>',
    about: 'a delay before the headers',
    answer: (_, [seconds = 10]) => failing([say('Here at last.')], { headersAfterMs: seconds * 1000 }),
  },
  silent: {
    usage: 'silent <seconds>',
    about: 'a delay between the headers and the first event',
    answer: (_, [seconds = 10]) => failing([say('Here at last.')], { firstEventAfterMs: seconds * 1000 }),
  },
  pause: {
    usage: 'pause <seconds>',
    about: 'a silence within the text',
    answer: (_, [seconds = 10]) => [say('Before. '), wait(seconds * 1000), say('After.')],
  },
  big: {
    usage: 'big <megabytes>',
    about: 'a large text, sent as fast as it is read',
    answer: (_, [megabytes = 4]) => [say(filler(megabytes * 1e6))],
  },
  bytewise: {
    usage: 'bytewise',
    about: 'one byte per write, with multi-byte characters',
    answer: () => failing([say('Größe, 大きさ, 🙂: byte by byte.')], { writes: 1 }),
  },
  cut: {
    usage: 'cut',
    about: 'the HTTP body ends regularly within the text',
    answer: () => failing(interruptible, faultsByName.cut),
  },
  reset: {
    usage: 'reset',
    about: 'the connection is reset within the text',
    answer: () => failing(interruptible, faultsByName.reset),
  },
  stall: {
    usage: 'stall',
    about: 'an endless silence within the text',
    answer: () => failing(interruptible, faultsByName.stall),
  },
  'cut-tool': {
    usage: 'cut-tool',
    about: 'the HTTP body ends within the arguments of a tool call',
    answer: (conversation) =>
      failing(
        useTools(conversation, (tool) => [call(tool.name, inputFor(tool, 'a rather long value'))]),
        conversation.done.length > 0
          ? {}
          : { breaks: { at: conversation.wholeCalls ? { within: 0 } : { deltas: 3 }, how: 'cut' } },
      ),
  },
  error: {
    usage: 'error',
    about: 'an error event within the text',
    answer: () => failing(interruptible, faultsByName.error),
  },
  'error-first': {
    usage: 'error-first',
    about: 'a stream whose first event is an error',
    answer: () => failing(interruptible, faultsByName['error-first']),
  },
  refuse: {
    usage: 'refuse <status> [<retry-after seconds>]',
    about: 'an error status instead of an answer',
    answer: (_, [status = 529, retryAfterSeconds]) =>
      refuse(status, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  },
  reject: {
    usage: `reject <${Object.keys(rejections).join('|')}> [<tokens>]`,
    about: 'a vendor’s refusal of a request that has this, in the words of a vendor of its format',
    answer: (_, [tokens = 32_768], { word, request }) => reject(word, tokens, request),
  },
  overflow: {
    usage: 'overflow',
    about: 'a refusal because the prompt is too long',
    answer: () =>
      refuse(400, {
        type: 'invalid_request_error',
        message: 'prompt is too long: 210000 tokens > 200000 maximum',
      }),
  },
  'max-tokens': {
    usage: 'max-tokens',
    about: 'an answer that ends at the output limit',
    answer: () => [...interruptible, finish('length')],
  },
  'index-one': {
    usage: 'index-one',
    about: 'a tool call before any text; in the messages format its block has index 1',
    answer: (conversation) =>
      failing(
        useTools(conversation, (tool) => [call(tool.name, inputFor(tool, 'one'))]),
        { indexShift: 1 },
      ),
  },
  'broken-arguments': {
    usage: 'broken-arguments',
    about: 'a tool call with invalid JSON arguments in an otherwise complete answer',
    answer: (conversation) =>
      useTools(conversation, (tool) => [
        callTogether({ name: tool.name, input: {}, rawArguments: '{"command": "echo' }),
      ]),
  },
  'broken-json': {
    usage: 'broken-json',
    about: 'an event with invalid JSON within the text',
    answer: () => failing(interruptible, faultsByName['broken-json']),
  },
  'keep-alive': {
    usage: 'keep-alive',
    about: 'a comment before the data of every second event, which is unusual and harmless',
    answer: () => failing(interruptible, { comments: { every: 2, inside: true } }),
  },
  'keep-alive-inside': {
    usage: 'keep-alive-inside',
    about: 'a comment within the data of every fourth event, which splits it',
    answer: () => failing(interruptible, { comments: { every: 4, inside: 'data' } }),
  },
  html: { usage: 'html', about: 'a web page with status 200', answer: () => webPage() },
  empty: { usage: 'empty', about: 'status 200 and no body', answer: () => nothing() },
  'no-end': {
    usage: 'no-end',
    about: 'the complete text without a finish reason and a last event',
    answer: () => failing(interruptible, faultsByName['no-end']),
  },
};

const interruptible: Script = [
  say('This sentence has a middle, and something may happen there before it ends.'),
];

/** The answer to a prompt with a situation; undefined without one, or if it is for another model. */
export function answerSituation(
  conversation: Conversation,
  request: Asked['request'] = { body: {}, format: undefined },
): Answer | undefined {
  const directive = /\[emulator:\s*([a-z-]+)([^\]]*)\]/i.exec(conversation.prompt);
  if (!directive) return undefined;
  const [, name = '', rest = ''] = directive;
  const situation = Object.hasOwn(situations, name.toLowerCase())
    ? situations[name.toLowerCase()]
    : undefined;
  if (!situation) {
    const known = Object.values(situations).map((each) => each.usage);
    return { script: [say(`The emulator knows no situation "${name}". It knows: ${known.join(', ')}.`)] };
  }
  const model = /\bfor\s+(\S+)/i.exec(rest)?.[1];
  if (model !== undefined && model !== conversation.model) return undefined;
  const own = rest.replace(/\bfor\s+\S+/i, '');
  const values = own.match(/\d+(?:\.\d+)?/g) ?? [];
  const word = /^\s+([a-z-]+)/.exec(own)?.[1] ?? '';
  return toAnswer(situation.answer(conversation, values.map(Number), { word, request }));
}

/** Makes `calls` calls with `makeCall`, then reports the results. Without a tool, says so. */
function useTools(conversation: Conversation, makeCall: (tool: OfferedTool) => Script, calls = 1): Script {
  const { tools, done } = conversation;
  const tool =
    tools.find(({ name }) => name === 'Bash') ?? tools.find(({ name }) => !name.startsWith('Deferred'));
  if (!tool) return [say('No tool was offered, so there is none to call.')];
  if (done.length < calls) return makeCall(tool);
  const results = done.map(({ name, result }) => `${name} answered: ${result?.text.trim() ?? 'nothing'}`);
  return [say(`${results.join('\n')}\n`)];
}

function inputFor({ name, schema }: OfferedTool, word: string): unknown {
  if (name === 'Bash') return { command: `echo ${word}`, description: 'Say something harmless' };
  return sampleOf(schema, word);
}

/** The text of `thinking` after `count` earlier thoughts came back. */
export function thoughtsReport(count: number): string {
  return count === 0 ? 'No earlier thinking came back.' : `Earlier thinking came back: ${count}.`;
}
