/** What a refusal says about the values of a field: which one to use, which bound to keep, or another name for the field. */
import type { Json } from '../../json.ts';
import { folded } from './field-names.ts';

/** Phrases before the values that are accepted. */
const lists = [
  'supported values are',
  'supported values:',
  'allowed values are',
  'allowed values:',
  'valid values are',
  'valid values:',
  'accepted values are',
  'possible values are',
  'must be one of',
  'should be one of',
  'must be either',
  'expected one of',
  'input should be',
  'one of:',
  'one of',
];

/** Effort levels from the highest; the nearest one below the requested is used. */
const efforts = ['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'];

/** The accepted value nearest to `sent`; undefined if the words list none that is comparable. */
export function acceptedValue(words: string, sent: Json | undefined): string | number | undefined {
  if (typeof sent === 'number') return withinBounds(words, sent);
  if (typeof sent !== 'string') return undefined;
  const at = efforts.indexOf(sent.toLowerCase());
  const listed = listedIn(words);
  if (at === -1 || listed === undefined) return undefined;
  const accepted = efforts.filter((effort) => listed.has(effort));
  if (accepted.length === 0 || accepted.includes(sent.toLowerCase())) return undefined;
  return accepted.find((effort) => efforts.indexOf(effort) >= at) ?? accepted.at(-1);
}

function listedIn(words: string): ReadonlySet<string> | undefined {
  for (const phrase of lists) {
    const at = words.indexOf(phrase);
    if (at !== -1) return new Set(words.slice(at + phrase.length, at + phrase.length + 200).split(/[^a-z]+/));
  }
  return undefined;
}

const lower = [
  'greater than or equal to',
  'at least',
  '>=',
  '≥',
  'no less than',
  'not less than',
  'minimum value is',
  'minimum is',
  'minimum of',
];
const upper = [
  'less than or equal to',
  'at most',
  '<=',
  '≤',
  'no more than',
  'not greater than',
  'maximum value is',
  'maximum is',
  'maximum of',
  'must not exceed',
];

/** The bound that `sent` breaks. */
function withinBounds(words: string, sent: number): number | undefined {
  const [least, most] = [numberAfter(words, lower), numberAfter(words, upper)];
  if (least !== undefined && sent < least) return least;
  return most !== undefined && sent > most ? most : undefined;
}

function numberAfter(words: string, phrases: readonly string[]): number | undefined {
  for (const phrase of phrases) {
    const at = words.indexOf(phrase);
    const found =
      at === -1
        ? null
        : /^:? ?(\d{1,9}(?:\.\d{1,6})?)/.exec(words.slice(at + phrase.length, at + phrase.length + 24));
    if (found?.[1] !== undefined) return Number(found[1]);
  }
  return undefined;
}

/** The name that the words ask for instead: `use max_completion_tokens instead`. */
export function suggestedName(words: string, refused: string): string | undefined {
  for (const lead of ['use ', 'renamed to ', 'replaced by ', 'did you mean ', 'in favor of ', 'switch to ']) {
    let at = words.indexOf(lead);
    for (let tries = 0; at !== -1 && tries < 4; tries++) {
      const name = /^(?:the )?(?:parameter |field )?([a-z]\w{1,60})/.exec(
        words.slice(at + lead.length, at + lead.length + 90),
      )?.[1];
      if (name?.includes('_') && folded(name) !== folded(refused)) return name;
      at = words.indexOf(lead, at + 1);
    }
  }
  return undefined;
}

/** The longest value in characters: `maximum length 40`. */
export function maximumLength(words: string): number | undefined {
  const found = numberAfter(words, [
    'with maximum length',
    'maximum length of',
    'maximum length',
    'length less than or equal to',
    'at most',
  ]);
  return found !== undefined && Number.isInteger(found) ? found : undefined;
}
