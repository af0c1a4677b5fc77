/** Changes the model or the fallbacks of one scenario in the text of the configuration. Pure. */
import { withoutValue, withValue } from '../../config/edit/amend.ts';
import { builtInAt, withBuiltIn, type WithBuiltIn } from '../../config/edit/built-in.ts';
import { at } from '../../config/file/layers.ts';
import { isObject, toArray, type Json } from '../../json.ts';
import type { Ref } from './resolve.ts';

/** What an entry says about its model, and what would be wrong for another one. */
const aboutModel = [
  'model_ref',
  'family',
  'context_window',
  'context_margin',
  'max_output_tokens',
  'supports_tools',
  'vision',
  'wire_format',
  'anthropic_tools_disabled',
  'quirks',
] as const;

export interface ChangedText extends WithBuiltIn {
  /** Fields that described the model before. */
  dropped: readonly string[];
}

/** A text without models also gets the built-in ones. */
export function withModel(
  text: string,
  tree: Json,
  scenario: string,
  { provider, model_id }: Ref,
): ChangedText {
  const path = ['models', scenario];
  const { text: whole, written } = withBuiltIn(text, tree, path);
  const before = at(tree, path);
  if (!isObject(before))
    return { text: withValue(whole, path, { provider, model_id }), written, dropped: [] };
  const dropped = aboutModel.filter((field) => before[field] !== undefined);
  const without = dropped.reduce<string>(
    (changed, field) => withoutValue(changed, [...path, field]) ?? changed,
    whole,
  );
  const named = withValue(without, [...path, 'provider'], provider);
  return { text: withValue(named, [...path, 'model_id'], model_id), written, dropped };
}

/**
 * Appends the model to the fallbacks of the scenario, unless it is one of them: `before`. `tree` is the parsed text; a text
 * without models also gets the built-in ones.
 */
export function withFallback(
  text: string,
  tree: Json,
  scenario: string,
  { provider, model_id }: Ref,
  before: readonly Ref[],
): ChangedText {
  if (before.some((ref) => ref.provider === provider && ref.model_id === model_id))
    return { text, written: [], dropped: [] };
  const path = ['fallbacks', scenario];
  const { text: whole, written } = withBuiltIn(text, tree, path);
  const list = toArray(written.includes('fallbacks') ? builtInAt(path) : at(tree, path));
  return { text: withValue(whole, [...path, list.length], { provider, model_id }), written, dropped: [] };
}
