/** The laws R4 and R5 inside one item: its parts, and that each text is repeated whole. */
import { isObject, parseJson, toArray, toObject, toText, type JsonObject } from '../../../json.ts';

export interface OpenItem {
  readonly id: string;
  readonly index: number;
  step(type: string, event: JsonObject): string | undefined;
  /** The rule that the finished item breaks. */
  done(item: JsonObject): string | undefined;
  readonly isCall: boolean;
}

/** A text inside an item: its deltas, and whether it was repeated whole. */
interface Text {
  pieces: string[];
  whole: boolean;
  closed: boolean;
}

/** How the events of a text are called, and where its place and its whole text stand. */
interface TextEvents {
  delta: string;
  done: string;
  whole: string;
  at: 'content_index' | 'summary_index' | undefined;
}

const texts: readonly TextEvents[] = [
  text('output_text', 'text', 'content_index'),
  text('refusal', 'refusal', 'content_index'),
  text('reasoning_text', 'text', 'content_index'),
  text('reasoning_summary_text', 'text', 'summary_index'),
  text('function_call_arguments', 'arguments', undefined),
  text('custom_tool_call_input', 'input', undefined),
];

function text(name: string, whole: string, at: TextEvents['at']): TextEvents {
  return { delta: `response.${name}.delta`, done: `response.${name}.done`, whole, at };
}

export function openItem(added: JsonObject, index: number): OpenItem {
  const id = toText(added['id']);
  const type = toText(added['type']);
  const isCall = type === 'function_call' || type === 'custom_tool_call';
  const parts: Text[] = [];
  const call: Text = { pieces: [], whole: false, closed: false };

  function addPart(at: unknown): string | undefined {
    if (at !== parts.length) return 'R4: a part that is not the next';
    if (parts.at(-1)?.closed === false) return 'R4: a part begins inside another';
    parts.push({ pieces: [], whole: false, closed: false });
    return undefined;
  }

  function closePart(at: unknown, part: JsonObject): string | undefined {
    const open = typeof at === 'number' ? parts[at] : undefined;
    if (!open || open.closed) return 'R4: the end of a part that is not open';
    open.closed = true;
    if (!open.whole) return 'R5: a part ends before its text is said whole';
    return partText(part) === open.pieces.join('') ? undefined : 'R5: a part is not its pieces';
  }

  function step(name: string, event: JsonObject): string | undefined {
    const part = toObject(event['part']);
    switch (name) {
      case 'response.content_part.added':
        return addPart(event['content_index']);
      case 'response.reasoning_summary_part.added':
        return addPart(event['summary_index']);
      case 'response.content_part.done':
        return closePart(event['content_index'], part);
      case 'response.reasoning_summary_part.done':
        return closePart(event['summary_index'], part);
    }
    const events = texts.find(({ delta, done }) => delta === name || done === name);
    if (!events) return undefined;
    const at = events.at === undefined ? undefined : event[events.at];
    const into = events.at === undefined ? call : typeof at === 'number' ? parts[at] : undefined;
    if (!into || into.closed || into.whole) return 'R4: text where no part is open';
    if (name === events.delta) {
      into.pieces.push(toText(event['delta']));
      return undefined;
    }
    into.whole = true;
    return event[events.whole] === into.pieces.join('') ? undefined : 'R5: a whole text is not its pieces';
  }

  function done(item: JsonObject): string | undefined {
    if (item['id'] !== id || item['type'] !== type) return 'R3: an item ends as another';
    const pieces = call.pieces.join('');
    if (type === 'function_call' && (item['arguments'] !== pieces || !isObject(parseJson(pieces))))
      return 'R5: a call whose arguments are not its pieces, or no object';
    if (type === 'custom_tool_call' && item['input'] !== pieces)
      return 'R5: a call whose input is not its pieces';
    if (isCall) return call.whole ? undefined : 'R5: a call ends before it is said whole';
    if (parts.some(({ closed }) => !closed)) return 'R4: an item ends inside a part';
    const said = [...toArray(item['content']), ...toArray(item['summary'])].map((part) =>
      partText(toObject(part)),
    );
    const sent = parts.map((part) => part.pieces.join(''));
    return JSON.stringify(said) === JSON.stringify(sent) ? undefined : 'R5: an item is not its parts';
  }

  return { id, index, step, done, isCall };
}

function partText(part: JsonObject): string {
  return toText(part['text'] ?? part['refusal']);
}
