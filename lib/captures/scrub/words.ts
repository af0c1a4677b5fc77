/** The words of a conversation, for finding out whether a report still has one. */
import { toBlocks } from '../../anthropic/request.ts';
import { isObject, parseJson, toArray, toNumber, toText, type Json } from '../../json.ts';
import { bytesOf, type Capture } from '../capture.ts';
import { eventsOf } from '../difference.ts';
import { lexicon, wordsOf } from './lexicon.ts';
import { searchedLength } from './replacements.ts';
import { fieldName } from './scrubber.ts';

/** Keys of a conversation whose values are no text of it. */
const structural = new Set(
  'type role id tool_use_id name signature media_type data cache_control tool_choice model'.split(' '),
);

/** The words of the conversation that are long enough to be looked for, in lower case. */
export function conversationWords(capture: Capture): Set<string> {
  const { body } = capture.request;
  const texts: string[] = [];
  collect(body['system'], texts);
  for (const message of toArray(body['messages'])) {
    if (!isObject(message)) continue;
    const { content } = message;
    for (const block of toBlocks(content as never)) collectBlock(block as unknown as Json, texts);
  }
  for (const tool of toArray(body['tools'])) {
    if (isObject(tool)) texts.push(toText(tool['description']));
  }
  texts.push(...saidIn(capture));
  return new Set(texts.flatMap(longWords));
}

function collectBlock(block: Json, texts: string[]): void {
  if (!isObject(block)) return;
  for (const [key, value] of Object.entries(block)) {
    // Whatever the fields of a call's input are called, they are of the conversation.
    if (key === 'input') collect(value, texts, new Set());
    else if (key === 'content' && Array.isArray(value)) for (const one of value) collectBlock(one, texts);
    else if (!structural.has(key)) collect(value, texts);
  }
}

function collect(value: Json | undefined, texts: string[], without: ReadonlySet<string> = structural): void {
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const one of value) collect(one, texts, without);
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) if (!without.has(key)) collect(inner, texts, without);
  }
}

/** What the client received: text, thinking and the arguments of calls. */
function saidIn({ reply }: Capture): string[] {
  const byBlock = new Map<string, string>();
  const whole: string[] = [];
  for (const event of eventsOf(reply)) {
    const parsed = parseJson(event.replace(/^event: [^\n]*\ndata: /, ''));
    if (!isObject(parsed)) continue;
    for (const block of toArray(parsed['content'])) collectBlock(block, whole);
    const delta = parsed['delta'];
    if (!isObject(delta)) continue;
    for (const kind of ['text', 'thinking', 'partial_json']) {
      const text = toText(delta[kind]);
      const key = `${kind} ${toNumber(parsed['index'])}`;
      if (text !== '') byBlock.set(key, (byBlock.get(key) ?? '') + text);
    }
  }
  for (const [key, text] of byBlock) {
    const parsed = key.startsWith('partial_json') ? parseJson(text) : undefined;
    if (parsed === undefined) {
      if (!key.startsWith('partial_json')) whole.push(text);
    } else collect(parsed, whole, new Set());
  }
  return whole;
}

/** The words that are long enough to be searched for in a report. */
export function longWords(text: string): string[] {
  return (text.match(/[\p{L}\p{N}]+/gu) ?? [])
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= searchedLength);
}

/** Names of fields in the capture: keys of its JSON, and of JSON in its strings. In lower case, with their parts. */
export function fieldWords(capture: Capture): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (fieldName.test(key)) for (const word of wordsOf(key)) found.add(word);
        visit(inner);
      }
    }
  };
  visit(capture.request.body);
  for (const { pieces } of capture.attempts) {
    const text = Buffer.concat(pieces.map(bytesOf)).toString('utf8');
    for (const [, key = ''] of text.matchAll(/\\?"([\w.$@-]{1,64})\\?"\s*:/g))
      for (const word of wordsOf(key)) found.add(word);
  }
  return found;
}

/** Words of the conversation that are in the report although no rule keeps them. */
export function wordsLeft(words: ReadonlySet<string>, text: string, allowed: ReadonlySet<string>): string[] {
  const left = new Set(
    longWords(text).filter((word) => words.has(word) && !lexicon.has(word) && !allowed.has(word)),
  );
  return [...left];
}
