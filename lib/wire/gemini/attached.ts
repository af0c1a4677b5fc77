/**
 * Collects what an upstream attached to its calls beside the signature: unknown fields of the part and of its
 * `functionCall`. They return with the call (P11).
 */
import { tagAttachment, type Origin } from '../../anthropic/provenance.ts';
import { attachedFields, isVoid, nameOf, type AttachedFields } from '../decode/attached-fields.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { toObject, type JsonObject } from '../../json.ts';

const partFields: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'functionCall',
  'executableCode',
  'codeExecutionResult',
]);
const callFields: ReadonlySet<string> = new Set(['id', 'name', 'args', 'partialArgs', 'willContinue']);

export interface CallAttachments {
  /** Takes a part that holds a call or a piece of one, before the call is read. */
  add(part: JsonObject): void;
  /** The part starts the call with this id, which begins now. */
  begin(id: string): void;
  /** The part has been read. */
  end(): void;
}

export function callAttachments(
  answer: Writer,
  origin: Origin,
  drop: (what: string) => void,
): CallAttachments {
  interface Fields {
    id: string;
    outer: AttachedFields;
    inner: AttachedFields;
  }
  /** The fields of the latest call. */
  let latest: Fields | undefined;
  let part: JsonObject | undefined;

  function carry(): void {
    if (!latest || !part) return;
    latest.outer.add(part);
    latest.inner.add(toObject(part['functionCall']));
    part = undefined;
    if (!latest.outer.isNew() && !latest.inner.isNew()) return;
    const attached = { call: latest.id, outer: latest.outer.take(), inner: latest.inner.take() };
    answer.carry(tagAttachment(origin, JSON.stringify(attached)));
  }

  return {
    add(next) {
      part = next;
    },
    begin(id) {
      latest = {
        id,
        outer: attachedFields(partFields, 'a call', drop),
        inner: attachedFields(callFields, 'a call', drop),
      };
      carry();
    },
    end: carry,
  };
}

/** Reports the unknown fields of a part without a call: they have no place in the client's history. */
export function dropUnknownFields(part: JsonObject, drop: (what: string) => void): void {
  for (const [name, value] of Object.entries(part))
    if (!partFields.has(name) && !isVoid(value)) drop(nameOf(name, 'a part'));
}
