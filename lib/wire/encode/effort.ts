/** Effort levels: their order, their thinking budgets, and the nearest level that a model accepts. */
import type { Effort, MessagesRequest, ThinkingConfig } from '../../anthropic/request.ts';

/** Lowest first. */
export const efforts = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
] as const satisfies Effort[];

export function isEffort(name: unknown): name is Effort {
  return efforts.some((effort) => effort === name);
}

/**
 * The accepted level to send for `wanted`: the same, else the next higher one, else the highest. `medium` becomes `high`
 * for a model that accepts `high` and `max`; `high` becomes `xhigh` for Qwen 3.8, which has no `high`. Undefined when the
 * model has no levels.
 */
export function nearestEffort(wanted: Effort, accepted: readonly Effort[]): Effort | undefined {
  const at = efforts.indexOf(wanted);
  const ordered = efforts.filter((effort) => accepted.includes(effort));
  return ordered.find((effort) => efforts.indexOf(effort) >= at) ?? ordered.at(-1);
}

/** The lowest level at which a model still thinks; undefined when it has none. */
export function lowestEffort(accepted: readonly Effort[]): Effort | undefined {
  return efforts.find((effort) => effort !== 'none' && accepted.includes(effort));
}

/**
 * The effort that the client requests: by name, else from its thinking budget in tokens. Claude Code sends a budget of
 * 31,999 to older models, which is `high`.
 */
export function requestedEffort({ output_config: output, thinking }: MessagesRequest): Effort | undefined {
  if (isEffort(output?.effort)) return output.effort;
  return thinking && effortOf(thinking);
}

/** The effort of a thinking budget; undefined without one. */
export function effortOf(thinking: ThinkingConfig): Effort | undefined {
  const budget = thinking.type === 'enabled' ? thinking.budget_tokens : undefined;
  if (typeof budget !== 'number') return undefined;
  return budgets.find(({ upTo }) => budget <= upTo)?.effort ?? 'max';
}

const budgets: readonly { upTo: number; effort: Effort }[] = [
  { upTo: 2048, effort: 'low' },
  { upTo: 8192, effort: 'medium' },
  { upTo: 32_768, effort: 'high' },
];

/** The thinking budget in tokens for an effort, for models that accept budgets only. */
export function budgetOf(effort: Effort): number {
  return budgets.find((step) => efforts.indexOf(effort) <= efforts.indexOf(step.effort))?.upTo ?? 65_536;
}
