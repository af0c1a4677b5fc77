/** Chooses what an error body says to the user: the reason, wherever it is. */
import type { ErrorFacts } from '../../anthropic/errors.ts';
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { isKey, isStructure } from './error-facts.ts';

/** Entries of a validator's list that are quoted. */
const maxIssues = 3;

/** FastAPI uses `detail`, a text or a list; others use `msg`, `errors`, or MiniMax's `status_msg`. */
export function messageIn(error: JsonObject): string {
  for (const name of ['message', 'detail', 'msg', 'error_msg', 'error_message', 'status_msg', 'errors']) {
    const value = error[name];
    const text = typeof value === 'string' ? value : issues(value);
    if (text !== '') return text;
  }
  return '';
}

/** What a validator's list says, each entry with the field that it is about: `body.tools.0.type: Field required`. */
function issues(list: Json | undefined): string {
  const texts = toArray(list).flatMap((entry) => {
    if (typeof entry === 'string') return entry === '' ? [] : entry;
    const fields = toObject(entry);
    const text = toText(fields['msg']) || toText(fields['message']) || toText(fields['detail']);
    const keys = toArray(fields['loc']).flatMap((key) => (isKey(key) ? String(key) : []));
    const place = keys.join('.') || toText(fields['field']);
    if (text === '') return [];
    return place === '' || text.includes(place) ? text : `${place.slice(0, 200)}: ${text}`;
  });
  return [...new Set(texts.slice(0, maxIssues))].join('; ');
}

/** Sentences with which gateways introduce a provider's error, and which say nothing alone. */
const introductions: ReadonlySet<string> = new Set([
  'error',
  'bad request',
  'invalid request',
  'request failed',
  'internal server error',
  'provider returned error',
  'upstream error',
  'upstream request failed',
  'an error occurred',
  'an unexpected error occurred',
]);

/**
 * The message to show: `stated`, the text in the usual field, unless it is missing, JSON or a page. If it is only an
 * introduction or a name (`invalid_grant`), what follows from another envelope is added.
 */
export function chosenMessage(stated: string, { messages }: ErrorFacts): string {
  const found = messages.map((text) => (isHtml(text) ? describeHtml(text) : text));
  if (isHtml(stated)) return describeHtml(stated);
  if (stated === '' || isStructure(stated)) return found[0] ?? stated;
  const plain =
    stated.length < 60
      ? stated
          .trim()
          .replace(/[.:!]$/, '')
          .toLowerCase()
      : '';
  const isName = /^[a-z\d]+(?:[_.:-][a-z\d]+)+$/.test(plain);
  const more = introductions.has(plain) || isName ? found.find((text) => !text.includes(stated)) : undefined;
  return more === undefined ? stated : `${stated}: ${more}`;
}

export function isHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html|\?xml|head|body)/i.test(text);
}

/** Describes an HTML page by its title. */
export function describeHtml(page: string): string {
  const opening = /<title[\s>]/i.exec(page)?.index ?? -1;
  const from = opening < 0 ? -1 : page.indexOf('>', opening);
  const to = from < 0 ? -1 : page.indexOf('<', from);
  const title = to < 0 ? '' : page.slice(from + 1, to).trim();
  return `an HTML page instead of an API answer${title ? ` ("${title}")` : ''}`;
}

/** The vendor's error in `metadata.raw`, where some gateways put it as JSON text. */
export function rawError(
  raw: Json | undefined,
  parse: (text: string) => Json | undefined,
): JsonObject | undefined {
  const parsed = typeof raw === 'string' ? parse(raw) : raw;
  if (isObject(parsed)) return parsed;
  return typeof raw === 'string' && raw !== ''
    ? { message: isHtml(raw) ? describeHtml(raw) : raw }
    : undefined;
}
