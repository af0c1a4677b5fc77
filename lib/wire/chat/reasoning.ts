/** Reads reasoning from the different fields that Chat Completions servers use. */
import { isObject, toArray, toText, type JsonObject } from '../../json.ts';

const names = ['reasoning_content', 'reasoning', 'reasoning_text'];

/** The field that holds the reasoning as text: some servers send it in two fields, of which the first one counts. */
export function reasoningField(delta: JsonObject): string {
  for (const name of names) if (toText(delta[name]) !== '') return name;
  return '';
}

/** The reasoning in one delta, in `name` if that is not empty. */
export function reasoningText(delta: JsonObject, name = reasoningField(delta)): string {
  if (name !== '') return toText(delta[name]);
  if (delta['reasoning_details'] === undefined) return '';
  return toArray(delta['reasoning_details'])
    .map((detail) => (isObject(detail) ? toText(detail['text']) || toText(detail['summary']) : ''))
    .join('');
}

export interface ReasoningDetails {
  add(delta: JsonObject): void;
  /** Returns the collected details as JSON and clears them; "" if they have no signature or encrypted data to send back. */
  take(): string;
}

/**
 * Collects `reasoning_details` (OpenRouter). Consecutive pieces of text with the same index, type and id are one detail, until
 * it is signed. Encrypted data comes whole: each of several calls may have its own.
 */
export function reasoningDetails(): ReasoningDetails {
  let details: JsonObject[] = [];

  function add(delta: JsonObject): void {
    if (delta['reasoning_details'] === undefined) return;
    for (const piece of toArray(delta['reasoning_details'])) {
      if (!isObject(piece)) continue;
      const last = details.at(-1);
      if (!last || !continues(last, piece)) {
        details.push({ ...piece });
        continue;
      }
      for (const [name, value] of Object.entries(piece)) {
        const grows = name === 'text' || name === 'summary';
        if (grows && typeof value === 'string') last[name] = toText(last[name]) + value;
        else if (value !== null && value !== undefined) last[name] = value;
      }
    }
  }

  function take(): string {
    if (details.length === 0) return '';
    const taken = details;
    details = [];
    const worthKeeping = taken.some(
      (detail) => toText(detail['signature']) !== '' || toText(detail['data']) !== '',
    );
    return worthKeeping ? JSON.stringify(taken) : '';
  }

  return { add, take };
}

/** Whether `piece` is more of the detail `last`. */
function continues(last: JsonObject, piece: JsonObject): boolean {
  const differs = (name: string): boolean => {
    const [before, after] = [toText(last[name]), toText(piece[name])];
    return before !== '' && after !== '' && before !== after;
  };
  const isSigned = toText(last['signature']) !== '';
  const isNext = isSigned && (toText(piece['text']) || toText(piece['summary'])) !== '';
  const isSame = last['type'] === piece['type'] && last['index'] === piece['index'];
  return isSame && !isNext && !differs('id') && !differs('data');
}
