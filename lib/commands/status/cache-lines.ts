/** The prompt cache in the words of `occ status` and `occ usage`. */
import { isObject, toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { cacheShare } from '../../proxy/policy/cache-causes.ts';
import { count, moment, shortId } from '../../terminal/figures.ts';

/** Conversations whose latest break is shown. */
const mostBreaks = 3;

/** `97 % of input`; undefined if nothing could be read from a cache. */
export function inputShare(cache: JsonObject): string | undefined {
  const figure = (name: string): number => toNumber(cache[name]) ?? 0;
  const input = figure('input_tokens');
  const possible = figure('possible_tokens');
  const share = cacheShare({ input, read: figure('read_tokens'), possible });
  return share === undefined ? undefined : `${share} % of input`;
}

/** The share of all input and, where there were breaks, their number and the latest of each conversation. */
export function cacheLines(cache: JsonObject): string[] {
  const share = inputShare(cache);
  if (share === undefined) return [];
  const breaks = toNumber(cache['breaks']) ?? 0;
  const input = toNumber(cache['input_tokens']) ?? 0;
  const possible = Math.round((100 * (toNumber(cache['possible_tokens']) ?? 0)) / input);
  return [
    `${share} (${possible} % possible)${breaks > 0 ? `, ${count(breaks, 'break')}` : ''}`,
    ...toArray(cache['conversations'])
      .filter(isObject)
      .flatMap((conversation) => breakLine(conversation))
      .slice(0, mostBreaks),
  ];
}

/** `14:05, glm-5.3: tools changed: +1 at the end (WebFetch), occ why 1a2b3c`. */
function breakLine(conversation: JsonObject): string[] {
  if (!isObject(conversation['last_break'])) return [];
  const { at, words, request } = toObject(conversation['last_break']);
  return [
    `${moment(toText(at))}, ${toText(conversation['model'])}: ${toText(words)} (occ why ${shortId(toText(request))})`,
  ];
}
