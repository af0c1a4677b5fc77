/**
 * What a conversation has sent before is read from the prompt cache: while it goes on, after a new date, and with more tools.
 */
import { randomUUID } from 'node:crypto';
import type {
  ContentBlock,
  MessagesRequest,
  RequestMessage,
  TextBlock,
  Tool,
} from '../../../anthropic/request.ts';
import type { Usage } from '../../../anthropic/events.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';
import type { Bench } from '../../bench/bench.ts';
import type { Probe } from '../probe.ts';

export const cache: Probe = {
  code: 'cache',
  title: 'what was sent before is read from the prompt cache',
  limitMs: 60_000,
  requests: 2,
  run: (bench) => (bench.live ? runLive(bench) : runEmulated(bench)),
};

/** Characters of the rules: some 5,000 tokens, more than the least that any vendor caches. */
const rules = Array.from(
  { length: 250 },
  (_, at) => `Rule ${at}: answer in one short sentence, and kindly. `,
).join('');
const mark = { cache_control: { type: 'ephemeral' as const } };

/** Two requests with the same long beginning, which was never sent before. */
async function runLive(bench: Bench): Promise<string> {
  const system = systemOf(randomUUID());
  const metadata = newConversation();
  const ask = (text: string): Promise<Usage> =>
    send(bench, [user(text)], { system, metadata, max_tokens: 64 });
  const first = tokensOf(await ask('Say hello.'));
  const second = tokensOf(await ask('Say goodbye.'));
  if (second.read === 0)
    throw new NotObserved(
      `the provider reported no cached tokens for the second of two requests that share ${first.input} tokens`,
    );
  return `${percent(second.read, second.input)} of the second of two requests was read from the cache`;
}

const tools: readonly Tool[] = ['Alpha', 'Gamma'].map((name) => ({
  name,
  description: `Works with ${name}. `.repeat(400),
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
}));
/** A tool that a search has loaded. Clients list it among the others. */
const loaded: Tool = { name: 'Beta', input_schema: { type: 'object', properties: {} }, defer_loading: true };

async function runEmulated(bench: Bench): Promise<string> {
  const metadata = newConversation();
  const talk: RequestMessage[] = [user('Begin.')];
  let possible = 0;
  let read = 0;
  let before: number | undefined;
  /** `share` of the turn before must be read. */
  const turn = async (what: string, share: number, offered: readonly Tool[] = tools): Promise<void> => {
    const usage = tokensOf(await send(bench, talk, { system: systemOf(''), tools: [...offered], metadata }));
    const least = Math.floor((before ?? 0) * share);
    if (usage.read < least * 0.95 - stepTokens)
      throw new CheckFailure(
        'occ',
        `${what}: ${usage.read} tokens were read from the cache instead of ${least}`,
      );
    possible += least;
    read += Math.min(usage.read, least);
    before = usage.input;
  };
  const goOn = (...more: RequestMessage[]): void =>
    void talk.push(assistant({ type: 'text', text: 'Done.' }), ...more);

  await turn('the first turn', 0);
  goOn(user('Go on.'));
  await turn('a turn more', 1);
  goOn(user('Go on.'), { role: 'system', content: 'Today is another day.' });
  await turn('a new date', 1);
  talk.push(assistant({ type: 'tool_use', id: 'toolu_search', name: 'Alpha', input: {} }), {
    role: 'user',
    content: [
      {
        type: 'tool_result',
        tool_use_id: 'toolu_search',
        content: [{ type: 'tool_reference', tool_name: 'Beta' }],
      },
    ],
  });
  const [alpha, gamma] = tools as [Tool, Tool];
  // The tools before the loaded one are two fifths of the prompt. Anthropic keeps only prefixes that the client marks.
  await turn('a tool that was loaded later', bench.format === 'messages' ? 0 : 0.4, [alpha, loaded, gamma]);
  goOn(user('Go on.'));
  await turn('the turn after that', 1, [alpha, loaded, gamma]);
  return `${percent(read, possible)} of what could be read from the cache was read`;
}

/** Vendors cache in steps of up to so many tokens. */
const stepTokens = 128;

async function send(
  bench: Bench,
  messages: RequestMessage[],
  more: Partial<MessagesRequest>,
): Promise<Usage> {
  const exchange = await bench.send({ ...more, messages: marked(messages) });
  return bench.expectComplete(exchange).message.usage;
}

/** What names the conversation, as Claude Code does: providers keep one on the server that has its prefix. */
function newConversation(): NonNullable<MessagesRequest['metadata']> {
  return { user_id: JSON.stringify({ session_id: randomUUID() }) };
}

function tokensOf(usage: Usage): { input: number; read: number } {
  const read = usage.cache_read_input_tokens ?? 0;
  return { input: usage.input_tokens + read + (usage.cache_creation_input_tokens ?? 0), read };
}

function systemOf(first: string): TextBlock[] {
  return [{ type: 'text', text: `${first}${rules}`, ...mark }];
}

function user(text: string): RequestMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}

function assistant(block: ContentBlock): RequestMessage {
  return { role: 'assistant', content: [block] };
}

/** With the mark of Claude Code: at the end of the last message. */
function marked(messages: readonly RequestMessage[]): RequestMessage[] {
  const last = messages.at(-1);
  if (!last || !Array.isArray(last.content)) return [...messages];
  const [block] = last.content.slice(-1);
  const content = [...last.content.slice(0, -1), ...(block ? [{ ...block, ...mark }] : [])];
  return [...messages.slice(0, -1), { ...last, content }];
}

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}
