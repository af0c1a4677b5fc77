/** One question of `occ doctor verify` with what came back, as the judges see it. */
import { estimateText } from '../../anthropic/estimate.ts';
import type { JsonObject } from '../../json.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { RecordedExchange } from '../bench/recorded-exchange.ts';
import type { Facts } from './facts/facts.ts';
import type { Values } from './values.ts';

export interface Refusal {
  /** Absent if there was no response. */
  status?: number;
  message: string;
}

export interface Answer {
  exchange: RecordedExchange;
  /** The body that the provider received in the end, after occ's own changes and repairs. */
  sent: JsonObject;
  /** What the provider sent; absent if it refused or did not answer. */
  facts?: Facts;
  /** Present if there are no facts. */
  refusal?: Refusal;
  /** What was refused before, until occ had changed the request. */
  refusedBefore: readonly Refusal[];
}

/** A complete answer: with facts. */
export type Said = Answer & { facts: Facts };

/** What is known of the model before it is asked. */
export interface Claims {
  /** The id that is asked for. */
  modelId: string;
  format: WireFormat;
  /** It takes images. */
  images: boolean;
  /** Whether it thinks; undefined if that is unknown. */
  reasons?: boolean;
  /** Its price for cached input is lower than for other input, so that it has a prompt cache. */
  caches: boolean;
}

/** Everything that is judged. */
export interface Evidence {
  claims: Claims;
  values: Values;
  /** By the name of the question. Those that were not asked are absent. */
  answers: ReadonlyMap<string, Answer>;
}

/** The answer to the question, if it is complete. */
export function said({ answers }: Pick<Evidence, 'answers'>, name: string): Said | undefined {
  const answer = answers.get(name);
  return answer?.facts && (answer as Said);
}

/** Every complete answer, in the order of the questions, except that of a model that does not exist. */
export function allSaid({ answers }: Pick<Evidence, 'answers'>): Said[] {
  return [...answers].flatMap(([name, answer]) =>
    answer.facts && name !== invalidModel ? [answer as Said] : [],
  );
}

/** The question for a model that does not exist. */
export const invalidModel = 'invalid-model';

/** Why a question has no answer, in a few words. */
export function whyNot({ answers }: Pick<Evidence, 'answers'>, name: string): string {
  const answer = answers.get(name);
  if (answer === undefined) return 'not asked';
  const { status, message = '' } = answer.refusal ?? {};
  return `no answer: ${status === undefined ? '' : `${status} `}${message.split('\n', 1)[0] ?? ''}`;
}

/** Tokens of everything that can be seen of an answer, by occ's own estimate. */
export function ownOutput({ text, thinking, calls }: Facts): number {
  const all = [text, thinking, ...calls.flatMap(({ name, json }) => [name, json])];
  return Math.ceil(all.reduce((sum, part) => sum + estimateText(part), 0));
}

/** The first value of these names in what was sent, at the top or in Gemini's `generationConfig`. */
export function sentField({ sent }: Answer, ...names: readonly string[]): unknown {
  const config = sent['generationConfig'];
  const places = [sent, typeof config === 'object' && config !== null ? (config as JsonObject) : {}];
  for (const place of places) for (const name of names) if (place[name] !== undefined) return place[name];
  return undefined;
}
