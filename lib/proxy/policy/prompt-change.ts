/** Compares the prints of two prompts: how much of the earlier one begins the later one, and what ends that. */
import { placeLength, type PrintedPart, type PromptPrint } from './prompt-print.ts';

/** What made a prompt differ from an earlier one before the end of that. Numbers of messages and places count from 1. */
export type PromptChange =
  | {
      kind: 'tools';
      /** The place of the first difference. */
      place: number;
      /** No earlier tool moved: the new tools follow them. */
      appended: boolean;
      added: readonly string[];
      removed: readonly string[];
      changed: readonly { name: string; part: 'schema' | 'description' }[];
    }
  /** The system text differs between two of its characters; without `to`, somewhere after `from`. */
  | { kind: 'system'; from: number; to?: number }
  /** The schema of the answer, the tool choice or the thinking setting. */
  | { kind: 'settings' }
  /** A message differs, and as many or more follow it. */
  | { kind: 'message'; number: number }
  /** There are fewer messages than before, and they differ from this one on. */
  | { kind: 'history'; number: number; before: number; now: number };

export interface Comparison {
  /** Characters of the later prompt that the earlier one begins with, too. */
  shared: number;
  /**
   * Of these, what a cache can have: all, or what precedes the last mark of the earlier prompt, if that has marks
   * (Anthropic: only marked prefixes are kept).
   */
  cached: number;
  /** Absent if the later prompt only goes on where the earlier one ended, or ends earlier. */
  change?: PromptChange;
}

/** What two prompts of one conversation share, and where the later one first differs. */
export function compare(before: PromptPrint, now: PromptPrint): Comparison {
  const found = changeBetween(before, now);
  return { ...found, cached: markedWithin(before, found.shared) };
}

function markedWithin({ parts }: PromptPrint, shared: number): number {
  if (!parts.some(({ marked }) => marked)) return shared;
  let end = 0;
  let cached = 0;
  for (const { length, marked } of parts) {
    end += length;
    if (marked && end <= shared) cached = end;
  }
  return cached;
}

function changeBetween(before: PromptPrint, now: PromptPrint): Omit<Comparison, 'cached'> {
  const at = now.parts.findIndex(({ hash }, i) => hash !== before.parts[i]?.hash);
  const equal = at === -1 ? now.parts.length : at;
  const shared = now.parts.slice(0, equal).reduce((sum, { length }) => sum + length, 0);
  const was = before.parts[equal];
  const is = now.parts[equal];
  if (was === undefined || is === undefined) return { shared };
  if (was.kind === 'tool' || is.kind === 'tool') return { shared, change: toolsChange(before, now, equal) };
  if (was.kind === 'system' && is.kind === 'system') {
    const from = sharedPlaces(before.system, now.system) * placeLength;
    const known = from < Math.min(before.system.length, now.system.length) * placeLength;
    return {
      shared: shared + from,
      change: { kind: 'system', from, ...(known && { to: from + placeLength }) },
    };
  }
  if (was.kind === 'system' || is.kind === 'system') return { shared, change: { kind: 'system', from: 0 } };
  if (was.kind === 'settings' || is.kind === 'settings') return { shared, change: { kind: 'settings' } };
  return messagesChange(before, now, equal, shared);
}

function messagesChange(
  before: PromptPrint,
  now: PromptPrint,
  at: number,
  shared: number,
): Omit<Comparison, 'cached'> {
  const [had, has] = [messagesIn(before), messagesIn(now)];
  const number = now.parts[at]?.number ?? 0;
  if (has < had) return { shared, change: { kind: 'history', number, before: had, now: has } };
  // The last part of a prompt may have grown. Only the beginnings of last parts are known.
  const isLast = at === before.parts.length - 1 && at === now.parts.length - 1;
  const common = isLast ? sharedPlaces(before.last, now.last) : 0;
  const grown = isLast && common > 0 && common >= before.last.length - 1;
  return {
    shared: shared + common * placeLength,
    ...(!grown && { change: { kind: 'message', number } }),
  };
}

function messagesIn({ parts }: PromptPrint): number {
  return parts.at(-1)?.number ?? 0;
}

function sharedPlaces(before: readonly number[], now: readonly number[]): number {
  const at = before.findIndex((hash, i) => hash !== now[i]);
  return at === -1 ? before.length : at;
}

function toolsChange(before: PromptPrint, now: PromptPrint, at: number): PromptChange {
  const [had, has] = [toolsIn(before), toolsIn(now)];
  const first = now.parts.findIndex(({ kind }) => kind === 'tool');
  const place = at - (first === -1 ? at : first) + 1;
  return {
    kind: 'tools',
    place,
    appended: place > had.size,
    added: [...has.keys()].filter((name) => !had.has(name)),
    removed: [...had.keys()].filter((name) => !has.has(name)),
    changed: [...has].flatMap(([name, { hash, schema }]) => {
      const was = had.get(name);
      if (was === undefined || was.hash === hash) return [];
      return [{ name, part: was.schema === schema ? ('description' as const) : ('schema' as const) }];
    }),
  };
}

function toolsIn({ parts }: PromptPrint): Map<string, PrintedPart> {
  return new Map(parts.flatMap((part) => (part.kind === 'tool' ? [[part.name ?? '', part]] : [])));
}
