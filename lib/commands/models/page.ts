/** Renders `occ models`: grouped by provider, with one line for each model, or two on a narrow terminal. */
import type { KnownModel } from '../../catalog/known-models.ts';
import { amount } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

/** Columns below which a model takes two lines. */
const oneLineWidth = 92;

/** Notes of the running proxy on a model. */
export type NotesOf = (model: KnownModel) => readonly string[];

/**
 * Windows are in tokens, prices in US dollars per million tokens. Retired and unlisted models that are not configured are
 * only counted; so are the models of a provider that has no key and no configured model. `missing` holds, for each
 * provider without a key, the reason.
 */
export function renderModels(
  models: readonly KnownModel[],
  missing: Readonly<Record<string, string | undefined>>,
  style: Style,
  width = Infinity,
  notesOf: NotesOf = () => [],
): string[] {
  const lines: string[] = [];
  let hidden = 0;
  for (const provider of new Set(models.map((model) => model.provider))) {
    const all = models.filter((model) => model.provider === provider);
    const used = all.some(({ configured }) => configured.length > 0);
    const shown = all.filter(
      ({ configured, state }) =>
        configured.length > 0 || ((used || missing[provider] === undefined) && isOffered(state)),
    );
    hidden += all.length - shown.length;
    if (shown.length === 0) continue;
    const reason = missing[provider] === undefined ? '' : style.warning('  no key');
    lines.push(...(lines.length > 0 ? [''] : []), `${style.bold(provider)}${reason}`);
    const longest = Math.min(40, Math.max(...shown.map(({ id }) => id.length)));
    if (width >= oneLineWidth) lines.push(style.dim(`  ${''.padEnd(longest)} ${heading}`));
    lines.push(...shown.flatMap((model) => renderModel(model, longest, style, width, notesOf)));
  }
  if (hidden > 0)
    lines.push('', style.dim(`${hidden} more that are retired or lack a key; --json lists all`));
  return lines;
}

const heading = [
  'format'.padEnd(9),
  'window'.padStart(7),
  'output'.padStart(7),
  '      ',
  '$ in/out'.padStart(12),
].join(' ');

function isOffered(state: KnownModel['state']): boolean {
  return state === 'listed' || state === 'unknown';
}

function renderModel(
  model: KnownModel,
  longest: number,
  style: Style,
  width: number,
  notesOf: NotesOf,
): string[] {
  const { id, format, context, output, images, configured, state } = model;
  const mark = configured.length > 0 ? style.good('●') : ' ';
  const figures = [
    format.padEnd(9),
    amount(context).padStart(7),
    amount(output).padStart(7),
    images ? 'images' : '      ',
    priceOf(model).padStart(12),
  ].join(' ');
  const notes = [
    ...(model.trains === true ? [style.warning('trains on your data')] : []),
    ...(model.officialClientOnly ? [style.warning('official client only')] : []),
    ...(state === 'retired' || state === 'unlisted' ? [style.warning(state)] : []),
  ].join(', ');
  const wide = width >= oneLineWidth;
  const names = (wide ? [placesOf(configured).join('; ')] : placesOf(configured))
    .filter((line) => line !== '')
    .map((line) => `    ${style.dim(line)}`);
  names.push(...notesOf(model).map((note) => `    ${style.warning(note)}`));
  if (wide) return [`${mark} ${id.padEnd(longest)} ${figures}  ${notes}`.trimEnd(), ...names];
  return [`${mark} ${id}${notes && `  ${notes}`}`, `    ${figures}`.trimEnd(), ...names];
}

/** `models.think`, `fallbacks.default[0]` and `fallbacks.complex[2]` become "think" and "after default, complex". */
function placesOf(configured: readonly string[]): string[] {
  const after = configured.flatMap((path) => /^fallbacks\.(.+)\[\d+\]$/.exec(path)?.[1] ?? []);
  const first = configured
    .filter((path) => !path.startsWith('fallbacks.'))
    .map((path) => path.replace(/^models\./, ''));
  return [
    ...(first.length > 0 ? [first.join(', ')] : []),
    ...(after.length > 0 ? [`after ${[...new Set(after)].join(', ')}`] : []),
  ];
}

/** `$1.4/$4.4` for a million input and output tokens; `?` if the price is not known. */
function priceOf({ price }: KnownModel): string {
  if (price === undefined) return '?';
  if (price.input === 0 && price.output === 0) return 'free';
  return `$${price.input}/$${price.output}`;
}
