/**
 * Upstreams for a conversation that switches between them: what each one sends, and what it must get back. Written from the
 * formats' documentation, without occ's encoders, so that they do not share its bugs.
 */
import type { ModelEntry } from '../../../lib/config/settings.ts';
import { modelOf } from '../proxy.ts';

/** One part of a turn; signatures are unique in the whole conversation. */
export type Part =
  | { type: 'thought'; text: string; signature?: string }
  | { type: 'text'; text: string; signature?: string }
  | { type: 'call'; id: string; name: string; args: object; signature?: string };

export interface Upstream {
  /** The model name in the client's request. */
  name: string;
  entry: ModelEntry;
  /** The bytes of an answer with these parts. */
  stream(parts: readonly Part[]): string;
  /** The parts of turn `n`, from 1 to 6. */
  turn(n: number): Part[];
}

/** How the upstreams differ in signatures, ids and thinking. */
interface Traits {
  id(n: number, call: number): string;
  /** Texts and calls are also signed. */
  signsParts?: true;
  /** The first call of a turn is signed. */
  signsCalls?: true;
  /** Each text is signed. */
  signsTexts?: true;
  /** Nothing is signed. */
  unsigned?: true;
  /** One turn has thinking that is only a signature. */
  emptyThought?: true;
}

/** Six turns: calls, calls, a text answer, calls, calls, a text answer. */
function turnsOf(name: string, traits: Traits): Upstream['turn'] {
  const sign = (n: number, place: string): { signature?: string } =>
    traits.unsigned ? {} : { signature: `Sig${name}x${n}${place}==` };
  const part = (n: number, place: string): { signature?: string } =>
    traits.signsParts ? sign(n, place) : {};
  const call = (n: number, at: number): Part => ({
    type: 'call',
    id: traits.id(n, at),
    name: 'Read',
    args: { file_path: `/${name}/${n}/${at}`, limit: n },
    ...(at === 0 && (traits.signsCalls ? sign(n, `call${at}`) : part(n, `call${at}`))),
  });
  const thought = (n: number): Part => ({
    type: 'thought',
    text: `${name} ponders ${n}.`,
    ...sign(n, 'thought'),
  });
  const text = (n: number, more = {}): Part => ({
    type: 'text',
    text: `${name} remarks ${n}.`,
    ...(traits.signsTexts && sign(n, 'text')),
    ...more,
  });
  return (n) => {
    switch (n) {
      case 1:
      case 2:
        // If texts are signed, only the second part is, which is the end of what the client gets as one text.
        return traits.signsParts
          ? [thought(n), text(n), { ...text(n, part(n, 'text')), text: ' And more.' }, call(n, 0)]
          : [thought(n), text(n), call(n, 0)];
      case 3:
      case 6:
        return [thought(n), text(n)];
      case 4:
        return [thought(n), call(n, 0), call(n, 1)];
      default:
        return [
          ...(traits.emptyThought ? [{ ...thought(n), text: '' }] : [thought(n)]),
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
    turn: turnsOf(name, {
      // Kimi's form, OpenAI's form, and an id that is too long for every upstream.
      id: (n, at) =>
        [`functions.Read:${n}${at}`, `call_${name}_${n}_${at}`, `call_${'x'.repeat(70)}${n}${at}`][n % 3] ??
        '',
      signsCalls: true,
    }),
    stream(parts) {
      const delta = (fields: object, finish: string | null = null): object => ({
        id: 'c1',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: fields, finish_reason: finish }],
      });
      let calls = 0;
      const deltas = parts.map((one) => {
        if (one.type === 'text') return delta({ content: one.text });
        if (one.type === 'thought') return delta({ reasoning: one.text, reasoning_details: detailsOf(one) });
        const made = { name: one.name, arguments: JSON.stringify(one.args) };
        // Vertex behind an OpenAI-compatible endpoint: earendil-works/pi#7745.
        const attached = one.signature && { extra_content: { vertex: { thought_signature: one.signature } } };
        return delta({
          tool_calls: [{ index: calls++, id: one.id, type: 'function', function: made, ...attached }],
        });
      });
      const usage = { prompt_tokens: 10, completion_tokens: 5 };
      return `${data([...deltas, delta({}, calls > 0 ? 'tool_calls' : 'stop'), { choices: [], usage }])}data: [DONE]\n\n`;
    },
  };
}

/** OpenRouter's form: the text with its signature, and separate encrypted data. */
export function detailsOf({ text, signature }: Extract<Part, { type: 'thought' }>): object[] {
  return [
    { type: 'reasoning.text', text, signature, format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: `${signature}sealed`, id: 'rs_1', index: 1 },
  ];
}

export function messages(
  name = 'messages',
  quirks: ModelEntry['quirks'] = {},
  traits: Partial<Traits> = {},
): Upstream {
  return {
    name,
    entry: modelOf(name, { wire_format: 'messages', quirks }),
    turn: turnsOf(name, {
      id: (n, at) =>
        [`toolu_${name}${n}${at}`, `call.${name}/${n}${at}`, `toolu_${'m'.repeat(80)}${n}${at}`][n % 3] ?? '',
      ...traits,
    }),
    stream(parts) {
      const usage = { input_tokens: 10, output_tokens: 1 };
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model: name, content: [], usage };
      const calls = parts.some(({ type }) => type === 'call');
      return events([
        { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
        ...parts.flatMap((one, index) => {
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

/** Claude, whose signatures are genuine and untagged. */
export const claude = (): Upstream =>
  messages('claude', { thinking: 'claude', genuineSignatures: true, betas: true }, { emptyThought: true });

function blockOf(part: Part): object[] {
  if (part.type === 'text')
    return [
      { type: 'text', text: '' },
      { type: 'text_delta', text: part.text },
    ];
  if (part.type === 'call')
    return [
      { type: 'tool_use', id: part.id, name: part.name, input: {}, vendor_state: part.signature },
      { type: 'input_json_delta', partial_json: JSON.stringify(part.args) },
    ];
  return [
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: part.text },
    ...(part.signature === undefined ? [] : [{ type: 'signature_delta', signature: part.signature }]),
  ];
}

export function responses(name = 'responses'): Upstream {
  return {
    name,
    entry: modelOf(name, { wire_format: 'responses', quirks: { thinking: 'effort' } }),
    turn: turnsOf(name, {
      id: (n, at) =>
        [
          `call_${name}${n}${at}`,
          `call_${n}${at}|fc_${name}${'0'.repeat(60)}`,
          `call_${'r'.repeat(70)}${n}${at}`,
        ][n % 3] ?? '',
      emptyThought: true,
      signsTexts: true,
      signsCalls: true,
    }),
    stream(parts) {
      const output = parts.map(itemOf);
      const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
      const response = { id: 'resp_1', object: 'response', status: 'completed', error: null, output, usage };
      return events([
        { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
        ...output.flatMap((item, index) => [
          { type: 'response.output_item.added', output_index: index, item: addedItem(item) },
          { type: 'response.output_item.done', output_index: index, item },
        ]),
        { type: 'response.completed', response },
      ]);
    },
  };
}

function itemOf(part: Part, at: number): Record<string, unknown> {
  if (part.type === 'text')
    return {
      id: `msg_${at}`,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: part.text, annotations: [] }],
      // In place of `commentary`, so that the value is unique.
      phase: part.signature,
    };
  if (part.type === 'call')
    return {
      id: `fc_${at}`,
      type: 'function_call',
      call_id: part.id,
      name: part.name,
      arguments: JSON.stringify(part.args),
      namespace: part.signature,
    };
  const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
  return { id: `rs_${at}`, type: 'reasoning', summary, encrypted_content: part.signature };
}

/** The item of OpenAI's `added` event: without texts and with another encrypted content. */
function addedItem(item: Record<string, unknown>): object {
  if (item['type'] === 'reasoning') return { ...item, summary: [], encrypted_content: 'announced==' };
  return item['type'] === 'message' ? { ...item, content: [] } : { ...item, arguments: '' };
}

export function gemini(name = 'gemini'): Upstream {
  return {
    name,
    entry: modelOf(name, { wire_format: 'gemini', quirks: { signedCalls: true } }),
    turn: turnsOf(name, {
      id: (n, at) => (at === 1 ? '' : (['', `${name}/${n}.é`, `g${'i'.repeat(70)}${n}`][n % 3] ?? '')),
      signsParts: true,
    }),
    stream(parts) {
      const chunk = (parts: object[], finish?: string): object => ({
        candidates: [
          {
            content: { role: 'model', parts },
            ...(finish !== undefined && { finishReason: finish }),
            index: 0,
          },
        ],
      });
      return data([...parts.map((one) => chunk([partOf(one)])), chunk([], 'STOP')]);
    },
  };
}

function partOf({ signature, ...part }: Part): object {
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  if (part.type !== 'call')
    return { text: part.text, ...(part.type === 'thought' && { thought: true }), ...signed };
  return {
    functionCall: { ...(part.id !== '' && { id: part.id }), name: part.name, args: part.args },
    ...signed,
  };
}
