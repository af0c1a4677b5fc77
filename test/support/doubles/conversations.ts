/** Conversations of six turns, as Claude Code holds them. The answers come from the doubles; what the client says is here. */
import { randomNumbers } from '../sampling.ts';
import { uglySchemas } from './ugly-schemas.ts';

export type Block = Readonly<Record<string, unknown>>;
export interface Message {
  role: 'user' | 'assistant' | 'system';
  content: string | readonly Block[];
}

export interface Conversation {
  name: string;
  /** The fields of every request besides `model` and `messages`. */
  fields: object;
  first: readonly Message[];
  /** In which turns (from 0) another vendor answers; none by default. */
  others?: readonly number[];
  /** Which other vendor; `signing` signs calls, `thinking` signs thoughts, `loose` has ids of any form. */
  other?: 'signing' | 'thinking' | 'loose';
  /** Between these turns every signature made so far becomes invalid. */
  expires?: number;
  /** Replaces the history by a summary before this turn. */
  compacts?: number;
  /** The result of one call; by default a text. */
  result?: (call: Block) => Block;
  /** Messages after the results, or after a text. */
  more?: (turn: number) => readonly Message[];
  /** Blocks after the results in their message. */
  behind?: (turn: number) => readonly Block[];
}

const picture = {
  type: 'image',
  source: {
    type: 'base64',
    media_type: 'image/png',
    data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  },
};

function tool(
  name: string,
  schema: object = { type: 'object', properties: { file_path: { type: 'string' } }, required: ['file_path'] },
): object {
  return { name, description: `What ${name} does.`, input_schema: schema };
}

const tools = [tool('Read'), tool('Grep')];
const plain = { max_tokens: 8000, stream: true, system: [{ type: 'text', text: 'You are an agent.' }] };
const agent = { ...plain, tools };
const thinking = { ...agent, thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } };
const first: readonly Message[] = [
  { role: 'user', content: 'Read the files and tell me what they are about.' },
];
const text = (words: string): Block => ({ type: 'text', text: words });
const reminder = (turn: number): string =>
  `<system-reminder>\nThe todo list is empty (${turn}).\n</system-reminder>`;

/** An earlier session's calls with the longest ids that Claude Code keeps. */
const oldSession: readonly Message[] = [
  ...first,
  {
    role: 'assistant',
    content: [
      text('I look.'),
      ...['a', 'b'].map((id) => ({
        type: 'tool_use',
        id: `toolu_${id.repeat(90)}`,
        name: 'Read',
        input: { file_path: `/${id}` },
      })),
    ],
  },
  {
    role: 'user',
    content: ['b', 'a'].map((id) => ({
      type: 'tool_result',
      tool_use_id: `toolu_${id.repeat(90)}`,
      content: `text of ${id}`,
    })),
  },
];

const next = randomNumbers(7);
const harmless = ['ranges', 'type_lists', 'closed', 'numbers'].map((name) => uglySchemas[name]);
const manyTools = Array.from({ length: 150 }, (_, at) =>
  tool(`mcp__server_${at % 7}__tool_${at}`, harmless[next(harmless.length)]),
);

export const conversations: readonly Conversation[] = [
  { name: 'text only', fields: plain, first },
  { name: 'tools', fields: agent, first },
  { name: 'tools, adaptive thinking', fields: thinking, first },
  {
    name: 'tools, budget for thinking',
    fields: { ...agent, max_tokens: 16_000, thinking: { type: 'enabled', budget_tokens: 8000 } },
    first,
  },
  { name: 'tools, no thinking', fields: { ...agent, thinking: { type: 'disabled' } }, first },
  { name: 'the highest effort', fields: { ...thinking, output_config: { effort: 'max' } }, first },
  {
    name: 'Claude Code’s context edits',
    fields: {
      ...thinking,
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    },
    first,
  },
  {
    name: 'context edits, turn begun elsewhere',
    fields: {
      ...agent,
      max_tokens: 16_000,
      thinking: { type: 'enabled', budget_tokens: 8000 },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    },
    first,
    others: [0],
    other: 'loose',
  },
  {
    name: 'sampling and stop sequences',
    fields: { ...agent, temperature: 0.3, top_p: 0.9, top_k: 40, stop_sequences: ['</done>'] },
    first,
  },
  { name: 'a forced tool', fields: { ...thinking, tool_choice: { type: 'any' } }, first },
  {
    name: 'pictures in prompts',
    fields: agent,
    first: [{ role: 'user', content: [text('See this.'), picture] }],
    more: () => [{ role: 'user', content: [picture, text('And this?')] }],
  },
  {
    name: 'pictures in results',
    fields: thinking,
    first,
    result: ({ id }) => ({ type: 'tool_result', tool_use_id: id, content: [text('the picture'), picture] }),
  },
  {
    name: 'failed and empty results',
    fields: agent,
    first,
    result: ({ id }) => ({
      type: 'tool_result',
      tool_use_id: id,
      is_error: true,
      content: String(id).length % 2 === 0 ? '' : '<tool_use_error>no such file</tool_use_error>',
    }),
  },
  { name: 'reminders behind results', fields: thinking, first, behind: (turn) => [text(reminder(turn))] },
  {
    name: 'system messages in between',
    fields: thinking,
    first,
    more: (turn) => [{ role: 'system', content: `Today is day ${turn}.` }],
  },
  {
    name: 'ugly schemas',
    fields: {
      ...thinking,
      tools: [
        ...tools,
        ...Object.entries(uglySchemas).map(([name, schema]) => tool(`mcp__ugly__${name}`, schema)),
      ],
    },
    first,
  },
  { name: '150 tools', fields: { ...thinking, tools: manyTools }, first },
  {
    name: 'names of any length',
    fields: { ...agent, tools: [tool(`mcp__${'a_very_long_server_name'.repeat(3)}__read`), ...tools] },
    first,
  },
  { name: 'a compaction', fields: thinking, first, compacts: 3 },
  { name: 'an old session resumed', fields: thinking, first: oldSession },
  { name: 'after a vendor that signs calls', fields: thinking, first, others: [0, 1, 2], other: 'signing' },
  { name: 'after a vendor that signs thoughts', fields: thinking, first, others: [0, 1], other: 'thinking' },
  { name: 'to another vendor and back', fields: thinking, first, others: [1, 4], other: 'signing' },
  { name: 'turns of a vendor with ids of any form', fields: thinking, first, others: [0, 3], other: 'loose' },
  { name: 'signatures that expire', fields: thinking, first, expires: 2 },
];

/** The client's messages after an answer: the results of its calls, or the next prompt. */
export function reply(
  { result, more, behind }: Conversation,
  turn: number,
  answer: readonly Block[],
): Message[] {
  const calls = answer.filter(({ type }) => type === 'tool_use');
  const results = calls.map(
    (call) =>
      result?.(call) ?? {
        type: 'tool_result',
        tool_use_id: call['id'],
        content: `result of ${String(call['id'])}`,
      },
  );
  const after = more?.(turn) ?? [];
  if (calls.length === 0)
    return after.length > 0 && after[0]?.role === 'user'
      ? [...after]
      : [{ role: 'user', content: `Go on (${turn}).` }, ...after];
  return [
    { role: 'user', content: [...results, ...(behind?.(turn) ?? [])] },
    ...after.filter(({ role }) => role === 'system'),
  ];
}

/** What Claude Code sends after a compaction. */
export const compacted: readonly Message[] = [
  {
    role: 'user',
    content: 'This session is being continued from a previous conversation. Summary: the files were read.',
  },
];
