/** The questions of `occ doctor verify`, as data, in the order in which they are asked. */
import { estimateTokens } from '../../anthropic/estimate.ts';
import type { Message } from '../../anthropic/events.ts';
import type { ClientTool, MessagesRequest } from '../../anthropic/request.ts';
import { invalidModel, type Claims } from './answer.ts';
import type { Order, Values } from './values.ts';

export interface Question {
  name: string;
  /** What is asked, for the progress line. */
  about: string;
  /** Output tokens to expect, for the estimate of the cost. A model that thinks needs more. */
  output: number;
  /** False if this model need not be asked. */
  applies?: (claims: Claims) => boolean;
  /** The question whose answer this one continues. */
  after?: string;
  /** `before` is the complete answer to `after`. */
  ask: (values: Values, before?: { request: MessagesRequest; message: Message }) => Partial<MessagesRequest>;
}

/** Room for a model that thinks before it answers. */
const room = 4096;
/** The largest answer to the question that is to be cut. */
export const cutAt = 60;
export const stopWord = 'seven';

const orderTool: ClientTool = {
  name: 'record_order',
  description: 'Records one order. Every field is required.',
  input_schema: {
    type: 'object',
    properties: {
      id: { type: 'integer', description: 'The number of the order' },
      customer: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          address: {
            type: 'object',
            properties: { city: { type: 'string' }, zip: { type: 'string' } },
            required: ['city', 'zip'],
          },
        },
        required: ['name', 'address'],
      },
      priority: { type: 'string', enum: ['low', 'normal', 'urgent'] },
      paid: { type: 'boolean' },
      weight: { type: 'number' },
      discount: { type: 'number' },
      tags: { type: 'array', items: { type: 'string' } },
      lines: {
        type: 'array',
        items: {
          type: 'object',
          properties: { sku: { type: 'string' }, quantity: { type: 'integer' } },
          required: ['sku', 'quantity'],
        },
      },
      note: { type: 'string' },
    },
    required: ['id', 'customer', 'priority', 'paid', 'weight', 'discount', 'tags', 'lines', 'note'],
  },
};

const cityTool: ClientTool = {
  name: 'look_up_city',
  description: 'Returns facts about one city. Takes one city for each call.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export const noteTool: ClientTool = {
  name: 'take_note',
  description: 'Writes a note for later.',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
};

function user(content: string | object[], more: Partial<MessagesRequest> = {}): Partial<MessagesRequest> {
  return { max_tokens: room, messages: [{ role: 'user', content }] as MessagesRequest['messages'], ...more };
}

function next(
  before: { request: MessagesRequest; message: Message } | undefined,
  content: string | object[],
  more: Partial<MessagesRequest>,
): Partial<MessagesRequest> {
  const messages = before
    ? [...before.request.messages, { role: 'assistant' as const, content: before.message.content }]
    : [];
  return {
    max_tokens: room,
    ...more,
    messages: [...messages, { role: 'user', content }] as MessagesRequest['messages'],
  };
}

const repeat = ({ sentence }: Values): Partial<MessagesRequest> =>
  user(`Repeat the following sentence exactly, and write nothing else:\n\n${sentence}`, { temperature: 0 });

const record = (order: Order): Partial<MessagesRequest> =>
  user(
    `Call the tool record_order once, with exactly these arguments, unchanged. After its result, answer with the receipt number and nothing else.\n\n${JSON.stringify(order, null, 1)}`,
    { tools: [orderTool] },
  );

/** The long text, marked for the cache, and a question about it. */
const about = ({ document, session }: Values, question: string): Partial<MessagesRequest> =>
  user(
    [
      { type: 'text', text: document, cache_control: { type: 'ephemeral' } },
      { type: 'text', text: question },
    ],
    { metadata: { user_id: JSON.stringify({ session_id: session }) } },
  );

const codeOf = (values: Values, at: number): Partial<MessagesRequest> =>
  about(
    values,
    `What is the code of the ${values.entries[at]?.place ?? ''}? Answer with the code and nothing else.`,
  );

const thinking = {
  thinking: { type: 'enabled', budget_tokens: 2048 },
  output_config: { effort: 'medium' },
} as const;

export const questions: readonly Question[] = [
  { name: 'repeat', about: 'repeats a sentence', output: 30, ask: repeat },
  {
    name: 'system',
    about: 'follows the system prompt',
    output: 15,
    ask: ({ code }) =>
      user('What is the code of today?', {
        system: `You are a clerk. The code of today is ${code}. When you are asked for the code, answer with the code and nothing else.`,
      }),
  },
  {
    name: 'order',
    about: 'calls a tool with a hard schema',
    output: 400,
    ask: ({ orders }) => record(orders[0]),
  },
  {
    name: 'receipt',
    about: 'reads the result of a tool',
    output: 15,
    after: 'order',
    ask: ({ receipt }, before) =>
      next(
        before,
        (before?.message.content ?? []).flatMap(({ type, id }) =>
          type === 'tool_use'
            ? [{ type: 'tool_result', tool_use_id: id, content: `Recorded. Receipt number: ${receipt}` }]
            : [],
        ),
        { tools: [orderTool] },
      ),
  },
  {
    name: 'order-again',
    about: 'calls it with other values',
    output: 400,
    ask: ({ orders }) => record(orders[1]),
  },
  {
    name: 'parallel',
    about: 'makes three calls in one answer',
    output: 80,
    ask: ({ cities }) =>
      user(
        `Call look_up_city three times in this one answer, in parallel, once for each of these cities: ${cities.join(', ')}. Write nothing else.`,
        { tools: [cityTool] },
      ),
  },
  {
    name: 'choice',
    about: 'calls the tool that it must',
    output: 40,
    ask: () =>
      user('Which city is the capital of France?', {
        tools: [cityTool, noteTool],
        tool_choice: { type: 'tool', name: noteTool.name },
      }),
  },
  {
    name: 'count',
    about: 'streams a long answer',
    output: 350,
    ask: () =>
      user(
        'Write the numbers from one to one hundred in English words, separated by commas, and nothing else. Leave none out.',
      ),
  },
  {
    name: 'cut',
    about: 'keeps the limit of the answer',
    output: cutAt,
    ask: () =>
      user(
        'Write the numbers from one to three hundred in English words, separated by commas, and nothing else. Leave none out.',
        { max_tokens: cutAt },
      ),
  },
  {
    name: 'stop',
    about: 'ends at a stop sequence',
    output: 20,
    ask: () =>
      user(
        'Write the numbers from one to twelve in English words, separated by commas, and nothing else. Leave none out.',
        { stop_sequences: [stopWord], max_tokens: 512 },
      ),
  },
  {
    name: 'context',
    about: 'reads a long text',
    output: 40,
    ask: (values) =>
      about(
        values,
        `What are the codes of the ${values.entries.map(({ place }) => place).join(', the ')}? Answer with the three codes in this order, separated by spaces, and nothing else. Write "unknown" for a code that is not in the text.`,
      ),
  },
  {
    name: 'cached',
    about: 'reads it again, from the cache',
    output: 15,
    ask: (values) => codeOf(values, 0),
  },
  { name: 'cached-again', about: 'and once more', output: 15, ask: (values) => codeOf(values, 2) },
  {
    name: 'thinking',
    about: 'thinks when asked to',
    output: 300,
    applies: ({ reasons }) => reasons !== false,
    ask: () =>
      user('Think it over, then answer with the number alone: how many days are 37 weeks?', thinking),
  },
  {
    name: 'thought',
    about: 'takes its thinking back',
    output: 300,
    applies: ({ reasons }) => reasons !== false,
    after: 'thinking',
    ask: (_, before) =>
      next(before, 'And how many days are 41 weeks? Answer with the number alone.', thinking),
  },
  {
    name: 'picture',
    about: 'looks at a picture',
    output: 15,
    applies: ({ images }) => images,
    ask: ({ picture }) =>
      user([
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
        {
          type: 'text',
          text: 'The picture has two halves, each of one colour. Answer with the colour of the left half and then the colour of the right half, as two words of red, green, blue and yellow, and nothing else. If you see no picture, answer "none".',
        },
      ]),
  },
  { name: 'repeat-again', about: 'repeats the sentence once more', output: 30, ask: repeat },
  {
    name: invalidModel,
    about: 'refuses a model that does not exist',
    output: 30,
    ask: () => user('Reply with one short sentence that says hello.'),
  },
];

/** Tokens of a question, in and out, as far as they are known before anything was asked. */
export function expectedTokens(question: Question, values: Values): { input: number; output: number } {
  const request = { model: '', ...question.ask(values) } as MessagesRequest;
  // What is before the continuation of a conversation is at most one order.
  return {
    input: estimateTokens(request) + (question.after === undefined ? 0 : 800),
    output: question.output,
  };
}
