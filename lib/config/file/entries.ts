/** Model entries: the file's spelling into ours, with what is wrong about each at its path. */
import type { WireFormat } from '../../wire/codec.ts';
import type { FileEntry } from './config-file.ts';
import { renderPath, type Segment } from './json-path.ts';
import { formatAliases, modelFields } from './schema.ts';
import { nearest } from '../../nearest.ts';
import type { ModelEntry, Problem } from '../settings.ts';

/** `_` and `-` are the same in a provider's name; the reference's files use both. */
export function toProviderName(name: string): string {
  return name.trim().replaceAll('_', '-');
}

/** The format behind any accepted spelling; undefined for `auto`, and when nothing is said. */
export function toWireFormat(given: FileEntry['wire_format']): WireFormat | undefined {
  if (given === 'openai' || given === 'anthropic') return formatAliases[given];
  return given === 'auto' ? undefined : given;
}

/** A whole entry: with a provider (opencode-go when none is named) and an id, or a problem that says which is wrong. */
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
  // A variable that is not set is reported as that, by unmet.ts.
  const open = /\$\{\w+\}/.test(named);
  if (!open && !known.has(provider)) problems.push(unknownProvider(named, [...segments, 'provider'], known));
  if (id === '') {
    problems.push({
      path: renderPath([...segments, 'model_id']),
      message: `found ${given.model_id === undefined ? 'nothing' : 'an empty string'}, expected the id of a model`,
      remedy: 'the provider’s own list names the ids there are, such as glm-5.3',
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
    remedy: near === undefined ? `describe "${name}" under providers` : `did you mean "${near}"?`,
  };
}
