/** Runs `occ use`: finds the model, changes the file, and says when the change applies. */
import { existsSync } from 'node:fs';
import { readListCache } from '../../catalog/list-cache.ts';
import { modelCautions, type ModelCaution } from '../../catalog/model-cautions.ts';
import { describeBuiltIn, type WithBuiltIn } from '../../config/edit/built-in.ts';
import { changeConfig, type Change } from '../../config/edit/change.ts';
import { firstConfig } from '../../config/edit/first.ts';
import { findChangeable } from '../../config/edit/target.ts';
import { parseConfig } from '../../config/file/read.ts';
import { loadSettings } from '../../config/load.ts';
import { findPlaces } from '../../config/paths.ts';
import type { Problem, Settings } from '../../config/settings.ts';
import { askProxy, findProxy } from '../../daemon/running.ts';
import { exitCodes } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import { say, warn } from '../../terminal/talk.ts';
import { withTilde } from '../../tilde.ts';
import { printWarnings } from '../config/call.ts';
import { leavingWarning } from '../config/served.ts';
import { withFallback, withModel } from './entry.ts';
import { toName, toRef, toScenario, type Ref } from './resolve.ts';

export interface UseOptions extends GlobalOptions {
  tier?: string;
  fallback?: boolean;
  config?: string;
}

export async function runUse(
  model: string,
  options: UseOptions,
  system: System,
  output: Output,
): Promise<number> {
  const { env, home, cwd } = system;
  const file = findChangeable({ env, home, cwd, configFile: options.config });
  // As `occ config init` writes it without options.
  const first = existsSync(file) ? undefined : firstConfig();
  const source = { env, home, configFile: file, ...(first !== undefined && { text: first }) };
  const { settings } = await loadSettings({ ...source, runCommands: false });
  const lists = readListCache(findPlaces(system).cacheDir);
  const scenario = toScenario(options.tier, settings);
  const current = settings.models[scenario] ?? settings.models['default'];
  const ref = toRef(model, settings, lists, current, options);
  const table = options.fallback === true ? 'fallbacks' : 'models';
  const before = table === 'fallbacks' ? (settings.fallbacks[scenario] ?? []) : [current ?? []].flat();
  let dropped: readonly string[] = [];
  let builtIn: WithBuiltIn['written'] = [];
  const change = await changeConfig({
    file,
    configDir: findPlaces(system).configDir,
    env,
    home,
    change(read) {
      const text = first ?? read;
      const tree = parseConfig(text, file);
      const changed =
        table === 'fallbacks'
          ? withFallback(text, tree, scenario, ref, before)
          : withModel(text, tree, scenario, ref);
      dropped = changed.dropped;
      builtIn = first === undefined ? changed.written : ['models', 'fallbacks'];
      return changed.text;
    },
  });
  await report({
    path: `${table}.${scenario}`,
    file,
    ref,
    before: before.length === 0 ? null : before.map(toName).join(', '),
    after: [...new Set([...(table === 'fallbacks' ? before : []), ref].map(toName))].join(', '),
    change,
    dropped,
    builtIn,
    effect: change.kind === 'written' ? await effectOf(system, file, settings) : 'none',
    cautions: modelCautions(settings, lists, ref),
    // A fallback that leaves this machine is what was asked for.
    leaving: table === 'fallbacks' ? [] : leavingWarning(settings, scenario, ref, options.config),
    missingKey:
      settings.providers[ref.provider]?.keyCommandNotRun === true
        ? undefined
        : keyRemedyOf(settings, ref.provider),
    home,
    output,
  });
  return exitCodes.ok;
}

function keyRemedyOf({ providers }: Settings, name: string): string | undefined {
  const provider = providers[name];
  return provider?.missingKey === undefined
    ? undefined
    : (provider.keyRemedy ?? 'occ config set api_key --stdin');
}

/**
 * `next_request`: what runs with this file reads it again. `restart`: the proxy of `occ start` does not. `next_start`:
 * nothing that runs reads it.
 */
type Effect = 'none' | 'next_request' | 'restart' | 'next_start';

async function effectOf(system: System, file: string, { hotReload }: Settings): Promise<Effect> {
  if (hotReload) return 'next_request';
  const found = await findProxy(system);
  if (found?.state !== 'running') return 'next_start';
  const status = await askProxy(found.record, '/occ/status');
  return status?.['config'] === file ? 'restart' : 'next_start';
}

interface Report {
  path: string;
  file: string;
  ref: Ref;
  /** The model, or the fallbacks with commas between them; null if there was none. */
  before: string | null;
  after: string;
  change: Change;
  dropped: readonly string[];
  /** The tables that the file did not have and got with the change. */
  builtIn: WithBuiltIn['written'];
  effect: Effect;
  cautions: readonly ModelCaution[];
  /** That requests may leave this machine. */
  leaving: readonly Problem[];
  /** What to do about the missing key of its provider; undefined if it has one. */
  missingKey: string | undefined;
  home: string;
  output: Output;
}

async function report({
  path,
  file,
  ref,
  before,
  after,
  change,
  dropped,
  builtIn,
  effect,
  cautions,
  leaving,
  missingKey,
  home,
  output,
}: Report): Promise<void> {
  const written = change.kind === 'written';
  if (output.json) {
    output.printJson({
      path,
      file,
      before,
      after,
      changed: written,
      created: written && change.created,
      backup: (written && change.backup) || null,
      dropped,
      built_in_written: builtIn,
      effect,
      cautions: cautions.map(({ kind, message }) => ({ kind, message })),
      warnings: leaving,
    });
  } else output.print(written ? `${path}: ${before ?? 'none'} → ${after}` : `${path} is ${after} already`);
  for (const { message } of cautions) await warn(output, message);
  await printWarnings(output, leaving);
  if (dropped.length > 0)
    await warn(
      output,
      `${dropped.join(', ')} described the model before and ${dropped.length === 1 ? 'is' : 'are'} removed`,
    );
  if (missingKey !== undefined)
    output.warn(`occ: ${ref.provider} has no key yet\n  ${missingKey.replaceAll('\n', '\n  ')}`);
  if (written)
    await say(
      output,
      `${change.created ? 'written' : 'changed'} ${withTilde(file, home)}; ${effects[effect]}`,
    );
  const withIt = written ? describeBuiltIn(builtIn, path, change.created) : undefined;
  if (withIt !== undefined) await say(output, withIt);
}

const effects: Readonly<Record<Effect, string>> = {
  none: '',
  next_request: 'what runs with this file uses it from the next request on',
  restart: 'hot_reload is off, so the running proxy needs occ restart',
  next_start: 'hot_reload is off, so it applies from the next start on',
};
