/**
 * Fuzz inputs: a valid stream, damaged by up to four mutations and cut anywhere. Every input must pass the checks of
 * `checkLaws`; an undamaged one must also arrive with its whole content.
 */
import fc from 'fast-check';
import { cutPoints } from './arbitraries.ts';
import { utf8, type Run } from './decode.ts';
import { contentIsPreserved } from './laws.ts';
import { mutation } from './mutations.ts';
import { generated } from './generated.ts';
import { checkLaws } from './properties.ts';
import { transcripts } from './transcripts.ts';
import { formats, type Format, type TurnOptions } from './turns.ts';

export interface FuzzInput {
  bytes: Uint8Array;
  cuts: number[];
  options: TurnOptions;
  /** The number of mutations. */
  damaged: number;
  check: (run: Run) => void;
}

interface Valid {
  bytes: Uint8Array;
  options: TurnOptions;
  check: FuzzInput['check'];
}

function generatedStreams(format: Format): fc.Arbitrary<Valid> {
  return generated[format].map(({ frames, check }) => ({
    bytes: utf8(frames.join('')),
    options: {},
    check,
  }));
}

/** Transcripts of this format and, as invalid input, of the other formats. */
function transcriptsFor(format: Format): fc.Arbitrary<Valid> {
  const own = transcripts(format).map((transcript): Valid => {
    const { bytes, options } = transcript;
    return { bytes, options, check: () => contentIsPreserved(transcript) };
  });
  const foreign = formats
    .filter((other) => other !== format)
    .flatMap(transcripts)
    .map(({ bytes }): Valid => ({ bytes, options: {}, check: () => {} }));
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...foreign) },
  );
}

const noise: fc.Arbitrary<Valid> = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => ({ bytes, options: {}, check: () => {} }));

/** Options of the turn; damaged streams must obey the laws with all of them. */
const turns: fc.Arbitrary<TurnOptions> = fc.oneof(
  fc.constant({}),
  fc.record({
    quirks: fc.record({
      inlineThink: fc.boolean(),
      leakedThinkEnd: fc.boolean(),
      genuineSignatures: fc.boolean(),
    }),
    search: fc.boolean(),
    stops: fc.constantFrom([], ['e'], ['</block>', 'STOP']),
  }),
);

export function fuzzed(format: Format): fc.Arbitrary<FuzzInput> {
  const valid = fc.oneof(
    { weight: 6, arbitrary: generatedStreams(format) },
    { weight: 6, arbitrary: transcriptsFor(format) },
    { weight: 1, arbitrary: noise },
  );
  return fc
    .record({ valid, mutations: fc.array(mutation, { maxLength: 4 }), cuts: cutPoints, options: turns })
    .map(({ valid: { bytes, check, options: own }, mutations, cuts, options }) => ({
      bytes: mutations.reduce((so, mutate) => mutate(so), bytes),
      cuts,
      options: mutations.length === 0 ? own : options,
      damaged: mutations.length,
      check: mutations.length === 0 ? check : () => {},
    }))
    .map((input) => Object.assign(input, { [fc.toStringMethod]: () => describe(input) }));
}

/** What fast-check prints for an input that failed. */
function describe({ bytes, cuts, options, damaged }: FuzzInput): string {
  const text = JSON.stringify(Buffer.from(bytes).toString('utf8'));
  return `${damaged} mutations, ${JSON.stringify(options)}, cut at ${cuts.join(' ')}: ${text}`;
}

export function checkFuzzed(format: Format, { bytes, cuts, options, check }: FuzzInput): void {
  check(checkLaws(format, bytes, cuts, options));
}
