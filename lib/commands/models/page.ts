/** Renders `occ models`: the configured models, then those of each provider, as a table or stacked. */
import type { KnownModel } from '../../catalog/known-models.ts';
import type { Style } from '../../terminal/style.ts';
import { wrap } from '../../terminal/wrap.ts';
import { fitColumns, legend, renderCells, renderFacts, type Column } from './columns.ts';
import { foldGroups, type Group } from './fold.ts';

/** Notes of the running proxy on a model. */
export type NotesOf = (model: KnownModel) => readonly string[];

export interface ModelsPage {
  models: readonly KnownModel[];
  /** For each provider without a key, the reason. */
  missing: Readonly<Record<string, string | undefined>>;
  style: Style;
  /** Columns; undefined for a pipe. */
  width?: number | undefined;
  /** Lines of the terminal: the models that are not configured are folded to fit them. Without it nothing is folded. */
  height?: number | undefined;
  notesOf?: NotesOf;
  /** Shows retired and unlisted models too, and those of providers without a key. */
  whole?: boolean;
}

/**
 * Unless the whole is asked for, retired and unlisted models that are not configured are only counted; so are the models of
 * a provider that has no key.
 */
export function renderModels(page: ModelsPage): string[] {
  const { models, missing, style, width = Infinity, height, whole = false } = page;
  const used = models.filter(({ configured }) => configured.length > 0);
  const others = models.filter(
    ({ configured, provider, state }) =>
      configured.length === 0 && (whole || (missing[provider] === undefined && isOffered(state))),
  );
  const hidden = models.length - used.length - others.length;
  const table = layOut([...used.map(fullName), ...others.map(({ id }) => id)], width);
  const first = renderSection(page, table, style.bold('configured'), used, fullName);
  const groups = [...new Set(others.map(({ provider }) => provider))].map((provider): Group => {
    const own = others.filter((model) => model.provider === provider);
    const reason = missing[provider] === undefined ? '' : style.warning('  no key');
    const title = style.bold(provider) + reason;
    return {
      provider,
      title: renderTitle(page, table, title),
      models: own.map((model) => renderModel(page, table, model, model.id)),
    };
  });
  const footer = [
    ...(table.fitting.length > 0 && models.length > hidden ? [legend] : []),
    ...(hidden > 0 ? [`${hidden} more that are retired or lack a key: occ models --all`] : []),
    ...(height === undefined ? [] : [changing]),
  ].flatMap((text) => (width === Infinity ? [text] : wrap(text, width)));
  const room = height === undefined ? Infinity : height - first.length - footer.length - promptLines;
  const lines = [...first, ...foldGroups(groups, { room, width, style })];
  return [...lines, ...footer.map((line) => style.dim(line))];
}

/** The lines of the prompt that follows the page. */
const promptLines = 1;

const changing =
  'occ use <model> sets the default, with --tier the model of another scenario, and with --fallback one that is tried next';

function isOffered(state: KnownModel['state']): boolean {
  return state === 'listed' || state === 'unknown';
}

function fullName({ provider, id }: KnownModel): string {
  return `${provider}/${id}`;
}

interface Table {
  nameWidth: number;
  /** Empty if the lines are stacked. */
  fitting: readonly Column[];
}

/** Longer names push their cells to the right. */
const longestName = 40;

function layOut(names: readonly string[], width: number): Table {
  const nameWidth = 2 + Math.min(longestName, Math.max(0, ...names.map(({ length }) => length)));
  return { nameWidth, fitting: fitColumns(nameWidth, width) };
}

type NameOf = (model: KnownModel) => string;

function renderSection(
  page: ModelsPage,
  table: Table,
  title: string,
  models: readonly KnownModel[],
  nameOf: NameOf,
): string[] {
  if (models.length === 0) return [];
  const rows = models.flatMap((model) => renderModel(page, table, model, nameOf(model)));
  return [...renderTitle(page, table, title), ...rows, ''];
}

function renderTitle({ style }: ModelsPage, { nameWidth, fitting }: Table, title: string): string[] {
  const heads = renderCells(fitting, ({ head }) => head).trimEnd();
  return [title, ...(heads === '' ? [] : [style.dim(''.padEnd(nameWidth) + heads)])];
}

function renderModel(
  page: ModelsPage,
  { nameWidth, fitting }: Table,
  model: KnownModel,
  name: string,
): string[] {
  const { style, width = Infinity, missing, notesOf = () => [] } = page;
  const used = model.configured.length > 0;
  const mark = used ? style.good('●') : ' ';
  const cells = renderCells(fitting, (column) => column.cell(model));
  const fits = nameWidth + cells.length <= width && name.length + 2 <= nameWidth;
  const first =
    fitting.length === 0
      ? [`${mark} ${name}`, ...wrapped(renderFacts(model), width)]
      : fits
        ? [`${mark} ${name.padEnd(nameWidth - 2)}${cells}`.trimEnd()]
        : [`${mark} ${name}`, ''.padEnd(nameWidth) + cells.trimEnd()];
  const notes = [
    ...restrictionsOf(model, fitting),
    ...(used && missing[model.provider] !== undefined ? ['no key'] : []),
    ...notesOf(model),
  ];
  return [
    ...first,
    ...placesOf(model.configured).flatMap((line) => wrapped(line, width).map((piece) => style.dim(piece))),
    ...notes.flatMap((note) => wrapped(note, width).map((piece) => style.warning(piece))),
  ];
}

const indent = '    ';

function wrapped(text: string, width: number): string[] {
  const pieces = width === Infinity ? [text] : wrap(text, width - indent.length);
  return pieces.map((piece) => indent + piece);
}

/** What the columns do not show: that it is not served, or on which terms. */
function restrictionsOf(
  { trains, officialClientOnly, state }: KnownModel,
  fitting: readonly Column[],
): string[] {
  return [
    ...(trains === true && !fitting.some(({ head }) => head === 'trains') ? ['trains on your data'] : []),
    ...(officialClientOnly ? ["official client only: works only with the provider's own client"] : []),
    ...(state === 'retired' ? ['retired: its provider no longer serves it'] : []),
    ...(state === 'unlisted' ? ['unlisted: no longer in the list of its provider'] : []),
  ];
}

/** `models.think`, `fallbacks.default[0]` and `fallbacks.complex[2]` become "for think" and "after default, complex". */
function placesOf(configured: readonly string[]): string[] {
  const after = configured.flatMap((path) => /^fallbacks\.(.+)\[\d+\]$/.exec(path)?.[1] ?? []);
  const first = configured
    .filter((path) => !path.startsWith('fallbacks.'))
    .map((path) => path.replace(/^models\./, ''));
  const places = [
    ...(first.length > 0 ? [`for ${first.join(', ')}`] : []),
    ...(after.length > 0 ? [`after ${[...new Set(after)].join(', ')}`] : []),
  ];
  return places.length === 0 ? [] : [places.join('; ')];
}
