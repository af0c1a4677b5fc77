/** How hard a model is to think: the names of the levels, and the nearest one a model takes. */
import type { Effort, MessagesRequest } from '../../anthropic/request.ts';

/** Mildest first. */
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
 * The level to ask for where `wanted` was asked for: the same, else the next stronger one there is, else the strongest.
 * So `medium` becomes `high` for a model that takes `high` and `max`, and `high` becomes `xhigh` for Qwen 3.8, which
 * has no `high`. Undefined when the model has no levels.
 */
export function nearestEffort(wanted: Effort, accepted: readonly Effort[]): Effort | undefined {
  const at = efforts.indexOf(wanted);
  const byStrength = efforts.filter((effort) => accepted.includes(effort));
  return byStrength.find((effort) => efforts.indexOf(effort) >= at) ?? byStrength.at(-1);
}

/** The mildest level at which a model still thinks; undefined when it has none. */
export function mildestEffort(accepted: readonly Effort[]): Effort | undefined {
  return efforts.find((effort) => effort !== 'none' && accepted.includes(effort));
}

/**
 * The effort a client asks for: by name, else by its thinking budget in tokens (Claude Code asks older models for
 * 31 999: `high`).
 */
export function wantedEffort({ output_config: output, thinking }: MessagesRequest): Effort | undefined {
  if (isEffort(output?.effort)) return output.effort;
  const budget = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  if (typeof budget !== 'number') return undefined;
  return budgets.find(({ upTo }) => budget <= upTo)?.effort ?? 'max';
}

const budgets: readonly { upTo: number; effort: Effort }[] = [
  { upTo: 2048, effort: 'low' },
  { upTo: 8192, effort: 'medium' },
  { upTo: 32_768, effort: 'high' },
];

/** A thinking budget in tokens for an effort, for models that only know budgets. */
export function budgetOf(effort: Effort): number {
  return budgets.find((step) => efforts.indexOf(effort) <= efforts.indexOf(step.effort))?.upTo ?? 65_536;
}
