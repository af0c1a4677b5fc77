/** Commands that messages suggest. Pure. */
import type { Segment } from '../../config/file/json-path.ts';
import { renderPath } from '../../config/file/json-path.ts';
import { configOption } from '../../config/remedies.ts';
import type { ModelEntry } from '../../config/settings.ts';
import { quote } from '../../shell-word.ts';

type Ref = Pick<ModelEntry, 'provider' | 'model_id'>;

/** `value` as it is typed: JSON, or a placeholder such as `<id>`. */
export function setCommand(segments: readonly Segment[], value: string, config?: string): string {
  return `occ config set ${quote(renderPath(segments))} ${quote(value)}${configOption(config)}`;
}

export function unsetCommand(segments: readonly Segment[], config?: string): string {
  return `occ config unset ${quote(renderPath(segments))}${configOption(config)}`;
}

/** Sets provider and id of the entry at the path at once. */
export function modelCommand(segments: readonly Segment[], ref: Ref, config?: string): string {
  const [table, name = ''] = segments;
  if (table !== 'models' || segments.length !== 2 || !/^[\w-]+$/.test(String(name)))
    return setCommand(segments, JSON.stringify(ref), config);
  const tier = name === 'default' ? '' : ` --tier ${name}`;
  return `occ use ${quote(`${ref.provider}/${ref.model_id}`)}${tier}${configOption(config)}`;
}
