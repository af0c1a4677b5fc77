/** `occ config set`: sets one value in the file and keeps the rest of its text. */
import { existsSync } from 'node:fs';
import { builtInAt, describeBuiltIn, withBuiltIn, type WithBuiltIn } from '../../config/edit/built-in.ts';
import { changeConfig, type Change } from '../../config/edit/change.ts';
import { firstConfig } from '../../config/edit/first.ts';
import { valueCautions } from '../../config/file/cautions.ts';
import { parsePath, renderPath, type Segment } from '../../config/file/json-path.ts';
import { variableOf } from '../../config/file/layers.ts';
import { findPlaces } from '../../config/paths.ts';
import { parseConfig } from '../../config/file/read.ts';
import { findChangeable } from '../../config/edit/target.ts';
import type { Problem } from '../../config/settings.ts';
import { entryAt, servedWarnings } from './served.ts';
import { exitCodes } from '../../errors.ts';
import { say, warn } from '../../terminal/talk.ts';
import { printWarnings, requireKnown, toTarget, type ConfigCall } from './call.ts';
import { forFile } from '../../config/config-error.ts';
import { nextSteps, remedyForProvider } from './set-advice.ts';
import { becameOf, holdsSecret, put, toValue } from './set-value.ts';
import { readTyped } from './typed.ts';

/**
 * Resolves to the exit code. OccErrors: an unknown key (exit 2), a wrong value, a file that is invalid or cannot be written.
 */
export async function set(call: ConfigCall): Promise<number> {
  const { words, output, system } = call;
  const known = requireKnown(words[0] ?? '');
  const path = renderPath(known.segments);
  const file = findChangeable(toTarget(call));
  const typed = await readTyped(call, path);
  const value = toValue(typed.text, path, known.kind === 'known' ? known.schema : undefined);
  if (typed.visible && holdsSecret(value, known.segments)) {
    await warn(
      output,
      'the value is now in the history of your shell, and was visible to other users while occ ran',
    );
    output.warn(`  next time: occ config set ${path} --stdin`);
  }
  const { segments } = known;
  const needsBuiltIn = segments.length > 1 && builtInAt(segments.slice(0, 1)) !== undefined;
  const first = needsBuiltIn && !existsSync(file) ? firstConfig() : undefined;
  let builtIn: WithBuiltIn['written'] = [];
  const change = await changeConfig({
    file,
    configDir: findPlaces(system).configDir,
    env: system.env,
    home: system.home,
    change(read) {
      const { text, written } = withBuiltIn(
        read,
        read.trim() === '' ? {} : parseConfig(read, file),
        segments,
      );
      builtIn = written;
      return put(first ?? text, file, segments, value);
    },
    remedyFor: (mistakes) => remedyForProvider(call, segments, value, mistakes),
  });
  const written = change.kind === 'written';
  const served = written ? await servedWarnings(call, file, segments) : [];
  const next = nextSteps(call, segments);
  await answer(call, {
    segments,
    file,
    change,
    served,
    next,
    builtIn,
    became: becameOf(typed.text, value, known),
  });
  return exitCodes.ok;
}

interface Answer {
  segments: readonly Segment[];
  file: string;
  change: Change;
  /** About the models that it names. */
  served: readonly Problem[];
  /** Commands. */
  next: readonly string[];
  /** The tables that the file did not have and got with the change. */
  builtIn: WithBuiltIn['written'];
  /** See `becameOf`. */
  became: string | undefined;
}

async function answer(
  { output, options }: ConfigCall,
  { segments, file, change, served, next, builtIn, became }: Answer,
): Promise<void> {
  const path = renderPath(segments);
  const written = change.kind === 'written';
  const found = written
    ? [...change.warnings, ...(change.effective ? valueCautions(change.effective) : [])]
    : [];
  const warnings = forFile(
    [...found.filter((problem) => concerns(problem, segments)), ...served],
    options.config,
  );
  const overriddenBy = written ? variableOf(change.effective?.merged.origins[path]) : undefined;
  if (output.json) {
    output.printJson({
      path,
      file,
      changed: written,
      created: written && change.created,
      backup: (written && change.backup) || null,
      outvoted_by: overriddenBy ?? null,
      built_in_written: builtIn,
      warnings,
      next,
    });
  }
  await printWarnings(output, warnings);
  if (overriddenBy !== undefined)
    await warn(output, `the variable ${overriddenBy} is set and takes precedence over the file`);
  await say(
    output,
    written
      ? `${path} is set${became === undefined ? '' : ` to ${became}`} in ${file}${change.created ? ', which is new' : ''}`
      : `${path} already has this value; nothing was written`,
  );
  const withIt = written ? describeBuiltIn(builtIn, path, change.created) : undefined;
  if (withIt !== undefined) await say(output, withIt);
  if (next.length > 0) output.info(`occ: next: ${next.join('\n           ')}`);
}

/** Whether the problem is about what was changed: at it, below it, or about the entry that it is a field of. */
function concerns({ path }: Problem, changed: readonly Segment[]): boolean {
  const place = parsePath(path) ?? [];
  const entry = entryAt(changed);
  const within = (outer: readonly Segment[]): boolean =>
    outer.every((segment, index) => String(segment) === String(place[index]));
  return within(changed) || (entry !== undefined && place.length === entry.length && within(entry));
}
