/** Renders quotas for `occ status` and `occ usage`. */
import { windowLabel } from '../../catalog/quota.ts';
import { toNumber, toText, type JsonObject } from '../../json.ts';
import { moment } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

/** Percentages from which a window is shown as a warning, and as used up. */
const warningPercent = 80;
const fullPercent = 100;

/** One line for each window: `5 hours   42 %  resets 14:05`. */
export function quotaLines(windows: readonly JsonObject[], style: Style): string[] {
  return windows.map((window) => {
    const percent = toNumber(window['percent']);
    const used = percent === undefined ? '  ? %' : `${String(Math.round(percent)).padStart(3)} %`;
    const reset = moment(toText(window['resets_at']));
    const name = windowLabel(toText(window['window'])).padEnd(8);
    return `${name} ${colored(window['spent'] === true ? fullPercent : (percent ?? 0), used, style)}${reset === '' ? '' : `  resets ${reset}`}`;
  });
}

/** The windows of single models that are nearly used up, by model. */
export function modelQuotaLines(models: readonly JsonObject[], style: Style): string[] {
  return models
    .filter(({ percent, spent }) => spent === true || (toNumber(percent) ?? 0) >= warningPercent)
    .flatMap((window) => quotaLines([window], style).map((line) => `${toText(window['model'])} ${line}`));
}

function colored(percent: number, text: string, style: Style): string {
  if (percent >= fullPercent) return style.bad(text);
  return percent >= warningPercent ? style.warning(text) : style.good(text);
}
