/**
 * Items by which a conversation changes its settings: a `configuration_update` sets the effort, the form of the answer, or
 * both, until a later one replaces them (`ResponseConfigurationUpdateItemParam` of OpenAI's SDK 7).
 */
import { toArray, toObject, type JsonObject } from '../../../json.ts';

/** The name of these items. */
export const configurationUpdate = 'configuration_update';

/** The changes, in their order. */
export function updatesIn(body: JsonObject): JsonObject[] {
  return toArray(body['input'])
    .map(toObject)
    .filter(({ type }) => type === configurationUpdate);
}

/** What a change may set: only the effort of `reasoning`, and the form of the answer in `text`. */
const settable = [
  ['reasoning', 'effort'],
  ['text', 'format'],
] as const;

/** The body with the effort and the form of the answer that the latest changes set. */
export function withUpdates(body: JsonObject): JsonObject {
  const updates = updatesIn(body);
  const updated = { ...body };
  for (const [field, name] of settable) {
    const latest = updates.findLast((update) => Object.hasOwn(toObject(update[field]), name));
    const value = toObject(latest?.[field])[name];
    if (value !== undefined) updated[field] = { ...toObject(body[field]), [name]: value };
  }
  return updated;
}
