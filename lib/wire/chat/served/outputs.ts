/**
 * Parts of an answer that only this format has, such as `annotations`, for a client and an upstream that both speak it. In a
 * stream they pass with their chunks; this collects them for the whole answer.
 */
import type { Message, MessageDelta, Remark } from '../../../anthropic/events.ts';
import { isObject, type Json, type JsonObject } from '../../../json.ts';
import { nameOf } from '../../decode/attached-fields.ts';
import { outputFields } from '../delta.ts';

/** The key of the collected fields. It is a symbol, so that it is in no JSON. */
const collected = Symbol('fields of a chat message');

type Ending = MessageDelta['delta'] & { [collected]?: JsonObject };

export interface Outputs {
  /** Takes the delta of a chunk that passes. */
  add(delta: JsonObject): void;
  /** True for a remark that something was left out which has passed. */
  has(remark: Remark): boolean;
  /** Keeps the fields with the end of the message, which the fold copies into the message. */
  keep(event: MessageDelta): void;
}

export function outputs(): Outputs {
  const fields = new Map<string, Json>();
  return {
    add(delta) {
      for (const [name, value] of Object.entries(delta)) {
        if (!outputFields.has(name) || value === null || value === undefined) continue;
        const before = fields.get(name);
        fields.set(name, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
      }
    },
    has: (remark) =>
      remark.type === 'dropped' &&
      [...fields.keys()].some((name) => remark.what === nameOf(name, 'a message')),
    keep(event) {
      if (fields.size > 0) (event.delta as Ending)[collected] = Object.fromEntries(fields);
    },
  };
}

/** The fields of the whole answer. */
export function outputsIn(message: Message): JsonObject {
  const { [collected]: fields } = message as { [collected]?: JsonObject };
  return isObject(fields) ? fields : {};
}
