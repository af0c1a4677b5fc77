/** Reads what the running proxy has learned about models and providers, as notes with the time until they expire. */
import { isObject, toArray, toObject, toText, type JsonObject } from '../../json.ts';
import { moment } from '../../terminal/figures.ts';
import { queryProxy, findProxy } from '../../daemon/running.ts';
import type { System } from '../../terminal/command-context.ts';

/** By `provider/model`, or by the name of a provider for notes on all its models. */
export type LearnedNotes = ReadonlyMap<string, readonly string[]>;

/** Empty if no proxy runs or it does not answer. */
export async function readLearnedNotes(system: System): Promise<LearnedNotes> {
  const found = await findProxy(system);
  if (found?.state !== 'running') return new Map();
  const status = await queryProxy(found.record, '/occ/status').catch((): JsonObject => ({}));
  return toLearnedNotes(status);
}

/** `status` is the response of `/occ/status`. */
export function toLearnedNotes(status: JsonObject): LearnedNotes {
  const notes = new Map<string, string[]>();
  const add = (subject: string, text: string, until: unknown): void => {
    const time = moment(toText(until));
    notes.set(subject, [...(notes.get(subject) ?? []), time === '' ? text : `${text}, until ${time}`]);
  };
  const listOf = (name: string): JsonObject[] => toArray(status[name]).filter(isObject);
  for (const { model, format, breaker } of listOf('models')) {
    const { state, until } = toObject(breaker);
    if (state === 'open') add(toText(model), `skipped in format ${toText(format)}`, until);
    if (state === 'half_open') add(toText(model), `being probed in format ${toText(format)}`, until);
  }
  for (const { who, limit, until } of listOf('spent')) add(toText(who), `${toText(limit)} reached`, until);
  for (const { model, words, until } of listOf('learned')) add(toText(model), toText(words), until);
  return notes;
}
