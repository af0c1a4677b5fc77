/** `occ config unset`: removes one key from the file and keeps the comments. */
import { existsSync } from 'node:fs';
import { withoutValue } from '../../config/edit/amend.ts';
import { builtInAt, describeBuiltIn, withBuiltIn, type WithBuiltIn } from '../../config/edit/built-in.ts';
import { changeConfig } from '../../config/edit/change.ts';
import { firstConfig } from '../../config/edit/first.ts';
import { renderPath, type Segment } from '../../config/file/json-path.ts';
import { findKnown, findSegments } from '../../config/file/known.ts';
import { at } from '../../config/file/layers.ts';
import { findPlaces } from '../../config/paths.ts';
import { parseConfig } from '../../config/file/read.ts';
import type { Problem } from '../../config/settings.ts';
import { findChangeable } from '../../config/edit/target.ts';
import { exitCodes } from '../../errors.ts';
import { isObject, type Json } from '../../json.ts';
import { say } from '../../terminal/talk.ts';
import { printWarnings, requireKnown, toTarget, type ConfigCall } from './call.ts';
import { modelCommand, unsetCommand } from './commands.ts';
import { entryAt, naming, servedWarnings } from './served.ts';

/**
 * Unknown keys in the file can be removed as well. Rejects with an OccError (exit code 2) if the file has none of that name.
 */
export async function unset(call: ConfigCall): Promise<number> {
  const { words, output, system } = call;
  const typed = words[0] ?? '';
  const known = findKnown(typed);
  if (known.kind === 'no path') requireKnown(typed);
  const segments = known.kind === 'known' ? known.segments : undefined;
  const file = findChangeable(toTarget(call));
  let builtIn: WithBuiltIn['written'] = [];
  const change = await changeConfig({
    file,
    configDir: findPlaces(system).configDir,
    env: system.env,
    home: system.home,
    change(text) {
      const exists = existsSync(file);
      const tree = exists ? parseConfig(text, file) : {};
      const own = exists ? withoutKey(text, tree, typed, segments) : undefined;
      if (own !== undefined || segments === undefined || !isRemovable(segments, tree)) return own;
      const { text: whole, written } = withBuiltIn(text, tree, segments);
      builtIn = written;
      return withoutValue(exists ? whole : firstConfig(), segments);
    },
    remedyFor: (mistakes) => segments && remedyForModel(call, segments, mistakes),
  });
  const written = change.kind === 'written';
  if (!written) requireKnown(typed);
  const path = segments === undefined ? typed : renderPath(segments);
  const warnings = written && segments !== undefined ? await servedWarnings(call, file, segments) : [];
  if (output.json) {
    output.printJson({
      path,
      file,
      changed: written,
      created: written && change.created,
      backup: (written && change.backup) || null,
      built_in_written: builtIn,
      warnings,
    });
  }
  await printWarnings(output, warnings);
  await say(output, `${path} is ${written ? 'removed from' : 'not set in'} ${file}`);
  const withIt = written ? describeBuiltIn(builtIn, path, change.created) : undefined;
  if (withIt !== undefined) await say(output, withIt);
  return exitCodes.ok;
}

/** As the user spells the key, else as occ does. */
function withoutKey(
  text: string,
  tree: Json,
  typed: string,
  segments: readonly Segment[] | undefined,
): string | undefined {
  const given = findSegments(tree, typed);
  const removed = given && withoutValue(text, given);
  return removed ?? (segments && withoutValue(text, segments));
}

/** A built-in model or fallback that the file can leave out; a missing `default` is always filled in. */
function isRemovable(segments: readonly Segment[], tree: Json): boolean {
  const [table = '', name] = segments;
  const isDefault = table === 'models' && name === 'default';
  const isField = table === 'models' ? segments.length > 2 : segments.length > 3;
  const inForce = at(tree, [table]) === undefined && !isObject(at(tree, ['models']));
  return segments.length > 1 && !isDefault && !isField && inForce && builtInAt(segments) !== undefined;
}

/** An entry needs its id, and its provider. */
function remedyForModel(
  { options: { config } }: ConfigCall,
  segments: readonly Segment[],
  mistakes: readonly Problem[],
): string | undefined {
  const entry = entryAt(segments);
  if (entry === undefined || !naming.has(segments.at(-1))) return undefined;
  if (!mistakes.some(({ path }) => path.startsWith(renderPath(entry)))) return undefined;
  const builtIn = builtInAt(entry);
  const { provider, model_id } = isObject(builtIn) ? builtIn : {};
  const restored =
    typeof provider === 'string' && typeof model_id === 'string'
      ? [`${modelCommand(entry, { provider, model_id }, config)}   sets the built-in model again`]
      : [];
  return [...restored, `${unsetCommand(entry, config)}   removes the whole entry`].join('\n');
}
