/** Folds the models of the providers to the lines that a terminal has left. Pure. */
import { count } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { wrap } from '../../terminal/wrap.ts';

/** What else a provider has. */
export interface Group {
  provider: string;
  title: readonly string[];
  /** The lines of each model. */
  models: readonly (readonly string[])[];
}

export interface Space {
  /** Lines for all groups. */
  room: number;
  /** Columns. */
  width: number;
  style: Style;
}

/** A group that has room for fewer lines of models is only counted. */
const leastLines = 3;

/**
 * As many models of each group as fit, and a line that counts the others of the group and names the command that shows them.
 * That line is there even without room for it. The groups share the room equally; where a share is too small for a model,
 * the first groups take what there is.
 */
export function foldGroups(groups: readonly Group[], space: Space): string[] {
  const lines: string[] = [];
  for (const [index, group] of groups.entries()) {
    const left = space.room - lines.length;
    const later = groups.slice(index + 1);
    const reserved = later.reduce((sum, { provider, models }) => {
      return sum + countLines(provider, models.length, space).length;
    }, 1);
    const share = Math.floor(left / (later.length + 1));
    const folded = foldGroup(group, space, share);
    lines.push(...(folded.shown ? folded : foldGroup(group, space, left - reserved)).lines);
  }
  return lines.length === 0 || lines.at(-1) === '' ? lines : [...lines, ''];
}

interface Folded {
  lines: string[];
  /** Whether there is room for models. */
  shown: boolean;
}

function foldGroup({ provider, title, models }: Group, space: Space, room: number): Folded {
  // An empty line follows the models.
  const whole = [...title, ...models.flat(), ''];
  if (whole.length <= room) return { lines: whole, shown: true };
  const counted = countLines(provider, models.length, space);
  let left = room - title.length - counted.length - 1;
  if (left < leastLines) return { lines: counted, shown: false };
  const fitting = models.findIndex((model) => (left -= model.length) < 0);
  const more = countLines(provider, models.length - fitting, space);
  return { lines: [...title, ...models.slice(0, fitting).flat(), ...more, ''], shown: true };
}

function countLines(provider: string, models: number, { width, style }: Space): string[] {
  return wrap(`${provider}: ${count(models, 'more model')}: occ models ${provider}`, width).map((line) =>
    style.dim(line),
  );
}
