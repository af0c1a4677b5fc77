/** Renders a line of the log: time, the start of the request's id, what happened. */
import type { LoggedEntry } from '../../log/read-log.ts';
import { toText, type JsonObject } from '../../json.ts';
import { momentInSeconds } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { wrap } from '../../terminal/wrap.ts';
import { describeEntry, type Described } from './describe.ts';

/** Characters of a request's id, after its prefix. They are enough for `occ why` and `--request`. */
const idLength = 6;

/** The fewest columns for the text beside the time and the id; below that it starts on a line of its own. */
const leastText = 40;

/** One line in a pipe. On a terminal of `width` columns, the following lines are indented below the text. */
export function renderEntry(
  entry: LoggedEntry,
  style: Style,
  width: number | undefined,
  now = new Date(),
): string[] {
  const time = momentInSeconds(entry.time, now);
  const id = toText(entry['request']).replace(/^req_/, '').slice(0, idLength).padEnd(idLength);
  const { mark, text } = describeEntry(entry as unknown as JsonObject);
  const paint = painter(mark, entry, style);
  const head = `${style.dim(time)}  ${style.dim(id)}  `;
  const headWidth = time.length + idLength + 4;
  const marked = (one: string, i: number): string => (i === 0 ? `${marks[mark]} ` : '  ') + one;
  if (width === undefined) return [head + paint(marked(text, 0))];
  if (width - headWidth < leastText)
    return [head.trimEnd(), ...wrap(text, width - 4).map((one, i) => `  ${paint(marked(one, i))}`)];
  const below = ' '.repeat(headWidth);
  return wrap(text, width - headWidth - 2).map((one, i) => (i === 0 ? head : below) + paint(marked(one, i)));
}

const marks: Readonly<Record<Described['mark'], string>> = { good: '✓', bad: '✗', warning: '!', none: '·' };

function painter(mark: Described['mark'], { level }: LoggedEntry, style: Style): (text: string) => string {
  if (mark === 'bad' || level === 'error') return (text) => style.bad(text);
  if (mark === 'warning') return (text) => style.warning(text);
  return mark === 'good' ? (text) => style.good(text) : (text) => text;
}
