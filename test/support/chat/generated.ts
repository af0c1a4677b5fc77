/** Generated Chat Completions streams with known content: text, reasoning and calls, in the forms that servers use. */
import fc from 'fast-check';
import { dataLine, interleave, nastyText, piecesOf, toolInput, toolName } from '../arbitraries.ts';
import type { Call } from '../sent-shape.ts';

type Json = Record<string, unknown>;

/** A stream, its content, and the same answer as one JSON document. */
export interface GeneratedChat {
  frames: string[];
  document: string;
  text: string;
  thinking: string;
  calls: Call[];
  finish: string | undefined;
}

interface GeneratedCall extends Call {
  /** Groups of pieces of this call; the pieces of a group are not separated. */
  pieces: Json[][];
}

/** How servers number and name calls; with `mixed`, the pieces of two calls may alternate. */
const styles = [
  { name: 'numbered', mixed: true },
  { name: 'numbered, id and name on every piece', mixed: true },
  { name: 'numbered, name in pieces', mixed: true },
  { name: 'numbered, arguments first', mixed: true },
  { name: 'numbered, no ids', mixed: true },
  { name: 'by id on every piece', mixed: true },
  { name: 'all zero, with ids', mixed: false },
  { name: 'anonymous', mixed: false },
] as const;

type Style = (typeof styles)[number]['name'];

function callPieces(style: Style, { name }: Call, n: number, parts: string[], index: unknown): Json[][] {
  const id = `call_${n}`;
  const first = parts[0] ?? '';
  const rest = parts.slice(1);
  const piece = (fields: Json, called?: string, argument?: string): Json => ({
    ...fields,
    function: { name: called ?? null, arguments: argument ?? '' },
  });
  switch (style) {
    case 'numbered':
      return [
        [piece({ index, id, type: 'function' }, name, first)],
        ...rest.map((part) => [piece({ index, id: null }, undefined, part)]),
      ];
    case 'numbered, id and name on every piece':
      return parts.map((part) => [piece({ index, id }, name, part)]);
    case 'numbered, name in pieces':
      return [
        [piece({ index, id }, name.slice(0, 3)), piece({ index, id: '' }, name.slice(3))],
        ...parts.map((part) => [piece({ index }, undefined, part)]),
      ];
    case 'numbered, arguments first':
      return [...parts.map((part) => [piece({ index, id }, undefined, part)]), [piece({ index }, name)]];
    case 'numbered, no ids':
      return [[piece({ index }, name)], ...parts.map((part) => [piece({ index }, undefined, part)])];
    case 'by id on every piece':
      return [[piece({ id }, name)], ...parts.map((part) => [piece({ id }, undefined, part)])];
    case 'all zero, with ids':
      return [
        [piece({ index: 0, id }, name, first)],
        ...rest.map((part) => [piece({ index: 0 }, undefined, part)]),
      ];
    case 'anonymous':
      return [[piece({}, name, first)], ...rest.map((part) => [piece({}, undefined, part)])];
  }
}

const generatedCalls: fc.Arbitrary<{ mixed: boolean; calls: GeneratedCall[] }> = fc
  .tuple(
    fc.constantFrom(...styles),
    fc.constantFrom<(n: number) => unknown>(
      (n) => n,
      (n) => n + 1,
      (n) => String(n),
      (n) => -n,
      (n) => 7 * n,
    ),
    fc.array(fc.tuple(toolName, toolInput), { maxLength: 4 }),
  )
  .chain(([{ name: style, mixed }, number, drawn]) =>
    fc
      .tuple(
        ...drawn.map(([name, args], n) =>
          piecesOf(args).map((parts) => ({
            name,
            args,
            pieces: callPieces(style, { name, args }, n, parts, number(n)),
          })),
        ),
      )
      .map((calls) => ({ mixed, calls: calls as GeneratedCall[] })),
  );

const delta = (fields: Json): string =>
  dataLine({
    choices: [
      {
        index: 0,
        delta: { content: null, reasoning_content: null, tool_calls: null, ...fields },
        finish_reason: null,
      },
    ],
  });

export const generatedChat: fc.Arbitrary<GeneratedChat> = fc
  .record({
    words: fc.array(fc.record({ thinking: fc.boolean(), text: nastyText }), { maxLength: 6 }),
    drawnCalls: generatedCalls,
    order: fc.array(fc.nat(9), { maxLength: 20 }),
    finish: fc.constantFrom('stop', 'tool_calls', 'length', undefined),
    usage: fc.boolean(),
  })
  .map(({ words, drawnCalls: { mixed, calls }, order, finish, usage }) => {
    const prose = words.map(({ thinking, text }) => [
      delta(thinking ? { reasoning_content: text } : { content: text }),
    ]);
    const called = calls.map(({ pieces }) =>
      pieces.map((group) => group.map((piece) => delta({ tool_calls: [piece] }))),
    );
    const lists = mixed ? [prose, ...called] : [prose, called.flat()];
    const text = words
      .filter((word) => !word.thinking)
      .map((word) => word.text)
      .join('');
    const thinking = words
      .filter((word) => word.thinking)
      .map((word) => word.text)
      .join('');
    const end = [
      ...(finish === undefined
        ? []
        : [dataLine({ choices: [{ index: 0, delta: {}, finish_reason: finish }] })]),
      ...(usage ? [dataLine({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 3 } })] : []),
      'data: [DONE]\n\n',
    ];
    const tool_calls = calls.map(({ name, args }, n) => ({
      id: `call_${n}`,
      type: 'function',
      function: { name, arguments: args },
    }));
    const message = { role: 'assistant', content: text, reasoning_content: thinking, tool_calls };
    return {
      frames: [delta({ role: 'assistant', content: '' }), ...interleave(lists, order).flat(), ...end],
      document: JSON.stringify({ choices: [{ index: 0, message, finish_reason: finish ?? 'stop' }] }),
      text,
      thinking,
      calls: calls.map(({ name, args }) => ({ name, args })),
      finish,
    };
  });
