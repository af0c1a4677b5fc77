/** Renders `occ route`: the request, the rule, and the models in the order of attempts. */
import type { KnownQuota } from '../../catalog/quota.ts';
import { amount, count, moment } from '../../terminal/figures.ts';
import type { JsonObject } from '../../json.ts';
import { budgetText } from '../usage/budget-text.ts';
import { quotaLines } from '../usage/quota-lines.ts';
import { ruleLines } from '../usage/rule-lines.ts';
import type { Style } from '../../terminal/style.ts';

export interface RouteResult {
  config: string | null;
  asked: {
    model: string;
    input_tokens: number;
    tools: number;
    stream: boolean;
    request_class: string | null;
  };
  rule: string;
  budgets: Record<string, unknown>[];
  /** What proxies have read on the usage pages of plans. */
  plans: readonly KnownQuota[];
  rules: Record<string, unknown>[];
  candidates: {
    model: string;
    format: string;
    why: string;
    context_window: number;
    /** Why its key is missing; null if it has one. */
    key_missing: string | null;
    costs_money: boolean;
  }[];
  passed_over: { model: string; reason: string }[];
}

export function renderRoute(
  { asked, rule, budgets, plans, rules, candidates, passed_over }: RouteResult,
  style: Style,
): string[] {
  const facts = [
    `about ${amount(asked.input_tokens)} tokens`,
    ...(asked.tools > 0 ? [count(asked.tools, 'tool')] : []),
    ...(asked.stream ? [] : ['not streamed']),
    ...(asked.request_class === null ? [] : [`class ${asked.request_class}`]),
  ].join(', ');
  return [
    row('request', asked.model),
    row('', facts),
    row('rule', rule),
    ...budgets.map((budget) => row('budget', budgetText(budget as JsonObject, style))),
    ...plans.flatMap((plan) => quotaRows(plan, style)),
    ...rules.flatMap((one, i) =>
      ruleLines(one as JsonObject).map((text, j) => row(i + j === 0 ? 'keys' : '', text)),
    ),
    ...candidates.flatMap(({ model, format, why, key_missing, costs_money }, i) => [
      row(
        i === 0 ? 'first' : i === 1 ? 'then' : '',
        i === 0 ? style.good(style.bold(model)) : style.bold(model),
      ),
      row(
        '',
        `  ${why}, over ${format}${costs_money ? ', costs money' : ''}${key_missing === null ? '' : `, ${style.warning('no key')}`}`,
      ),
    ]),
    ...(candidates.length === 0 ? [row('first', style.bad('none'))] : []),
    ...passed_over.flatMap(({ model, reason }, i) => [
      row(i === 0 ? 'skipped' : '', model),
      row('', `  ${reason}`),
    ]),
  ];
}

function quotaRows({ provider, at, key, windows }: KnownQuota, style: Style): string[] {
  const whose = `${provider}${key === undefined ? '' : ` (key ${key})`}`;
  const time = moment(at);
  return [
    row('quota', `${whose}${time === '' ? ', assumed' : `, as of ${time}`}`),
    ...quotaLines(
      windows.map((one): JsonObject => ({ ...one })),
      style,
    ).map((line) => row('', `  ${line}`)),
  ];
}

function row(label: string, text: string): string {
  return `${label.padEnd(9)}${text}`;
}
