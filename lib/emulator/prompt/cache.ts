/**
 * The prompt cache of the emulated upstream: it remembers prefixes of prompts by their hashes, never their text, and says how
 * many input tokens of a request it had. A token is four characters here, as everywhere in the emulator.
 */
import { PlacedHash, TextHash } from '../../text-hash.ts';
import type { CacheRules } from './rules.ts';

/** A piece of a prompt in the order in which the vendor puts it before the model. */
export interface PromptPart {
  text: string;
  /** Milliseconds for which the prefix that ends here is to be kept, if the client marks its end (`cache_control`). */
  keptMs?: number;
}

/** In tokens. */
export interface CacheUse {
  /** All input. */
  input: number;
  /** Read from the cache. */
  read: number;
  /** Written to the cache, where the vendor counts that; 0 elsewhere. */
  written: number;
}

export interface PromptCache {
  /**
   * Counts a prompt and keeps its prefixes. Only prompts of the same `scope` share: the same key or organisation, model
   * and whatever else the vendor keeps apart.
   */
  use(scope: string, prompt: readonly PromptPart[], rules: CacheRules): CacheUse;
}

export interface PromptCacheOptions {
  /** Milliseconds, of any origin; the system's clock by default. */
  now?: () => number;
  /** The number of prefixes that are kept; the least recently used makes room. A million tokens have about 8,000. */
  most?: number;
}

/** Milliseconds that a prefix is kept after its last use, without a mark that says otherwise. */
export const usualLifeMs = 300_000;
const charactersPerToken = 4;

/** A place in the prompt where a prefix may end, in characters, with the hash of the prefix. */
interface Place {
  hash: number;
  end: number;
  keptMs?: number;
}

export function promptCache({ now = Date.now, most = 50_000 }: PromptCacheOptions = {}): PromptCache {
  /** When each prefix expires, by its hash. */
  const kept = new Map<number, { until: number; lifeMs: number }>();

  function find(places: readonly Place[]): Place | undefined {
    const at = now();
    return places.findLast(({ hash }) => {
      const entry = kept.get(hash);
      return entry !== undefined && at < entry.until;
    });
  }

  function keep({ hash }: Place, lifeMs: number): void {
    const before = kept.get(hash)?.lifeMs ?? 0;
    const longest = Math.max(before, lifeMs);
    kept.delete(hash);
    const [oldest] = kept.keys();
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
    kept.set(hash, { until: now() + longest, lifeMs: longest });
  }

  function useSteps(places: readonly Place[]): Pick<CacheUse, 'read' | 'written'> {
    const hit = find(places);
    for (const place of places) keep(place, usualLifeMs);
    return { read: tokens(hit?.end ?? 0), written: 0 };
  }

  /** Each mark finds a prefix that ended at it or at one of the `lookback` parts before it, and keeps its own. */
  function useMarks(
    places: readonly Place[],
    minTokens: number,
    lookback: number,
  ): Pick<CacheUse, 'read' | 'written'> {
    const long = (place: Place): boolean => tokens(place.end) >= minTokens;
    const marks = places.flatMap((place, at) => (place.keptMs === undefined || !long(place) ? [] : [at]));
    let read = 0;
    for (const at of marks) {
      const hit = find(places.slice(Math.max(0, at - lookback), at + 1));
      read = Math.max(read, tokens(hit?.end ?? 0));
      if (hit) keep(hit, 0);
    }
    for (const at of marks) {
      const place = places[at];
      if (place) keep(place, place.keptMs ?? usualLifeMs);
    }
    const written = tokens(places[marks.at(-1) ?? -1]?.end ?? 0);
    return { read, written: Math.max(0, written - read) };
  }

  return {
    use(scope, prompt, rules) {
      const characters = prompt.reduce((sum, { text }) => sum + text.length, 0);
      const input = tokens(characters);
      return rules.kind === 'steps'
        ? { input, ...useSteps(stepsOf(scope, prompt, rules)) }
        : { input, ...useMarks(endsOf(scope, prompt), rules.minTokens, rules.lookback) };
    },
  };
}

function tokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

/** A place every `stepTokens` from `minTokens` on, wherever the parts end. */
function stepsOf(
  scope: string,
  prompt: readonly PromptPart[],
  { minTokens, stepTokens }: Extract<CacheRules, { kind: 'steps' }>,
): Place[] {
  const places: Place[] = [];
  const start = seedOf(scope);
  const next = (): number => start.length + charactersPerToken * (minTokens + places.length * stepTokens);
  const hash = new PlacedHash(next, (value, length) =>
    places.push({ hash: value, end: length - start.length }),
  );
  hash.add(start);
  for (const { text } of prompt) hash.add(text);
  return places;
}

/** A place at the end of each part. */
function endsOf(scope: string, prompt: readonly PromptPart[]): Place[] {
  const hash = new TextHash();
  const start = seedOf(scope);
  hash.add(start);
  return prompt.map(({ text, keptMs }) => {
    hash.add(text);
    const end = hash.length() - start.length;
    return { hash: hash.value(), end, ...(keptMs !== undefined && { keptMs }) };
  });
}

/** What every prefix begins with, so that those of different scopes differ. */
function seedOf(scope: string): string {
  return `${scope}\n`;
}
