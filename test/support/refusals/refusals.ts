/** Whole refusals: a sentence in an envelope among noise, for one format, with what it says. */
import type { Format } from '../turns.ts';
import fc from 'fast-check';
import { wireFormats, type WireFormat } from '../../../lib/wire/formats.ts';
import type { Refusal } from './chain.ts';
import { echoed, echoPlace, envelope, noise, typedEnvelope, type Said } from './envelopes.ts';
import { essential, optional, type SentField } from './request.ts';
import {
  accountRefusal,
  answerLimit,
  bodyTooLarge,
  fieldSentence,
  overflow,
  vague,
  type Overflow,
} from './sentences.ts';
import { locationOf, marks, spelling } from './spellings.ts';

/** Statuses with which a request is refused; 0 for an error inside an answer. */
const statuses = fc.constantFrom(400, 400, 400, 422, 404, 500, 502, 0);

const format = fc.constantFrom(...wireFormats);

/** A refusal without further facts, from the parts that the generators make. */
interface Parts {
  format: WireFormat;
  status: number;
  text: string;
  around: { echo: string; wrap: (sentence: string) => string };
  envelope: (said: Said) => string;
}

function toRefusal({ format: own, status, text, around: { echo, wrap }, envelope: within }: Parts): Refusal {
  return { format: own, status, body: within({ text: wrap(text), echo }) };
}

/** The sentence among what means nothing: noise, an echo of the request, sometimes in upper case. */
const around = fc
  .record({ noise, echo: echoed, place: echoPlace, upper: fc.integer({ min: 0, max: 9 }) })
  .map(({ noise: { before, after }, echo, place, upper }) => ({
    echo,
    wrap: (sentence: string) =>
      `${before}${upper === 0 ? sentence.toUpperCase() : sentence}${place(echo)}${after}`,
  }));

export interface FieldRefusal extends Refusal {
  /** The fields that it names. */
  named: readonly SentField[];
  /** The request is blamed, by the status or by the type of an error in the body. */
  blames: boolean;
}

function fieldRefusal(fields: Readonly<Record<Format, readonly SentField[]>>): fc.Arbitrary<FieldRefusal> {
  return format.chain((own) =>
    fc
      .record({
        fields: fc.uniqueArray(fc.constantFrom(...fields[own]), { minLength: 1, maxLength: 2 }),
        sentence: fieldSentence,
        spell: spelling,
        marked: fc.oneof(fc.constant(['', '']), marks),
        around,
        envelope,
        status: statuses,
        param: fc.boolean(),
      })
      .map(
        ({
          fields: chosen,
          sentence,
          spell,
          marked: [open = '', close = ''],
          around: { echo, wrap },
          ...how
        }) => {
          const [first, second] = chosen;
          // Every fourth refusal names two fields.
          const both = how.status === 422 && second !== undefined;
          const named = (both ? chosen : chosen.slice(0, 1)) as [SentField, ...SentField[]];
          const names = named.map(spell);
          const marked = names.map((name) => `${open}${name}${close}`).join(' and ');
          const text = wrap(sentence.replace('%', () => marked).replace('#', () => names[0] ?? ''));
          const body = how.envelope({
            text,
            location: locationOf(first ?? []),
            echo,
            ...(how.param && names[0] !== undefined && { param: names[0] }),
          });
          const blames = how.status === 400 || how.status === 422 || body.includes('invalid_request_error');
          return { format: own, status: how.status, body, named, blames };
        },
      ),
  );
}

export const optionalRefusal = fieldRefusal(optional);
export const essentialRefusal = fieldRefusal(essential);

export interface OverflowRefusal extends Refusal {
  says: Overflow['says'];
  blames: boolean;
}

export const overflowRefusal: fc.Arbitrary<OverflowRefusal> = fc
  .record({ format, overflow, around, envelope, status: fc.constantFrom(400, 400, 413, 422, 500, 404, 0) })
  .map(({ overflow: { text, says }, ...parts }) =>
    Object.assign(toRefusal({ ...parts, text }), { says, blames: [400, 413, 422].includes(parts.status) }),
  );

export const answerRefusal: fc.Arbitrary<Refusal & { limit: number }> = fc
  .record({ format, answer: answerLimit, around, envelope, status: fc.constantFrom(400, 400, 413, 422) })
  .map(({ answer: { text, limit }, ...parts }) => Object.assign(toRefusal({ ...parts, text }), { limit }));

export const unrepairable: fc.Arbitrary<Refusal> = fc
  .record({ format, account: accountRefusal, around, envelope: typedEnvelope })
  .map(({ format: own, account, around: { echo, wrap }, envelope: within }) => ({
    format: own,
    status: account.status,
    body: within({ ...account, text: wrap(account.text), echo }),
  }));

export const vagueRefusal: fc.Arbitrary<Refusal> = fc.oneof(
  fc.record({ format, text: vague, around, envelope, status: statuses }).map(toRefusal),
  fc.record({ format, text: bodyTooLarge, around, envelope, status: fc.constant(413) }).map(toRefusal),
);

/** A known sentence among noise. */
export function knownRefusal(
  rows: readonly { sentence: string; statuses: readonly number[] }[],
): fc.Arbitrary<Refusal> {
  return fc
    .constantFrom(...rows)
    .chain(({ sentence, statuses: own }) =>
      fc.record({ format, text: fc.constant(sentence), around, envelope, status: fc.constantFrom(...own) }),
    )
    .map(toRefusal);
}
