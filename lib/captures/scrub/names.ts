/** Replaces the names of tools. */
import { inLowerCase, withCaseOf } from './characters.ts';
import type { Replacements } from './replacements.ts';
import { isKnownTool } from './tool-names.ts';

export interface Names {
  /** A name that is known stays. The case of letters stays, too. */
  replacement: (value: string) => string;
  /** Replaces `name` by `replacement` from now on. */
  register: (name: string, replacement: string) => void;
  /** The name of a tool that is known, or that was replaced. */
  isTool: (name: string) => boolean;
  /** Names with their replacements. */
  replaced: ReadonlyMap<string, string>;
}

interface NamesOptions {
  kept: ReadonlySet<string>;
  /** Receives the names that stay, and returns them. */
  keep: (name: string) => string;
  /** Counts different names, apart from their case. */
  counts: { names: number };
}

export function nameReplacements(
  { changed, once }: Replacements,
  { kept, keep, counts }: NamesOptions,
): Names {
  const made = new Map<string, string>();

  /**
   * A decoder that has read `Read` waits if there is a tool `ReadMany`, so the replacement of one must begin with that of the
   * other.
   */
  function beginning(folded: string): string {
    for (let length = folded.length - 1; length > 1; length--) {
      const shorter = folded.slice(0, length);
      if (isKnownTool(shorter)) return shorter;
      const known = made.get(shorter);
      if (known !== undefined) return known;
    }
    return folded.startsWith('mcp__') ? 'mcp__' : '';
  }

  return {
    replaced: made,
    register: (name, replacement) => void made.set(name, replacement),
    isTool: (name) => isKnownTool(name) || made.has(name),
    replacement(value) {
      if (value === '' || isKnownTool(value) || kept.has(value)) return keep(value);
      const folded = inLowerCase(value);
      const known = made.get(value) ?? made.get(folded);
      if (known !== undefined && known.length === value.length) return withCaseOf(value, known);
      counts.names++;
      const begun = beginning(folded);
      const cased = withCaseOf(
        value,
        once(made, folded, () => begun + changed(folded.slice(begun.length))),
      );
      made.set(value, cased);
      return cased;
    },
  };
}
