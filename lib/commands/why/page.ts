/** Renders `occ why`. */
import { renderColumns, renderParagraph } from '../../terminal/columns.ts';
import { momentInSeconds } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import type { Explanation } from './explain.ts';
import type { Explained, ExplainedRequest } from './explained.ts';

/** Columns where the stream has no width. Claude Code indents what a command prints inside it. */
const assumedWidth = 72;

function paint(title: string, { ending }: ExplainedRequest, style: Style): string {
  const bold = style.bold(title);
  if (ending === 'answered') return style.good(bold);
  return ending === 'refused' || ending === 'cut' ? style.bad(bold) : style.warning(bold);
}

export function renderWhy(
  { request, from }: Explained,
  { intro, title, asked, steps, result, note, next }: Explanation,
  style: Style,
  columns: number | undefined,
  now = new Date(),
): string[] {
  const width = Math.min(columns ?? assumedWidth, 100);
  const numbered = steps.flatMap((step, i) => {
    const label = `${i + 1}. `;
    return renderParagraph(label + step, width, label.length);
  });
  const sources = `${from}, request ${request.id}`;
  return [
    ...(intro === undefined ? [] : [...renderParagraph(intro, width), '']),
    `${paint(title, request, style)} ${style.dim(`at ${momentInSeconds(request.at, now)}`)}`,
    '',
    ...renderParagraph(asked, width),
    ...numbered,
    ...renderParagraph(result, width),
    ...(note === undefined ? [] : ['', ...renderParagraph(note, width)]),
    '',
    style.bold('Next'),
    ...renderColumns(next, { width }),
    '',
    ...renderParagraph(`From ${sources}`, width).map((line) => style.dim(line)),
  ];
}
