/** Generated Responses streams with known content: text, reasoning and calls, in the forms that servers use. */
import fc from 'fast-check';
import { dataLine, eventOf, interleave, nastyText, piecesOf, toolInput, toolName } from '../arbitraries.ts';
import type { Call } from '../sent-shape.ts';

type Json = Record<string, unknown>;

/** A stream, its content, and the same answer as one JSON document. */
export interface GeneratedResponse {
  frames: string[];
  document: string;
  text: string;
  thinking: string;
  calls: Call[];
  /** The encrypted content of the reasoning items, in order. */
  encrypted: string[];
  ending: 'completed' | 'incomplete';
  /** True if the events of different items alternate. */
  interleaved: boolean;
}

interface GeneratedItem {
  type: 'message' | 'reasoning' | 'function_call';
  /** The texts of the item, each in pieces; a call has one text. */
  parts: string[][];
  name: string;
  encrypted: string;
}

/** Which events repeat the content, and how events identify their items. */
interface Style {
  added: boolean;
  pieces: boolean;
  partEnds: boolean;
  itemEnds: boolean;
  output: boolean;
  index: 'number' | 'string' | 'none';
  ids: 'own' | 'fresh' | 'none';
  mixed: boolean;
  line: boolean;
}

const textEvents = {
  message: { event: 'response.output_text', at: 'content_index', text: 'text' },
  reasoning: { event: 'response.reasoning_summary_text', at: 'summary_index', text: 'text' },
  function_call: { event: 'response.function_call_arguments', at: 'none', text: 'arguments' },
} as const;

function itemOf(plan: GeneratedItem, n: number, done: boolean): Json {
  const texts = plan.parts.map((pieces) => pieces.join(''));
  switch (plan.type) {
    case 'message':
      return {
        id: `item_${n}`,
        type: 'message',
        role: 'assistant',
        content: done ? texts.map((text) => ({ type: 'output_text', text, annotations: [] })) : [],
      };
    case 'reasoning':
      return {
        id: `item_${n}`,
        type: 'reasoning',
        summary: done ? texts.map((text) => ({ type: 'summary_text', text })) : [],
        encrypted_content: done ? plan.encrypted : `begun ${plan.encrypted}`,
      };
    case 'function_call':
      return {
        id: `item_${n}`,
        type: 'function_call',
        call_id: `call_${n}`,
        name: plan.name,
        arguments: done ? texts.join('') : '',
      };
  }
}

/** The frames of one item, in their order. */
function framesOf(plan: GeneratedItem, n: number, style: Style): string[] {
  const { event, at, text } = textEvents[plan.type];
  let fresh = 0;
  const place = (item?: Json): Json => {
    const own = style.ids === 'own' ? `item_${n}` : `item_${n}_${fresh++}`;
    const named = style.ids === 'none' ? {} : item ? { item: { ...item, id: own } } : { item_id: own };
    const bare = style.ids === 'none' && item ? { item: { ...item, id: undefined, call_id: undefined } } : {};
    const index = style.index === 'none' ? {} : { output_index: style.index === 'string' ? String(n) : n };
    return { ...index, ...named, ...bare };
  };
  const frame = (type: string, fields: Json): string =>
    style.line ? eventOf(type, fields) : dataLine({ type, ...fields });
  const frames: string[] = [];
  if (style.added) frames.push(frame('response.output_item.added', place(itemOf(plan, n, false))));
  for (const [i, pieces] of plan.parts.entries()) {
    const part = at === 'none' ? {} : { [at]: i };
    if (style.pieces)
      for (const delta of pieces) frames.push(frame(`${event}.delta`, { ...place(), ...part, delta }));
    if (style.partEnds) frames.push(frame(`${event}.done`, { ...place(), ...part, [text]: pieces.join('') }));
  }
  if (style.itemEnds) frames.push(frame('response.output_item.done', place(itemOf(plan, n, true))));
  return frames;
}

const plan: fc.Arbitrary<GeneratedItem> = fc
  .record({
    type: fc.constantFrom('message', 'message', 'reasoning', 'function_call', 'function_call'),
    texts: fc.array(nastyText, { minLength: 1, maxLength: 3 }),
    args: toolInput,
    name: toolName,
    encrypted: fc.constantFrom('E==', 'F1==', 'G22=='),
  })
  .chain(({ type, texts, args, name, encrypted }) =>
    fc
      .tuple(...(type === 'function_call' ? [args] : texts).map((text) => piecesOf(text)))
      .map((parts) => ({ type, parts, name, encrypted })),
  );

/** Every style sends all content at least once; items that cannot be distinguished do not alternate. */
const style: fc.Arbitrary<Style> = fc
  .record<Style>({
    added: fc.boolean(),
    pieces: fc.boolean(),
    partEnds: fc.boolean(),
    itemEnds: fc.boolean(),
    output: fc.boolean(),
    index: fc.constantFrom('number', 'number', 'string', 'none'),
    ids: fc.constantFrom('own', 'own', 'fresh', 'none'),
    mixed: fc.boolean(),
    line: fc.boolean(),
  })
  .map(consistent);

function consistent({ added, itemEnds, output, mixed, index, ids, ...rest }: Style): Style {
  // Without stable ids, an `added` event is needed to distinguish consecutive items.
  const apart = ids === 'own' || index !== 'none';
  return {
    ...rest,
    index,
    ids,
    itemEnds,
    added: added || ids !== 'own',
    mixed: mixed && apart,
    output: output || !itemEnds,
  };
}

export const generatedResponses: fc.Arbitrary<GeneratedResponse> = fc
  .record({
    plans: fc.array(plan, { maxLength: 5 }),
    style,
    order: fc.array(fc.nat(9), { maxLength: 20 }),
    ending: fc.constantFrom('completed', 'completed', 'incomplete'),
    usage: fc.boolean(),
  })
  .map(({ plans, style: how, order, ending, usage }): GeneratedResponse => {
    const lists = plans.map((one, n) => framesOf(one, n, how));
    const output = plans.map((one, n) => itemOf(one, n, true));
    const response = {
      object: 'response',
      status: ending,
      error: null,
      incomplete_details: ending === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      ...(usage && { usage: { input_tokens: 10, output_tokens: 3 } }),
    };
    const listed = how.output
      ? output.map((item) => (how.ids === 'own' ? item : { ...item, id: undefined }))
      : [];
    const bare = how.ids === 'none' ? listed.map((item) => ({ ...item, call_id: undefined })) : listed;
    const textOf = (type: GeneratedItem['type']): string =>
      plans
        .filter((one) => one.type === type)
        .map(({ parts }) => parts.flat().join(''))
        .join('');
    return {
      frames: [
        eventOf('response.created', { response: { status: 'in_progress', output: [] } }),
        ...(how.mixed ? interleave(lists, order) : lists.flat()),
        eventOf(`response.${ending}`, { response: { ...response, output: bare } }),
      ],
      document: JSON.stringify({ ...response, output }),
      text: textOf('message'),
      thinking: textOf('reasoning'),
      calls: plans
        .filter(({ type }) => type === 'function_call')
        .map(({ name, parts }) => ({ name, args: parts.flat().join('') })),
      encrypted: plans.filter(({ type }) => type === 'reasoning').map(({ encrypted }) => encrypted),
      ending,
      interleaved: how.mixed,
    };
  });
