/** Changes the model of one scenario in the text of the configuration. Pure. */
import { withoutValue, withValue } from '../../config/edit/amend.ts';
import { defaultFallbacks, defaultModels } from '../../config/file/defaults.ts';
import { at } from '../../config/file/layers.ts';
import { isObject, type Json } from '../../json.ts';
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

export interface ChangedText {
  text: string;
  /** Fields that described the model before. */
  dropped: readonly string[];
}

/**
 * A file without models has the built-in ones. They are written with the change, since the first model in a file replaces
 * them all.
 */
export function withModel(
  text: string,
  tree: Json,
  scenario: string,
  { provider, model_id }: Ref,
): ChangedText {
  const whole = isObject(tree) && isObject(tree['models']) ? text : withBuiltIn(text, tree);
  const path = ['models', scenario];
  const before = at(tree, path);
  if (!isObject(before)) return { text: withValue(whole, path, { provider, model_id }), dropped: [] };
  const dropped = aboutModel.filter((field) => before[field] !== undefined);
  const without = dropped.reduce<string>(
    (changed, field) => withoutValue(changed, [...path, field]) ?? changed,
    whole,
  );
  const named = withValue(without, [...path, 'provider'], provider);
  return { text: withValue(named, [...path, 'model_id'], model_id), dropped };
}

function withBuiltIn(text: string, tree: Json): string {
  const models = withValue(text, ['models'], toJson(defaultModels));
  return at(tree, ['fallbacks']) === undefined
    ? withValue(models, ['fallbacks'], toJson(defaultFallbacks))
    : models;
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
