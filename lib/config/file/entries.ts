/** Model entries: the file's spelling into ours, with what is wrong about each at its path. */
import type { WireFormat } from '../../wire/codec.ts';
import type { FileEntry } from './config-file.ts';
import { renderPath, type Segment } from './json-path.ts';
import { nearest } from '../../nearest.ts';
import type { ModelEntry, Problem } from '../settings.ts';

/** `_` and `-` are the same in a provider's name; the reference's files use both. */
export function toProviderName(name: string): string {
  return name.trim().replaceAll('_', '-');
}

/** The format behind any accepted spelling; undefined for `auto`, and when nothing is said. */
export function toWireFormat(given: FileEntry['wire_format']): WireFormat | undefined {
  if (given === 'openai') return 'chat';
  if (given === 'anthropic') return 'messages';
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

/** Everything of an entry but its provider and id; 0 and "" are left out, as they mean "not set". */
export function toFields(given: FileEntry): Omit<ModelEntry, 'provider' | 'model_id'> {
  const format = toWireFormat(given.wire_format) ?? (given.anthropic_tools_disabled ? 'chat' : undefined);
  const { temperature, thinking, context_margin, supports_tools, vision, quirks } = given;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(given.max_tokens && { max_tokens: given.max_tokens }),
    ...(given.reasoning_effort && { reasoning_effort: given.reasoning_effort }),
    ...(thinking !== undefined && { thinking }),
    ...(given.context_threshold && { context_threshold: given.context_threshold }),
    ...(given.context_window && { context_window: given.context_window }),
    ...(context_margin !== undefined && { context_margin }),
    ...(given.max_output_tokens && { max_output_tokens: given.max_output_tokens }),
    ...(supports_tools !== undefined && { supports_tools }),
    ...(vision !== undefined && { vision }),
    ...(format !== undefined && { wire_format: format }),
    ...(quirks !== undefined && { quirks }),
  };
}

function unknownProvider(name: string, segments: readonly Segment[], known: ReadonlySet<string>): Problem {
  const near = nearest(toProviderName(name), known);
  return {
    path: renderPath(segments),
    message: `found the unknown provider ${JSON.stringify(name)}, expected one of ${[...known].join(', ')}`,
    remedy: near === undefined ? `describe "${name}" under providers` : `did you mean "${near}"?`,
  };
}
