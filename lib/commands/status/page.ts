/** Renders `occ status`: labelled lines, then the statistics of each model. */
import type { Style } from '../../terminal/style.ts';
import { isObject, toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { amount, dollars, duration, moment } from '../../terminal/figures.ts';
import { cacheLines } from './cache-lines.ts';
import { emptyLine, errorTexts, fit, versionText, type Line } from './lines.ts';
import { withTilde } from '../../tilde.ts';
import { budgetText } from '../usage/budget-text.ts';
import { modelQuotaLines, quotaLines } from '../usage/quota-lines.ts';
import { ruleLines } from '../usage/rule-lines.ts';

/** No line is longer than `width` columns, unless a single word such as a path is. */
export function renderStatus(status: JsonObject, home: string, style: Style, width = Infinity): string[] {
  return statusLines(status, home, style).flatMap((line) => fit(line, width));
}

function statusLines(status: JsonObject, home: string, style: Style): Line[] {
  const number = (key: string): number => toNumber(status[key]) ?? 0;
  const cost = toNumber(status['cost']);
  const lines: Line[] = [
    {
      head: `${style.good('●')} `,
      text: `running on ${style.bold(toText(status['url']))}  pid ${number('pid')}, up ${duration(number('uptime_s'))}`,
    },
    emptyLine,
    row('version', versionText(toText(status['version']))),
    row('config', withTilde(toText(status['config']), home) || 'defaults (no file)'),
    ...configNotes(status, style),
    row('log', withTilde(toText(status['log']), home)),
    row('live', String(number('live'))),
    row('requests', requests(number('requests'), number('failures'), number('fallbacks'), style)),
    row(
      'tokens',
      `${amount(number('input_tokens'))} in, ${amount(number('output_tokens'))} out${cost === undefined ? '' : `, ${dollars(cost)}`}`,
    ),
  ];
  lines.push(...cacheLines(toObject(status['cache'])).map((text, i) => row(i === 0 ? 'cache' : '', text)));
  lines.push(
    ...quotas(status, style),
    ...rules(status),
    ...budgets(status, style),
    ...unwritten(status, style),
  );
  const error = errorTexts(toObject(status['last_error']), style);
  lines.push(...error.map((text, i) => row(i === 0 ? 'last error' : '', text)));
  const models = Array.isArray(status['models']) ? status['models'].filter(isObject) : [];
  if (models.length > 0) lines.push(emptyLine, ...models.flatMap((model) => renderModel(model, style)));
  lines.push(...learnedLines(status, style));
  return lines;
}

/** Why the file on disk is not in force, or only partly. */
function configNotes(status: JsonObject, style: Style): Line[] {
  const [what, ...where] = toText(toObject(status['config_error'])['message']).split('\n');
  const pending = toText(status['config_pending']);
  return [
    ...(what
      ? [row('', style.bad(`changed, but not used: ${what}`)), ...where.map((line) => row('', line))]
      : []),
    ...(pending === '' ? [] : [row('', style.warning(pending))]),
  ];
}

/** The used-up quotas, and what was learned about models, each with the time until it expires. */
function learnedLines(status: JsonObject, style: Style): Line[] {
  const spent = toArray(status['spent'])
    .filter(isObject)
    .map(
      (one) =>
        style.warning(`${toText(one['who'])}${keyOf(one)}: ${toText(one['limit'])} reached`) + until(one),
    );
  const learned = toArray(status['learned'])
    .filter(isObject)
    .map((one) => `${toText(one['model'])}: ${toText(one['words'])}${until(one)}`);
  const all = [...spent, ...learned];
  return all.length === 0 ? [] : [emptyLine, ...all.map((line, i) => row(i === 0 ? 'learned' : '', line))];
}

/** ` (key 2)` for a provider with several. */
function keyOf(entry: JsonObject): string {
  const key = toNumber(entry['key']);
  return key === undefined ? '' : ` (key ${key})`;
}

/** `, until 14:05`. */
function until(entry: JsonObject): string {
  const time = moment(toText(entry['until']));
  return time === '' ? '' : `, until ${time}`;
}

/** The quotas that providers report, with the time of the report. */
function quotas(status: JsonObject, style: Style): Line[] {
  const lines: Line[] = [];
  for (const quota of toArray(status['plans']).filter(isObject)) {
    lines.push(
      row('quota', `${toText(quota['provider'])}${keyOf(quota)}, as of ${moment(toText(quota['at']))}`),
    );
    const [windows, models] = [quota['windows'], quota['models']].map((list) =>
      toArray(list).filter(isObject),
    );
    for (const line of [...quotaLines(windows ?? [], style), ...modelQuotaLines(models ?? [], style)])
      lines.push(row('', line));
  }
  return lines;
}

/** The rules about plans and paid models that differ from the default. */
function rules(status: JsonObject): Line[] {
  const reported = toArray(status['rules']).filter(isObject);
  const set = reported.filter(({ value }) => value !== 'off' && value !== 'always');
  return set.flatMap((rule) => ruleLines(rule).map((text, i) => row(i === 0 ? 'key' : '', text)));
}

/** The budgets as of the latest request. */
function budgets(status: JsonObject, style: Style): Line[] {
  const used = toArray(status['budgets'])
    .filter(isObject)
    .map((budget) => budgetText(budget, style));
  return used.map((text, i) => row(i === 0 ? 'budget' : '', text));
}

/** What cannot be written now. */
function unwritten(status: JsonObject, style: Style): Line[] {
  const errors: [string, string][] = [
    ['log', toText(status['log_error'])],
    ['ledger', toText(toObject(status['ledger'])['error'])],
    ['captures', toText(toObject(status['captures'])['error'])],
  ];
  return errors
    .filter(([, error]) => error !== '')
    .map(([label, error]) => row(label, style.bad(`not written: ${error}`)));
}

function row(label: string, text: string): Line {
  return { head: `  ${label.padEnd(11)}`, text };
}

function requests(total: number, failed: number, fallbacks: number, style: Style): string {
  return [
    String(total),
    ...(failed > 0 ? [style.bad(`${failed} failed`)] : []),
    ...(fallbacks > 0 ? [style.warning(`${fallbacks} answered by a fallback`)] : []),
  ].join(', ');
}

function renderModel(model: JsonObject, style: Style): Line[] {
  const inARow = toNumber(model['failures_in_a_row']) ?? 0;
  const mark = inARow > 0 ? style.bad('✗') : style.good('✓');
  const name = `${toText(model['model'])} (${toText(model['format'])})`;
  const attempts = toNumber(model['attempts']) ?? 0;
  const failures = toNumber(model['failures']) ?? 0;
  const first = toNumber(model['first_content_ms']);
  const facts = [
    `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(first === undefined ? [] : [`first output after ${(first / 1000).toFixed(1)} s`]),
  ].join(', ');
  const failure = toObject(model['last_failure']);
  const reason = inARow > 0 ? toText(failure['reason']) : '';
  const breaker = toText(toObject(model['breaker'])['state']);
  return [
    { head: `  ${mark} `, text: `${style.bold(name)}  ${facts}` },
    ...(breaker === 'open' || breaker === 'half_open'
      ? [
          below(
            `${style.warning(breaker === 'open' ? 'skipped' : 'being probed')}${until(toObject(model['breaker']))}`,
          ),
        ]
      : []),
    ...(reason === '' ? [] : [below(reason.split('\n', 1)[0] ?? '')]),
  ];
}

function below(text: string): Line {
  return { head: '    ', text };
}
