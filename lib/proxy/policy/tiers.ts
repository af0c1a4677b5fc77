/**
 * Model ids that stand for a tier. Claude Code requests a tier by the id that `occ launch` sets for it, or by one of its own
 * default ids, which never count as a user's choice.
 */

export const tiers = ['opus', 'sonnet', 'haiku', 'fable'] as const;
export type Tier = (typeof tiers)[number];

/** The id that `occ launch` sets for a tier: `occ-opus`. It is an alias for routing, not a choice. */
export function tierId(tier: Tier): string {
  return `occ-${tier}`;
}

/**
 * The id for which occ picks the model of each request, for clients without tiers. It names no model and no tier, so it is
 * routed by scenario.
 */
export const automaticId = 'occ-auto';

/** The tier of an id; undefined if it names none. */
export function tierOf(id: string): Tier | undefined {
  const folded = id.toLowerCase();
  if (!folded.startsWith('claude') && !folded.startsWith('occ-')) return undefined;
  return tiers.find((tier) => folded.includes(tier));
}

/** The id without Claude Code's `[1m]` suffix and the prefix under which `/v1/models` lists ids. */
export function requestedId(model: string): string {
  return model.replace(/\[\d+[km]\]$/i, '').replace(/^anthropic\//, '');
}
