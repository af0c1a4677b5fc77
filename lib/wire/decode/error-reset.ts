/** When a limit ends, in the fields of an error body. What sentences and headers say of it is read elsewhere. */
import { toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';

export interface Reset {
  /** Seconds or milliseconds since 1970. */
  resetAt?: number;
  retryAfterMs?: number;
}

type Meaning = 'time' | 'seconds' | 'milliseconds';

/** By the field's name in lower case without separators. Codex, OpenRouter (in `metadata.headers`), Cloudflare, gateways. */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['resetsat', 'time'],
  ['resetat', 'time'],
  ['resettime', 'time'],
  ['xratelimitreset', 'time'],
  ['resetsinseconds', 'seconds'],
  ['resetinseconds', 'seconds'],
  ['retryafter', 'seconds'],
  ['retryafterseconds', 'seconds'],
  ['retryafterms', 'milliseconds'],
]);

/** Fields of one object that are looked at. */
const maxFields = 64;

/** The reset that an error names: in itself, in its metadata, or in the body around it. */
export function resetIn(error: JsonObject, body: JsonObject): Reset {
  const metadata = toObject(error['metadata']);
  const places = [error, metadata, toObject(metadata['headers']), body, toObject(body['metadata'])];
  const retryDelay = delayIn(error);
  if (retryDelay !== undefined) return { retryAfterMs: retryDelay };
  for (const place of places) {
    const found = inFields(place);
    if (found) return found;
  }
  return {};
}

function inFields(place: JsonObject): Reset | undefined {
  for (const [key, value] of Object.entries(place).slice(0, maxFields)) {
    const meaning = meanings.get(key.toLowerCase().replaceAll(/[^a-z]/g, ''));
    if (meaning === undefined) continue;
    const number = toNumber(value) ?? (meaning === 'time' ? Date.parse(toText(value)) : NaN);
    if (!(number > 0)) continue;
    if (meaning === 'time') return { resetAt: number };
    return { retryAfterMs: meaning === 'seconds' ? number * 1000 : number };
  }
  return undefined;
}

/** The delay of `google.rpc.RetryInfo` in ms. Protobuf's JSON writes durations as "34s" or "34.074824224s". */
function delayIn(error: JsonObject): number | undefined {
  for (const detail of toArray(error['details']).map(toObject)) {
    if (!toText(detail['@type']).endsWith('/google.rpc.RetryInfo')) continue;
    const [, seconds] = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(toText(detail['retryDelay'])) ?? [];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  }
  return undefined;
}
