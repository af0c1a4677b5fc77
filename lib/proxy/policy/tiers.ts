/**
 * The names a client may ask for, and what they mean. Claude Code asks for a tier: by the id `occ launch` gives that
 * tier, or by its own default ids, which never count as a choice (contract 3).
 */

export const tiers = ['opus', 'sonnet', 'haiku', 'fable'] as const;
export type Tier = (typeof tiers)[number];

/** The id a launched client has for a tier: `occ-opus`. An alias for routing, not a choice. */
export function tierId(tier: Tier): string {
  return `occ-${tier}`;
}

/** The tier an id belongs to; undefined for an id that names none. */
export function tierOf(id: string): Tier | undefined {
  const folded = id.toLowerCase();
  if (!folded.startsWith('claude') && !folded.startsWith('occ-')) return undefined;
  return tiers.find((tier) => folded.includes(tier));
}

/** The id without what clients add for themselves: `[1m]`, and the prefix `/v1/models` lists ids under. */
export function askedId(model: string): string {
  return model.replace(/\[\d+[km]\]$/i, '').replace(/^anthropic\//, '');
}
