/**
 * The form of an event: its JSON without its text. Whatever JSON string replaces the text, the rest of the event means the
 * same, in whatever order, spacing and company of other fields a server prints it.
 */
import { batchedTexts } from '../../anthropic/delta-batch.ts';
import type { BlockDelta } from '../../anthropic/events.ts';
import { parseJson, toObject } from '../../json.ts';

export interface DeltaForm {
  /** The index of the block, and the type of the delta. */
  index: number;
  type: string;
  /** The JSON up to the text, and from its end, each with its quotation mark. */
  head: string;
  tail: string;
  /** Whether the tail is two brackets, before which some servers print blanks of varying number. */
  variesBlanks: boolean;
}

/** Characters of an event that is taken for an example. The example is parsed a few times. */
const longestExample = 16 * 1024;

/** The form of a delta whose JSON is `data`; undefined if its text cannot be distinguished from the rest. */
export function formOf({ index, delta }: BlockDelta, data: string): DeltaForm | undefined {
  const field = batchedTexts.get(delta.type);
  if (field === undefined || data.length > longestExample) return undefined;
  const text = (delta as unknown as Record<string, unknown>)[field];
  for (const { index: at, 0: token } of data.matchAll(jsonString)) {
    if (parseJson(token) !== text) continue;
    const head = data.slice(0, at + 1);
    const tail = data.slice(at + token.length - 1);
    if (!isText(field, head, tail)) continue;
    return { index, type: delta.type, head, tail, variesBlanks: onlyBrackets.test(tail) };
  }
  return undefined;
}

const jsonString = /"(?:[^"\\]|\\.)*"/g;
const onlyBrackets = /^"[ \t]*\}[ \t]*\}$/;

/** Whether what is between `head` and `tail` is the text: another one at this place changes it alike. */
function isText(field: string, head: string, tail: string): boolean {
  return ['a', 'b'].every((probe) => {
    const delta = toObject(toObject(parseJson(`${head}${probe}${tail}`))['delta']);
    return delta[field] === probe;
  });
}

/** Whether an event has the form. Its index and type may follow its text, where a form of brackets does not look. */
export function isOfForm(form: DeltaForm, { index, delta }: BlockDelta, data: string): boolean {
  return (
    index === form.index &&
    delta.type === form.type &&
    data.startsWith(form.head) &&
    (form.variesBlanks || data.endsWith(form.tail))
  );
}

/** Reads the texts of events of this form, each with `before` before its data and a blank line after it. */
export function textsOf(
  { head, tail, variesBlanks }: DeltaForm,
  before: string,
  bytes: Uint8Array,
): () => string[] {
  return () => {
    // Within a JSON string no quotation mark is without a backslash, so that the head of an event is found only at its start.
    const [, ...events] = new TextDecoder().decode(bytes).split(`${before}${head}`);
    return events.map((event) => {
      const end = variesBlanks ? event.lastIndexOf('"') : event.length - tail.length - blankLine.length;
      const content = event.slice(0, end);
      return content.includes('\\') ? (JSON.parse(`"${content}"`) as string) : content;
    });
  };
}

const blankLine = '\n\n';
