/**
 * Generated generateContent streams with known content: text, thoughts, calls and signatures, in the forms that servers use.
 * Every signature names the part it belongs to, so that a test can check where it returns.
 */
import fc from 'fast-check';
import { nastyText, piecesOf, toolInput, toolName } from '../arbitraries.ts';
import type { Call } from '../sent-shape.ts';

/** A text, a thought, or a call with its arguments as text. */
export type GeneratedPart =
  | { type: 'text' | 'thinking'; text: string; signature?: string }
  | { type: 'call'; name: string; args: string; id: string | undefined; signature?: string };

export interface GeneratedGemini {
  frames: string[];
  /** The same answer as one JSON document. */
  document: string;
  parts: GeneratedPart[];
  text: string;
  thinking: string;
  calls: Call[];
  finish: string;
}

const signature = fc.option(fc.constant(''), { nil: undefined, freq: 2 });

const part: fc.Arbitrary<GeneratedPart> = fc
  .oneof(
    fc.record({ type: fc.constantFrom('text' as const, 'thinking' as const), text: nastyText, signature }),
    fc.record({
      type: fc.constant('call' as const),
      name: toolName,
      args: toolInput,
      id: fc.constantFrom(undefined, 'own', 'functions.Read:0'),
      signature,
    }),
  )
  .map(({ signature: signed, ...rest }) =>
    Object.assign(rest, signed !== undefined && { signature: signed }),
  ) as fc.Arbitrary<GeneratedPart>;

/** Prints JSON and inserts the arguments in their original spelling. */
function toJson(value: unknown, args: readonly string[]): string {
  return args.reduce(
    (text, spelled, n) => text.replace(`"@args ${n}@"`, () => spelled),
    JSON.stringify(value),
  );
}

function toPart(part: GeneratedPart, n: number, args: string[]): object {
  const signed = part.signature === undefined ? {} : { thoughtSignature: part.signature };
  if (part.type !== 'call')
    return { text: part.text, ...(part.type === 'thinking' && { thought: true }), ...signed };
  const marker = `@args ${args.push(part.args) - 1}@`;
  const id = part.id === undefined ? {} : { id: part.id === 'own' ? `call_${n}` : `${part.id}${n}` };
  return { functionCall: { name: part.name, args: marker, ...id }, ...signed };
}

export const generatedGemini: fc.Arbitrary<GeneratedGemini> = fc
  .record({
    drawn: fc.array(part, { maxLength: 6 }),
    cuts: fc.array(fc.nat(5), { maxLength: 8 }),
    finish: fc.constantFrom('STOP', 'STOP', 'MAX_TOKENS'),
    everyChunk: fc.boolean(),
    usage: fc.boolean(),
  })
  .chain(({ drawn, ...rest }) =>
    fc
      .tuple(
        ...drawn.map((one) =>
          one.type === 'call' ? fc.constant([one]) : piecesOf(one.text).map((texts) => inPieces(one, texts)),
        ),
      )
      .map((lists) => Object.assign({ parts: lists.flat() }, rest)),
  )
  .map(({ parts: unnamed, cuts, finish, everyChunk, usage }) => {
    const parts = unnamed.map((one, n) =>
      Object.assign({}, one, one.signature !== undefined && { signature: btoa(`part ${n}`) }),
    );
    const chunk = (list: readonly [GeneratedPart, number][], last: boolean): string => {
      const args: string[] = [];
      const content = { role: 'model', parts: list.map(([one, n]) => toPart(one, n, args)) };
      const reason = last || everyChunk ? { finishReason: finish } : {};
      const counts = usage ? { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3 } } : {};
      return toJson({ candidates: [{ content, ...reason, index: 0 }], ...counts }, args);
    };
    const frames: string[] = [];
    let rest = parts.map((one, n): [GeneratedPart, number] => [one, n]);
    for (let turn = 0; rest.length > 0; turn++) {
      const size = 1 + ((cuts[turn % Math.max(cuts.length, 1)] ?? 0) % 3);
      frames.push(chunk(rest.slice(0, size), false));
      rest = rest.slice(size);
    }
    const prose = (type: GeneratedPart['type']): string =>
      parts.map((one) => (one.type === type && one.type !== 'call' ? one.text : '')).join('');
    return {
      frames: [...frames, chunk([], true)].map((json) => `data: ${json.replaceAll('\n', '\ndata: ')}\n\n`),
      document: chunk(
        parts.map((one, n) => [one, n]),
        true,
      ),
      parts,
      text: prose('text'),
      thinking: prose('thinking'),
      calls: parts.flatMap((one) => (one.type === 'call' ? [{ name: one.name, args: one.args }] : [])),
      finish,
    };
  });

/** Splits a text or thought into parts; the last one has the signature, as in Gemini's streams. */
function inPieces(one: GeneratedPart, texts: readonly string[]): GeneratedPart[] {
  if (one.type === 'call') return [one];
  return texts.map((text, n) => {
    const { type, signature: signed } = one;
    return n === texts.length - 1 && signed !== undefined
      ? { type, text, signature: signed }
      : { type, text };
  });
}
