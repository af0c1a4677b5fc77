/**
 * Finds and parses the quota page of a provider. As of November 2026 only OpenCode Go has one, with windows of five
 * hours, a week and a month. OpenCode Zen is prepaid and has none.
 */
import type { Provider } from '../config/settings.ts';
import { isObject, parseJson, toNumber, toObject, toText, type JsonObject } from '../json.ts';

export interface QuotaWindow {
  /** The name that the provider uses: `rolling`, `weekly`, `monthly`. */
  window: string;
  /** Used percentage; null if not reported. */
  percent: number | null;
  /** True if no request is served until the reset. */
  spent: boolean;
  /** ISO 8601. */
  resets_at: string | null;
}

/** A window of the allowance that one model has of its own. */
export interface ModelWindow extends QuotaWindow {
  /** The model's id at the provider. */
  model: string;
}

/** What a quota page says. */
export interface Quota {
  /** The windows of the whole plan. */
  windows: readonly QuotaWindow[];
  /** Those of single models, if the page names any. */
  models?: readonly ModelWindow[];
}

/** The quota that one key of a provider has, and when the provider reported it. */
export interface KnownQuota extends Quota {
  provider: string;
  /** In ISO 8601. */
  at: string;
  /** Which of the provider's keys, from 1; undefined if it has only one. */
  key?: number;
}

/** The address of the quota page, for the old and the new endpoints of OpenCode Go; undefined for other providers. */
export function quotaAddress({ name, endpoints }: Pick<Provider, 'name' | 'endpoints'>): string | undefined {
  if (name !== 'opencode-go' || endpoints.chat === undefined) return undefined;
  const root = /^(.*?)(?:\/openai)?(\/v1)\/chat\/completions$/.exec(endpoints.chat);
  return root === null ? undefined : `${root[1]}${root[2]}/usage`;
}

/** Limits for the number of windows of the plan, and of all models. */
const maxWindows = 10;
const maxModelWindows = 300;

/**
 * The quota; undefined if the text contains none. OpenCode Go's page has windows of the whole plan (read in its source in
 * autumn 2026). The allowances of single models are read in the same form from an object `models`, by id: in a window, beside
 * the windows, or beside `usage`.
 */
export function readQuota(text: string): Quota | undefined {
  const body = parseJson(text);
  const usage = toObject(isObject(body) ? body['usage'] : undefined);
  const named = Object.entries(usage).filter(([name, values]) => name !== 'models' && isObject(values));
  const windows = named.slice(0, maxWindows).map(([window, values]) => toWindow(window, toObject(values)));
  const models = [
    ...named.flatMap(([window, values]) =>
      modelsIn(toObject(values)).map(([model, own]) => ofModel(model, toWindow(window, own))),
    ),
    ...[usage, toObject(body)].flatMap((place) => modelsIn(place).flatMap(ownWindows)),
  ].slice(0, maxModelWindows);
  if (windows.length === 0 && models.length === 0) return undefined;
  return { windows, ...(models.length > 0 && { models }) };
}

function modelsIn({ models }: JsonObject): [id: string, values: JsonObject][] {
  return Object.entries(toObject(models)).flatMap(([id, values]) =>
    /^[!-~]{1,200}$/.test(id) && isObject(values) ? [[id, values]] : [],
  );
}

function ownWindows([model, values]: [id: string, values: JsonObject]): ModelWindow[] {
  return Object.entries(values).flatMap(([window, own]) =>
    isObject(own) ? [ofModel(model, toWindow(window, own))] : [],
  );
}

function ofModel(model: string, window: QuotaWindow): ModelWindow {
  return { model, ...window };
}

function toWindow(window: string, { percent, status, resetsAt }: JsonObject): QuotaWindow {
  const used = toNumber(percent);
  const reset = new Date(toText(resetsAt));
  return {
    window,
    percent: used === undefined || used < 0 ? null : used,
    spent: status === 'rate-limited' || (used ?? 0) >= 100,
    resets_at: Number.isNaN(reset.getTime()) ? null : reset.toISOString(),
  };
}

const labels: Readonly<Record<string, string>> = { rolling: '5 hours', weekly: 'week', monthly: 'month' };

/** `5 hours`, `week` or `month`; the provider's name for other windows. */
export function windowLabel(window: string): string {
  return labels[window] ?? window;
}

const names: Readonly<Record<string, string>> = { rolling: '5-hour window' };

/** `5-hour window`, `weekly window`, `monthly window`. */
export function windowName(window: string): string {
  return names[window] ?? `${window} window`;
}
