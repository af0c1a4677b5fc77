/** What to do after `occ config set`, or instead of it. */
import { addProviderCommands } from '../../catalog/add-provider.ts';
import { toProviderName } from '../../config/file/entries.ts';
import { renderPath, type Segment } from '../../config/file/json-path.ts';
import { keys } from '../../config/file/schema.ts';
import type { Problem } from '../../config/settings.ts';
import type { Json } from '../../json.ts';
import type { ConfigCall } from './call.ts';
import { configOption } from '../../config/remedies.ts';
import { setCommand } from './commands.ts';
import { entryAt } from './served.ts';

/** After a key has been set: how to try it. */
export function nextSteps({ options: { config } }: ConfigCall, segments: readonly Segment[]): string[] {
  if (!segments.some((segment) => Object.hasOwn(keys, segment))) return [];
  const section = segments.findIndex((segment) => Object.hasOwn(keys, segment));
  const provider = section === 0 ? '' : ` --provider ${toProviderName(String(segments[section - 1]))}`;
  const option = configOption(config);
  return [`occ doctor key${provider}${option}`, `occ launch${option}`];
}

/** A provider without a model, or one that is not configured, cannot be set alone. */
export function remedyForProvider(
  { options: { config } }: ConfigCall,
  segments: readonly Segment[],
  value: Json,
  mistakes: readonly Problem[],
): string | undefined {
  const entry = entryAt(segments);
  if (entry === undefined || segments.at(-1) !== 'provider' || typeof value !== 'string') return undefined;
  const lacks = (field: string): boolean =>
    mistakes.some(({ path }) => path === renderPath([...entry, field]));
  const provider = toProviderName(value);
  const both = setCommand(entry, `{"provider":${JSON.stringify(provider)},"model_id":"<id>"}`, config);
  // A near name is suggested by the mistake itself.
  const isNear = mistakes.some(({ remedy }) => remedy?.startsWith('did you mean'));
  const add = lacks('provider') && !isNear ? [addProviderCommands(provider, configOption(config))] : [];
  const steps = [...add, ...(lacks('model_id') && !isNear ? [both] : [])];
  return steps.length === 0 ? undefined : steps.join('\n');
}
