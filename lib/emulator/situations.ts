/**
 * Situations on demand: `[emulator: cut]` in a prompt makes the emulator hang up in mid-answer, whatever the client. The
 * last prompt of a turn decides, so a situation lasts through its tool loop. `[emulator: refuse 529 for model-a]` is for
 * requests to that model only; others get an ordinary answer, which is how a fallback is shown.
 */
import { failing, nothing, refuse, toAnswer, webPage, type Answer } from './answer.ts';
import type { Conversation, OfferedTool } from './conversation.ts';
import { editLoop } from './file-work.ts';
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
  /** How it is written: `slow <seconds>`. */
  usage: string;
  about: string;
  answer: (conversation: Conversation, values: readonly number[]) => Answer | Script;
}

/** What can be asked for, by name. Numbers may carry a unit, which is only for the reader: `126s`, `4MB`. */
export const situations: Readonly<Record<string, Situation>> = {
  'tool-first': {
    usage: 'tool-first',
    about: 'a tool call before any text, then a report of what came back',
    answer: (conversation) => useTools(conversation, (tool) => [call(tool.name, inputFor(tool, 'one'))]),
  },
  'tool-loop': {
    usage: 'tool-loop [<calls>]',
    about: 'text and a tool call, so many times in a row, then a report',
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
    about: 'several tool calls in one answer, interleaved where the format allows it',
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
    about: 'thinking, then text, which says whether earlier thinking came back',
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
    about: 'an answer that reports exactly these tokens; input includes the cached ones',
    answer: (_, [input = 1000, cached = 200, output = 50]) => [
      say('Counted.'),
      usage({ input, cached, output }),
    ],
  },
  slow: {
    usage: 'slow <seconds>',
    about: 'a word a second for so long, then a proper end',
    answer: (_, [seconds = 126]) => [...drip(seconds), say('Done.')],
  },
  late: {
    usage: 'late <seconds>',
    about: 'so long without headers',
    answer: (_, [seconds = 10]) => failing([say('Here at last.')], { headersAfterMs: seconds * 1000 }),
  },
  silent: {
    usage: 'silent <seconds>',
    about: 'headers at once, then so long without an event',
    answer: (_, [seconds = 10]) => failing([say('Here at last.')], { firstEventAfterMs: seconds * 1000 }),
  },
  pause: {
    usage: 'pause <seconds>',
    about: 'a silence in the middle of the text',
    answer: (_, [seconds = 10]) => [say('Before. '), wait(seconds * 1000), say('After.')],
  },
  big: {
    usage: 'big <megabytes>',
    about: 'so much text, as fast as it is taken',
    answer: (_, [megabytes = 4]) => [say(filler(megabytes * 1e6))],
  },
  bytewise: {
    usage: 'bytewise',
    about: 'one byte per write, with characters of several bytes in the text',
    answer: () => failing([say('Größe, 大きさ, 🙂: byte by byte.')], { writes: 1 }),
  },
  cut: {
    usage: 'cut',
    about: 'the body ends in the middle of the text, as if it were whole',
    answer: () => failing(halfSaid, { breaks: { at: { deltas: 3 }, how: 'cut' } }),
  },
  reset: {
    usage: 'reset',
    about: 'the connection is reset in the middle of the text',
    answer: () => failing(halfSaid, { breaks: { at: { deltas: 3 }, how: 'reset' } }),
  },
  stall: {
    usage: 'stall',
    about: 'silence without end in the middle of the text',
    answer: () => failing(halfSaid, { breaks: { at: { deltas: 3 }, how: 'silence' } }),
  },
  'cut-tool': {
    usage: 'cut-tool',
    about: 'the body ends within the arguments of a tool call',
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
    about: 'an error event in the middle of the text',
    answer: () => failing(halfSaid, { errorEvent: { at: { deltas: 3 }, type: 'overloaded_error' } }),
  },
  'error-first': {
    usage: 'error-first',
    about: 'a stream whose first event is an error',
    answer: () => failing(halfSaid, { errorEvent: { at: { events: 0 }, type: 'overloaded_error' } }),
  },
  refuse: {
    usage: 'refuse <status> [<retry-after seconds>]',
    about: 'an error status instead of an answer',
    answer: (_, [status = 529, retryAfterSeconds]) =>
      refuse(status, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
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
    answer: () => [...halfSaid, finish('length')],
  },
  'index-one': {
    usage: 'index-one',
    about: 'a tool call before any text; in the messages format its block has the number 1',
    answer: (conversation) =>
      failing(
        useTools(conversation, (tool) => [call(tool.name, inputFor(tool, 'one'))]),
        { indexShift: 1 },
      ),
  },
  'broken-arguments': {
    usage: 'broken-arguments',
    about: 'a tool call whose arguments are no JSON, in an answer that says it is whole',
    answer: (conversation) =>
      useTools(conversation, (tool) => [
        callTogether({ name: tool.name, input: {}, rawArguments: '{"command": "echo' }),
      ]),
  },
  'broken-json': {
    usage: 'broken-json',
    about: 'an event in the middle of the text that is no JSON',
    answer: () => failing(halfSaid, { brokenJson: { deltas: 3 } }),
  },
  'keep-alive': {
    usage: 'keep-alive',
    about: 'a comment in front of the data of every second event, which is odd and harmless',
    answer: () => failing(halfSaid, { comments: { every: 2, inside: true } }),
  },
  'keep-alive-inside': {
    usage: 'keep-alive-inside',
    about: 'a comment in the middle of the data of every fourth event, which tears it',
    answer: () => failing(halfSaid, { comments: { every: 4, inside: 'data' } }),
  },
  html: { usage: 'html', about: 'a web page with status 200', answer: () => webPage() },
  empty: { usage: 'empty', about: 'status 200 and no body', answer: () => nothing() },
  'no-end': {
    usage: 'no-end',
    about: 'all of the text, but neither a finish reason nor a last event',
    answer: () => failing(halfSaid, { omit: ['finish', 'usage', 'end', 'cost'] }),
  },
};

const halfSaid: Script = [say('This sentence has a middle, and something may happen there before it ends.')];

/** The answer to a prompt that names a situation; undefined when it names none, or one for another model. */
export function answerSituation(conversation: Conversation): Answer | undefined {
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
  const values = rest.replace(/\bfor\s+\S+/i, '').match(/\d+(?:\.\d+)?/g) ?? [];
  return toAnswer(situation.answer(conversation, values.map(Number)));
}

/** `ask` until so many calls came back, then a report of the results; a sentence when no tool was offered. */
function useTools(conversation: Conversation, ask: (tool: OfferedTool) => Script, calls = 1): Script {
  const { tools, done } = conversation;
  const tool =
    tools.find(({ name }) => name === 'Bash') ?? tools.find(({ name }) => !name.startsWith('Deferred'));
  if (!tool) return [say('No tool was offered, so there is none to call.')];
  if (done.length < calls) return ask(tool);
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
