/**
 * Upstreams of a conversation that wanders between them: what each says in its own bytes, and what of it has to come
 * back. Written against the formats' own documents, not with occ's encoders, so that a mistake cannot hide in both.
 */
import type { ModelEntry } from '../../../lib/config/settings.ts';
import { modelOf } from '../proxy.ts';

/** One thing said; signatures are unique in the whole conversation. */
export type Part =
  | { type: 'thought'; text: string; signature?: string }
  | { type: 'text'; text: string; signature?: string }
  | { type: 'call'; id: string; name: string; args: object; signature?: string };

export interface Upstream {
  /** How a client asks for it. */
  name: string;
  entry: ModelEntry;
  /** The bytes of an answer that says all this. */
  stream(said: readonly Part[]): string;
  /** What it says in its turn number `n`, of six. */
  turn(n: number): Part[];
}

/** How signatures, ids and kinds of thinking differ from one to the next. */
interface Traits {
  id(n: number, call: number): string;
  /** Texts and calls are signed too. */
  signsParts?: true;
  /** No signature at all. */
  unsigned?: true;
  /** Thinking that is nothing but a signature, which the format allows. */
  sealedThought?: true;
}

/** The plan of six turns: a loop of calls, an answer in words, another loop, and the last words. */
function plan(name: string, odd: Traits): Upstream['turn'] {
  const sign = (n: number, place: string): { signature?: string } =>
    odd.unsigned ? {} : { signature: `Sig${name}x${n}${place}==` };
  const part = (n: number, place: string): { signature?: string } => (odd.signsParts ? sign(n, place) : {});
  const call = (n: number, at: number): Part => ({
    type: 'call',
    id: odd.id(n, at),
    name: 'Read',
    args: { file_path: `/${name}/${n}/${at}`, limit: n },
    ...(at === 0 && part(n, `call${at}`)),
  });
  const thought = (n: number): Part => ({
    type: 'thought',
    text: `${name} ponders ${n}.`,
    ...sign(n, 'thought'),
  });
  const text = (n: number, more = {}): Part => ({ type: 'text', text: `${name} remarks ${n}.`, ...more });
  return (n) => {
    switch (n) {
      case 1:
      case 2:
        // Where texts are signed, the end of one is: a part in the middle of what the client gets as one text.
        return odd.signsParts
          ? [thought(n), text(n), { ...text(n, part(n, 'text')), text: ' And more.' }, call(n, 0)]
          : [thought(n), text(n), call(n, 0)];
      case 3:
      case 6:
        return [thought(n), text(n)];
      case 4:
        return [thought(n), call(n, 0), call(n, 1)];
      default:
        return [
          ...(odd.sealedThought ? [{ ...thought(n), text: '' }] : [thought(n)]),
          text(n),
          call(n, 0),
          call(n, 1),
        ];
    }
  };
}

const events = (list: readonly { type: string; [field: string]: unknown }[]): string =>
  list.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const data = (list: readonly object[]): string =>
  list.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');

export function chat(name = 'chat', provider = 'emulator', quirks: ModelEntry['quirks'] = {}): Upstream {
  return {
    name,
    entry: modelOf(name, { provider, quirks: { thinking: 'effort', replayReasoning: 'always', ...quirks } }),
    turn: plan(name, {
      // Kimi's own shape, one beyond every bound of length, and OpenAI's.
      id: (n, at) =>
        [`functions.Read:${n}${at}`, `call_${name}_${n}_${at}`, `call_${'x'.repeat(70)}${n}${at}`][n % 3] ??
        '',
    }),
    stream(said) {
      const delta = (fields: object, finish: string | null = null): object => ({
        id: 'c1',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: fields, finish_reason: finish }],
      });
      let calls = 0;
      const deltas = said.map((one) => {
        if (one.type === 'text') return delta({ content: one.text });
        if (one.type === 'thought') return delta({ reasoning: one.text, reasoning_details: detailsOf(one) });
        const made = { name: one.name, arguments: JSON.stringify(one.args) };
        return delta({ tool_calls: [{ index: calls++, id: one.id, type: 'function', function: made }] });
      });
      const usage = { prompt_tokens: 10, completion_tokens: 5 };
      return `${data([...deltas, delta({}, calls > 0 ? 'tool_calls' : 'stop'), { choices: [], usage }])}data: [DONE]\n\n`;
    },
  };
}

/** OpenRouter's form: the text with its signature, and sealed data beside it. */
export function detailsOf({ text, signature }: Extract<Part, { type: 'thought' }>): object[] {
  return [
    { type: 'reasoning.text', text, signature, format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: `${signature}sealed`, id: 'rs_1', index: 1 },
  ];
}

export function messages(
  name = 'messages',
  quirks: ModelEntry['quirks'] = {},
  odd: Partial<Traits> = {},
): Upstream {
  return {
    name,
    entry: modelOf(name, { wire_format: 'messages', quirks }),
    turn: plan(name, {
      id: (n, at) =>
        [`toolu_${name}${n}${at}`, `call.${name}/${n}${at}`, `toolu_${'m'.repeat(80)}${n}${at}`][n % 3] ?? '',
      ...odd,
    }),
    stream(said) {
      const usage = { input_tokens: 10, output_tokens: 1 };
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model: name, content: [], usage };
      const calls = said.some(({ type }) => type === 'call');
      return events([
        { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
        ...said.flatMap((one, index) => {
          const [block, ...deltas] = blockOf(one);
          return [
            { type: 'content_block_start', index, content_block: block },
            ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
            { type: 'content_block_stop', index },
          ];
        }),
        {
          type: 'message_delta',
          delta: { stop_reason: calls ? 'tool_use' : 'end_turn', stop_sequence: null },
          usage,
        },
        { type: 'message_stop' },
      ]);
    },
  };
}

/** Claude itself: its signatures are genuine and untagged. */
export const claude = (): Upstream =>
  messages('claude', { thinking: 'claude', genuineSignatures: true, betas: true }, { sealedThought: true });

function blockOf(said: Part): object[] {
  if (said.type === 'text')
    return [
      { type: 'text', text: '' },
      { type: 'text_delta', text: said.text },
    ];
  if (said.type === 'call')
    return [
      { type: 'tool_use', id: said.id, name: said.name, input: {} },
      { type: 'input_json_delta', partial_json: JSON.stringify(said.args) },
    ];
  return [
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: said.text },
    ...(said.signature === undefined ? [] : [{ type: 'signature_delta', signature: said.signature }]),
  ];
}

export function responses(name = 'responses'): Upstream {
  return {
    name,
    entry: modelOf(name, { wire_format: 'responses', quirks: { thinking: 'effort' } }),
    turn: plan(name, {
      id: (n, at) =>
        [
          `call_${name}${n}${at}`,
          `call_${n}${at}|fc_${name}${'0'.repeat(60)}`,
          `call_${'r'.repeat(70)}${n}${at}`,
        ][n % 3] ?? '',
      sealedThought: true,
    }),
    stream(said) {
      const output = said.map(itemOf);
      const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
      const response = { id: 'resp_1', object: 'response', status: 'completed', error: null, output, usage };
      return events([
        { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
        ...output.flatMap((item, index) => [
          { type: 'response.output_item.added', output_index: index, item: announced(item) },
          { type: 'response.output_item.done', output_index: index, item },
        ]),
        { type: 'response.completed', response },
      ]);
    },
  };
}

function itemOf(said: Part, at: number): Record<string, unknown> {
  if (said.type === 'text')
    return {
      id: `msg_${at}`,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: said.text, annotations: [] }],
    };
  if (said.type === 'call')
    return {
      id: `fc_${at}`,
      type: 'function_call',
      call_id: said.id,
      name: said.name,
      arguments: JSON.stringify(said.args),
    };
  const summary = said.text === '' ? [] : [{ type: 'summary_text', text: said.text }];
  return { id: `rs_${at}`, type: 'reasoning', summary, encrypted_content: said.signature };
}

/** As OpenAI announces items: without their texts, and with another encrypted content. */
function announced(item: Record<string, unknown>): object {
  if (item['type'] === 'reasoning') return { ...item, summary: [], encrypted_content: 'announced==' };
  return item['type'] === 'message' ? { ...item, content: [] } : { ...item, arguments: '' };
}

export function gemini(name = 'gemini'): Upstream {
  return {
    name,
    entry: modelOf(name, { wire_format: 'gemini', quirks: { signedCalls: true } }),
    turn: plan(name, {
      id: (n, at) => (at === 1 ? '' : (['', `${name}/${n}.é`, `g${'i'.repeat(70)}${n}`][n % 3] ?? '')),
      signsParts: true,
    }),
    stream(said) {
      const chunk = (parts: object[], finish?: string): object => ({
        candidates: [
          {
            content: { role: 'model', parts },
            ...(finish !== undefined && { finishReason: finish }),
            index: 0,
          },
        ],
      });
      return data([...said.map((one) => chunk([partOf(one)])), chunk([], 'STOP')]);
    },
  };
}

function partOf({ signature, ...said }: Part): object {
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  if (said.type !== 'call')
    return { text: said.text, ...(said.type === 'thought' && { thought: true }), ...signed };
  return {
    functionCall: { ...(said.id !== '' && { id: said.id }), name: said.name, args: said.args },
    ...signed,
  };
}
