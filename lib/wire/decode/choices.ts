/**
 * Makes one answer of several choices that the client did not request (L9). Each kind of content comes from the first
 * choice that carries it: some servers send the text in one choice and the calls in another (ericc-ch/copilot-api#81).
 */
import type { FinishTracker } from './finish.ts';

export type ContentKind = 'text' | 'thinking' | 'calls';

export interface Choices {
  /**
   * Takes the kinds of content, each once, in one chunk of choice `index`. Returns the kinds that belong to the answer, and
   * reports the others.
   */
  accept(index: number, kinds: readonly ContentKind[]): readonly ContentKind[];
  /** True while choice `index` is a part of the answer or no choice is. */
  isPart(index: number): boolean;
  /** Records that choice `index` has finished. Calls `record` once every part of the answer has. */
  end(index: number, record: () => void): void;
}

/** `onDropped` is called for each kind of content in a chunk that is not used. */
export function choices(finish: FinishTracker, onDropped: () => void): Choices {
  const owners = new Map<ContentKind, number>();
  const parts = new Set<number>();
  /** How to record the finish of each choice that has one. */
  const ended = new Map<number, () => void>();

  function accept(index: number, kinds: readonly ContentKind[]): readonly ContentKind[] {
    const used = kinds.filter((kind) => {
      if (!owners.has(kind)) owners.set(kind, index);
      if (owners.get(kind) === index) return true;
      onDropped();
      return false;
    });
    if (used.length > 0 && !parts.has(index)) addPart(index);
    return used;
  }

  function addPart(index: number): void {
    parts.add(index);
    const unchanged = ended.has(index) && [...ended.keys()].every((choice) => parts.has(choice));
    if (unchanged) return;
    // The finish so far belongs to other choices.
    finish.clear();
    settle();
  }

  function settle(): void {
    if ([...parts].every((index) => ended.has(index)))
      for (const [index, record] of ended) if (isPart(index)) record();
  }

  function isPart(index: number): boolean {
    return parts.size === 0 || parts.has(index);
  }

  return {
    accept,
    isPart,
    end(index, record) {
      if (!isPart(index)) return;
      ended.set(index, record);
      settle();
    },
  };
}
