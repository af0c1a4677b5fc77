/**
 * A client that works through a long conversation as Claude Code does, with the shapes of captured requests: marks for the
 * cache that move with every turn, tools that a search loads, an MCP server that connects late, sub-agents, a title, a new
 * date, a compaction.
 */
import {
  toBlocks,
  type ContentBlock,
  type MessagesRequest,
  type RequestMessage,
  type TextBlock,
  type Tool,
} from '../../lib/anthropic/request.ts';
import { captured, result, text } from './requests.ts';

/** What a request is, compared with the one before it in the same conversation. */
export type TurnKind =
  | 'first'
  /** It goes on where the last one ended. */
  | 'grown'
  /** A tool search has loaded a tool, which the client lists in the middle of the others. */
  | 'loaded'
  /** An MCP server has connected, whose tools the client lists in the middle of the others. */
  | 'connected'
  /** The messages were replaced by a summary. */
  | 'compacted'
  /** A request of the client itself. */
  | 'aside';

export interface ClientTurn {
  kind: TurnKind;
  who: 'main' | 'sub-agent' | 'title';
  body: MessagesRequest;
  headers: Record<string, string>;
}

export interface ClientOptions {
  /** The first block of the system prompt changes with every request, as it does without `occ launch`. */
  billing: boolean;
  /** Changes what the client sends in the turn with this number, from 1: the fault of a client. */
  change?: (body: MessagesRequest, turn: number) => MessagesRequest;
}

const session = 'e632a778-aff0-4214-802d-e5ef8851b3b7';
/** Turns of the main conversation, after which something happens. */
export const turnsOfMain = 30;
const loadsAfter: Readonly<Record<number, string>> = { 6: 'WebFetch', 14: 'NotebookEdit' };
const connectsBefore = 11;
const newDateAfter = 17;
const agentAfter = 8;
const titleAfter = 20;
const compactsAfter = 24;

/** Yields each request, and takes the content of its answer. */
export function* longConversation(options: ClientOptions): Generator<ClientTurn, void, ContentBlock[]> {
  const base = captured(23);
  const { tools: withLoaded = [] } = base;
  const builtIn = withLoaded.filter(
    (tool) => tool['defer_loading'] !== true || tool.name === 'DeferredToolPlaceholder',
  );
  let tools: Tool[] = builtIn;
  let messages: RequestMessage[] = base.messages.slice(0, 2);
  let kind: TurnKind = 'first';
  let requests = 0;

  function request(who: ClientTurn['who'], asked: MessagesRequest, of: TurnKind, turn = 0): ClientTurn {
    const body = finished(asked, ++requests, options);
    return {
      kind: of,
      who,
      body: turn > 0 && options.change ? options.change(body, turn) : body,
      headers: {
        'x-claude-code-session-id': session,
        ...(who === 'sub-agent' && { 'x-claude-code-agent-id': 'agent-1' }),
      },
    };
  }

  for (let turn = 1; turn <= turnsOfMain; turn++) {
    if (turn === connectsBefore) {
      tools = byName([...tools, mcpTool('Jira_create'), mcpTool('Jira_search')]);
      kind = 'connected';
    }
    const answer: ContentBlock[] = yield request('main', { ...base, messages, tools }, kind, turn);
    kind = 'grown';
    const loaded = loadsAfter[turn];
    messages = messages.concat(
      { role: 'assistant', content: answer },
      { role: 'user', content: resultsOf(answer, turn, loaded) },
    );
    if (turn === newDateAfter)
      messages.push({ role: 'system', content: 'Today is another day: 2026-11-30.' });
    const tool = withLoaded.find(({ name }) => name === loaded);
    if (tool !== undefined) {
      tools = byName([...tools, tool]);
      kind = 'loaded';
    }
    if (turn === titleAfter) yield request('title', captured(31), 'aside');
    if (turn === agentAfter) yield* subAgent((body, of) => request('sub-agent', body, of));
    if (turn !== compactsAfter) continue;
    // The request for the summary is a turn of the same conversation, with a text after the results.
    const last = messages.at(-1);
    const asking: RequestMessage = {
      role: 'user',
      content: [...toBlocks(last?.content), text('Summarize all of it. '.repeat(300))],
    };
    yield request('main', { ...base, messages: withLast(messages, asking), tools }, 'grown', turn);
    messages = captured(27).messages.slice(0, 2);
    kind = 'compacted';
  }
}

function* subAgent(
  request: (body: MessagesRequest, kind: TurnKind) => ClientTurn,
): Generator<ClientTurn, void, ContentBlock[]> {
  const base = captured(17);
  let { messages } = base;
  for (let turn = 1; turn <= 4; turn++) {
    const answer: ContentBlock[] = yield request({ ...base, messages }, turn === 1 ? 'first' : 'grown');
    messages = messages.concat(
      { role: 'assistant', content: answer },
      { role: 'user', content: resultsOf(answer, turn) },
    );
  }
}

/** The results of the calls of an answer; `loads` is the tool that a search has found. */
function resultsOf(answer: readonly ContentBlock[], turn: number, loads?: string): ContentBlock[] {
  return answer.flatMap((block) => {
    if (block.type !== 'tool_use') return [];
    const id = String(block['id']);
    return loads === undefined
      ? [result(id, `turn ${turn}: ${'what the command printed. '.repeat(60)}`)]
      : [result(id, [{ type: 'tool_reference', tool_name: loads }]), text('Tool loaded.')];
  });
}

function mcpTool(name: string): Tool {
  const input_schema = {
    type: 'object',
    properties: { query: { type: 'string' } },
    additionalProperties: false,
  };
  return { name, description: `does ${name} `.repeat(40), input_schema };
}

function byName(tools: readonly Tool[]): Tool[] {
  return tools.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** The marks of this turn, and the billing block. Streaming is off, so that the answer's content is at hand. */
function finished(body: MessagesRequest, count: number, { billing }: ClientOptions): MessagesRequest {
  const [, ...system] = toBlocks(body.system) as TextBlock[];
  const header: TextBlock = {
    type: 'text',
    text: `x-anthropic-billing-header: cc_version=2.1.330.${count * 977}; cc_entrypoint=cli;`,
  };
  const plain = body.messages.map(unmarked);
  const last = plain.at(-1);
  return {
    ...body,
    stream: false,
    system: billing ? [header, ...system] : system,
    messages: last ? withLast(plain, marked(last)) : plain,
  };
}

/** Without marks. A single text is then a plain string, as the client sends it. */
function unmarked(message: RequestMessage): RequestMessage {
  const blocks = toBlocks(message.content).map(
    (block) =>
      Object.fromEntries(Object.entries(block).filter(([key]) => key !== 'cache_control')) as ContentBlock,
  );
  const [only] = blocks;
  const isString = message.role === 'system' && blocks.length === 1 && only?.type === 'text';
  return { ...message, content: isString ? String(only['text']) : blocks };
}

function marked(message: RequestMessage): RequestMessage {
  const blocks = toBlocks(message.content);
  const last = blocks.at(-1);
  if (last === undefined) return message;
  return {
    ...message,
    content: withLast(blocks, { ...last, cache_control: { type: 'ephemeral' } }),
  };
}

function withLast<T>(all: readonly T[], last: T): T[] {
  return [...all.slice(0, -1), last];
}
