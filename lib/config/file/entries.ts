/** Converts model entries of the file into ModelEntry and reports their mistakes. */
import type { WireFormat } from '../../wire/formats.ts';
import type { FileEntry } from './config-file.ts';
import { renderPath, type Segment } from './json-path.ts';
import { formatAliases, modelFields } from './schema-model.ts';
import { nearest } from '../../nearest.ts';
import type { ModelEntry, Problem } from '../settings.ts';

/** `_` and `-` are equivalent in a provider's name; oc-go-cc and routatic-proxy use both. */
export function toProviderName(name: string): string {
  return name.trim().replaceAll('_', '-');
}

/** Resolves aliases; undefined for `auto` and for a missing value. */
export function toWireFormat(given: FileEntry['wire_format']): WireFormat | undefined {
  if (given === 'openai' || given === 'anthropic') return formatAliases[given];
  return given === 'auto' ? undefined : given;
}

/** The entry with its provider (opencode-go by default) and id. Problems are appended to `problems`. */
export function toEntry(
  given: FileEntry,
  segments: readonly Segment[],
  known: ReadonlySet<string>,
  problems: Problem[],
): ModelEntry {
  const ref = given.model_ref?.trim() ?? '';
  const slash = ref.indexOf('/');
  const named = given.provider?.trim() || (slash > 0 ? ref.slice(0, slash) : '') || 'opencode-go';
  const provider = toProviderName(named);
  const id = given.model_id?.trim() || ref.slice(slash + 1);
  // unmet.ts reports a variable that is not set.
  const unset = /\$\{\w+\}/.test(named);
  if (!unset && !known.has(provider)) problems.push(unknownProvider(named, [...segments, 'provider'], known));
  if (id === '') {
    problems.push({
      path: renderPath([...segments, 'model_id']),
      message: `found ${given.model_id === undefined ? 'nothing' : 'an empty string'}, expected the id of a model`,
      remedy: 'use an id from the list of the provider, such as glm-5.3',
    });
  }
  return { ...toFields(given), provider, model_id: id };
}

/** The described fields of an entry without its provider and id, each under one spelling. */
export function toFields(given: FileEntry): Omit<ModelEntry, 'provider' | 'model_id'> {
  const format = toWireFormat(given.wire_format) ?? (given.anthropic_tools_disabled ? 'chat' : undefined);
  const fields: Record<string, unknown> = {};
  for (const name of Object.keys(modelFields) as (keyof typeof modelFields)[]) {
    const value = name === 'wire_format' ? format : given[name];
    if (value !== undefined && name !== 'anthropic_tools_disabled') fields[name] = value;
  }
  return fields;
}

function unknownProvider(name: string, segments: readonly Segment[], known: ReadonlySet<string>): Problem {
  const near = nearest(toProviderName(name), known);
  return {
    path: renderPath(segments),
    message: `found the unknown provider ${JSON.stringify(name)}, expected one of ${[...known].join(', ')}`,
    remedy: near === undefined ? `add "${name}" under providers` : `did you mean "${near}"?`,
  };
}
