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

/** The sizes in which Google names its models, and the tiers for which Gemini CLI uses them. The first that fits counts. */
const googleSizes: readonly [size: string, tier: Tier][] = [
  ['flash-lite', 'haiku'],
  ['flash', 'sonnet'],
  ['pro', 'opus'],
];

/**
 * The tier for which another vendor's client uses a model of this id. Unlike an id with a tier, it may be a user's choice, so
 * it counts only where no configured provider has that model. OpenAI's smallest models do the chores of Codex.
 */
export function tierLike(id: string): Tier | undefined {
  const folded = id.toLowerCase();
  if (/^gpt-.*-(?:mini|nano)\b/.test(folded)) return 'haiku';
  if (!folded.startsWith('gemini-')) return undefined;
  return googleSizes.find(([size]) => new RegExp(`-${size}\\b`).test(folded))?.[1];
}

/** The id without Claude Code's `[1m]` suffix and the prefix under which `/v1/models` lists ids. */
export function requestedId(model: string): string {
  return model.replace(/\[\d+[km]\]$/i, '').replace(/^anthropic\//, '');
}
