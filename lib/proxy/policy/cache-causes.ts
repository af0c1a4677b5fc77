/** Why a prompt cache had less of a request than it might have had: the causes, and the words for them. */
import type { PromptChange } from './prompt-change.ts';

export type CacheCause =
  /** Nothing was sent before to this model in this conversation. */
  | { kind: 'first' }
  /** Another model answered before; `fallback` says that this one does so only because `before` failed. */
  | { kind: 'model'; before: string; fallback: boolean }
  | { kind: 'key' }
  /** Milliseconds since the last request: the provider may have dropped what it had. */
  | { kind: 'idle'; ms: number }
  /** No answer of this model has reported cached tokens so far. */
  | { kind: 'unreported' }
  /** Nothing that was sent explains it. */
  | { kind: 'provider' }
  | PromptChange;

/** The input of one answer, in tokens as the upstream counts them. Plain JSON: it is logged. */
export interface CacheRecord {
  /** All input, cached or not. */
  input: number;
  /** Read from the cache, as reported. */
  read: number;
  /** What could have been read: the beginning that an earlier request of the conversation shares. */
  possible: number;
  /** Absent if all that could be expected was read. */
  causes?: readonly CacheCause[];
}

/** Tokens: the shortest prefix that the vendors cache (OpenAI and Anthropic: 1,024; some models need more). */
export const shortestPrefix = 1024;
/** Milliseconds for which the vendors promise at least to keep a prefix (Anthropic: 5 minutes; OpenAI: 5 to 10). */
export const keptMs = 300_000;

/** True if a cache that works could have read clearly more. Vendors round down to blocks of up to 1,024 tokens. */
export function isMissed({ read, possible }: Pick<CacheRecord, 'read' | 'possible'>): boolean {
  return possible - read > Math.max(2 * shortestPrefix, possible * 0.05);
}

/** Whether the causes are a break of what was cached, and not just a beginning. */
export function isBreak({ causes = [] }: Pick<CacheRecord, 'causes'>): boolean {
  return causes.some(({ kind }) => kind !== 'first' && kind !== 'unreported');
}

/** Percent of the input that was read from a cache; undefined where nothing could be. */
export function cacheShare({
  input,
  read,
  possible,
}: Pick<CacheRecord, 'input' | 'read' | 'possible'>): number | undefined {
  return input === 0 || (read === 0 && possible === 0) ? undefined : Math.round((100 * read) / input);
}

/** `tools changed: +1 at the end (WebFetch)`, `system text changed between characters 768 and 832`. */
export function describeCause(cause: CacheCause): string {
  switch (cause.kind) {
    case 'first':
      return 'first request';
    case 'model':
      return cause.fallback
        ? `model changed (fallback from ${cause.before})`
        : `model changed (before: ${cause.before})`;
    case 'key':
      return 'another key of the provider';
    case 'idle':
      return `${describeSpan(cause.ms)} since the last request (the provider may have dropped it)`;
    case 'unreported':
      return 'this model has not reported cached tokens so far';
    case 'provider':
      return 'the same beginning as before, but the provider did not read it from its cache';
    case 'tools':
      return describeTools(cause);
    case 'system':
      return `system text changed ${
        cause.to === undefined
          ? `after character ${cause.from}`
          : `between characters ${cause.from} and ${cause.to}`
      }`;
    case 'settings':
      return 'the answer’s schema, the tool choice or the thinking setting changed';
    case 'message':
      return `message ${cause.number} rewritten`;
    case 'history':
      return `messages from ${cause.number} on replaced, ${cause.before} became ${cause.now} (the client compacted or went back)`;
  }
}

export function describeCauses(causes: readonly CacheCause[]): string {
  return causes.map(describeCause).join('; ');
}

function describeTools({
  place,
  appended,
  added,
  removed,
  changed,
}: Extract<PromptChange, { kind: 'tools' }>): string {
  const [only] = changed;
  if (added.length + removed.length === 0 && only !== undefined)
    return changed.length === 1
      ? `tool ${only.name}: ${only.part} changed`
      : `tools changed: ${listed(changed.map(({ name }) => name))}`;
  const where = appended ? 'at the end' : `at place ${place}`;
  const parts = [
    ...(added.length > 0 ? [`+${added.length} ${where} (${listed(added)})`] : []),
    ...(removed.length > 0 ? [`−${removed.length} (${listed(removed)})`] : []),
    ...(changed.length > 0
      ? [`${changed.length} with another definition (${listed(changed.map(({ name }) => name))})`]
      : []),
  ];
  return parts.length > 0
    ? `tools changed: ${parts.join(', ')}`
    : `tools in another order from place ${place} on`;
}

/** Names, of which only the first are listed. */
const mostNames = 4;

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return [...names.slice(0, mostNames), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function describeSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
