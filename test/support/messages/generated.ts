/** Generated Messages streams with known content, whose block numbers, order and endings may be wrong. */
import fc from 'fast-check';
import { eventOf, interleave, nastyText, piecesOf, toolInput, toolName } from '../arbitraries.ts';
import type { Call } from '../sent-shape.ts';

type Json = Record<string, unknown>;

/** A stream, its content, and the same answer as one JSON document. */
export interface GeneratedMessage {
  frames: string[];
  document: string;
  text: string;
  thinking: string;
  signatures: string[];
  calls: Call[];
  stopReason: string;
}

type GeneratedBlock =
  | { type: 'text'; parts: string[] }
  | { type: 'thinking'; parts: string[]; signature: string }
  | { type: 'tool_use'; parts: string[]; name: string };

const generatedBlock: fc.Arbitrary<GeneratedBlock> = fc.oneof(
  nastyText.chain(piecesOf).map((parts) => ({ type: 'text' as const, parts })),
  fc
    .tuple(nastyText.chain(piecesOf), fc.constantFrom('', 'sig+/='))
    .map(([parts, signature]) => ({ type: 'thinking' as const, parts, signature })),
  fc
    .tuple(toolInput.chain(piecesOf), toolName)
    .map(([parts, name]) => ({ type: 'tool_use' as const, parts, name })),
);

/** Defects of a stream. None of them may lose content. */
export interface Defects {
  number: 'plain' | 'from seven' | 'falling' | 'strings' | 'all zero' | 'missing';
  stops: boolean;
  start: 'once' | 'missing' | 'twice';
  prefilled: boolean;
  mixed: boolean;
  ending: 'both' | 'delta only' | 'stop only';
}

const numbers: Record<Defects['number'], (n: number) => unknown> = {
  plain: (n) => n,
  'from seven': (n) => n + 7,
  falling: (n) => 50 - n,
  strings: (n) => String(n),
  'all zero': () => 0,
  missing: () => undefined,
};

const defects: fc.Arbitrary<Defects> = fc.record({
  number: fc.constantFrom<Defects['number']>(
    'plain',
    'from seven',
    'falling',
    'strings',
    'all zero',
    'missing',
  ),
  stops: fc.boolean(),
  start: fc.constantFrom<Defects['start']>('once', 'missing', 'twice'),
  prefilled: fc.boolean(),
  mixed: fc.boolean(),
  ending: fc.constantFrom<Defects['ending']>('both', 'delta only', 'stop only'),
});

function blockFrames(block: GeneratedBlock, n: number, { number, stops, prefilled }: Defects): string[] {
  const at = numbers[number](n);
  const [head = '', ...tail] = block.parts;
  const first = prefilled && block.type !== 'tool_use' ? head : '';
  const rest = prefilled && block.type !== 'tool_use' ? tail : block.parts;
  const delta = (fields: Json) => eventOf('content_block_delta', { index: at, delta: fields });
  const start = (content_block: Json) => eventOf('content_block_start', { index: at, content_block });
  const stop = stops ? [eventOf('content_block_stop', { index: at })] : [];
  switch (block.type) {
    case 'text':
      return [
        start({ type: 'text', text: first }),
        ...rest.map((text) => delta({ type: 'text_delta', text })),
        ...stop,
      ];
    case 'thinking':
      return [
        start({ type: 'thinking', thinking: first, signature: '' }),
        ...rest.map((thinking) => delta({ type: 'thinking_delta', thinking })),
        delta({ type: 'signature_delta', signature: block.signature }),
        ...stop,
      ];
    case 'tool_use':
      return [
        start({ type: 'tool_use', id: `toolu_${n}`, name: block.name, input: {} }),
        ...rest.map((partial_json) => delta({ type: 'input_json_delta', partial_json })),
        ...stop,
      ];
  }
}

/** The text or thinking of a merged stream, in the order of its frames. */
function textOf(frames: readonly string[], name: 'text' | 'thinking'): string {
  return frames
    .map((frame) => {
      const { content_block: block, delta } = JSON.parse(frame.slice(frame.indexOf('data: ') + 6)) as Record<
        string,
        Json | undefined
      >;
      const value = block?.[name] ?? delta?.[name];
      return typeof value === 'string' ? value : '';
    })
    .join('');
}

export const generatedMessages: fc.Arbitrary<GeneratedMessage> = fc
  .record({
    blocks: fc.array(generatedBlock, { maxLength: 5 }),
    defects,
    order: fc.array(fc.nat(9), { maxLength: 20 }),
    reason: fc.constantFrom('end_turn', 'tool_use', 'max_tokens'),
  })
  .map(({ blocks, defects, order, reason }) => {
    const lists = blocks.map((block, n) => blockFrames(block, n, defects));
    // Blocks whose pieces alternate need distinct numbers.
    const mixed = defects.mixed && defects.number !== 'all zero' && defects.number !== 'missing';
    const content = mixed ? interleave(lists, order) : lists.flat();
    const start = eventOf('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    });
    const ending = eventOf('message_delta', {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 9 },
    });
    const calls = blocks.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name, args: block.parts.join('') }] : [],
    );
    const cut = reason === 'max_tokens' && defects.ending !== 'stop only';
    const stopReason = cut ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn';
    return {
      frames: [
        ...(defects.start === 'missing' ? [] : [start]),
        ...content,
        ...(defects.start === 'twice' ? [start] : []),
        ...(defects.ending === 'stop only' ? [] : [ending]),
        ...(defects.ending === 'delta only' ? [] : [eventOf('message_stop')]),
      ],
      document: JSON.stringify({
        type: 'message',
        content: blocks.map((block, n) => {
          const whole = block.parts.join('');
          if (block.type === 'text') return { type: 'text', text: whole };
          if (block.type === 'thinking')
            return { type: 'thinking', thinking: whole, signature: block.signature };
          return {
            type: 'tool_use',
            id: `toolu_${n}`,
            name: block.name,
            input: JSON.parse(whole) as unknown,
          };
        }),
        stop_reason: stopReason,
      }),
      text: textOf(content, 'text'),
      thinking: textOf(content, 'thinking'),
      signatures:
        mixed || !defects.stops
          ? []
          : blocks.flatMap((block) =>
              block.type === 'thinking' && block.signature !== '' ? [block.signature] : [],
            ),
      calls,
      stopReason,
    };
  });
