/** Finds the models that `occ models glm chat` asks for. Pure. */
import type { KnownModel } from '../../catalog/known-models.ts';

/** Every word must occur in the provider, the id, the name, the family or the format, in upper or lower case. */
export function matches(
  { provider, id, name, family, format }: KnownModel,
  words: readonly string[],
): boolean {
  const text = [`${provider}/${id}`, name, family ?? '', format].join(' ').toLowerCase();
  return words.every((word) => text.includes(word.toLowerCase()));
}
