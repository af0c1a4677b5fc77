/** What the running proxy remembers of each model, in words with the time until which it holds. */
import { isObject, toArray, toObject, toText, type JsonObject } from '../../json.ts';
import { moment } from '../../terminal/figures.ts';
import { queryProxy, findProxy } from '../../daemon/running.ts';
import type { System } from '../../terminal/command-context.ts';

/** By `provider/model`, or by the provider's name for what holds for all its models. */
export type LearnedNotes = ReadonlyMap<string, readonly string[]>;

/** Empty where no proxy runs, or it does not answer. */
export async function readLearnedNotes(system: System): Promise<LearnedNotes> {
  const found = await findProxy(system);
  if (found?.state !== 'running') return new Map();
  const status = await queryProxy(found.record, '/occ/status').catch((): JsonObject => ({}));
  return toLearnedNotes(status);
}

/** `status` as `/occ/status` answers it. */
export function toLearnedNotes(status: JsonObject): LearnedNotes {
  const notes = new Map<string, string[]>();
  const note = (who: string, words: string, until: unknown): void => {
    const time = moment(toText(until));
    notes.set(who, [...(notes.get(who) ?? []), time === '' ? words : `${words}, until ${time}`]);
  };
  const listOf = (name: string): JsonObject[] => toArray(status[name]).filter(isObject);
  for (const { model, format, breaker } of listOf('models')) {
    const { state, until } = toObject(breaker);
    if (state === 'open') note(toText(model), `passed over as ${toText(format)}`, until);
    if (state === 'half_open') note(toText(model), `being probed as ${toText(format)}`, until);
  }
  for (const { who, limit, until } of listOf('spent')) note(toText(who), `${toText(limit)} reached`, until);
  for (const { model, words, until } of listOf('learned')) note(toText(model), toText(words), until);
  return notes;
}
