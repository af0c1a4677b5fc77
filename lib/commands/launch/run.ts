/**
 * Runs one launch, from its arguments to its exit code. Errors are reported before anything starts, and the proxy ends
 * when the child has ended.
 */
import { randomBytes } from 'node:crypto';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { withChoice, providerOf, type Choice } from '../../clients/choice.ts';
import { notesOn } from '../../clients/unknown-model.ts';
import { findPlaces, possibleConfigFiles } from '../../config/paths.ts';
import { pipeNote } from '../../config/pipe-error.ts';
import { withTilde } from '../../tilde.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import {
  automaticChoice,
  checkArguments,
  chooseModel,
  clientOf,
  printDryRun,
  prepare,
  runClient,
  sayEndNotices,
} from './client.ts';
import { renderTiers, renderSummary } from './page.ts';
import { announcement } from './announce.ts';
import { isInteractive, outages, sayClosing, type Outages } from './outages.ts';
import { atLeast, budgetSentence } from '../../proxy/policy/budget.ts';
import { locateClient } from './locate-client.ts';
import { runtimeDirOf } from '../../daemon/running.ts';
import { sessionFolder } from '../../statusline/session-file.ts';
import { usesEmulator } from '../../host/emulator.ts';
import { openHost, requireKey, type Host } from '../../host/host.ts';
import { freshSettings } from '../../catalog/fresh-settings.ts';
import type { System } from '../../terminal/command-context.ts';
import { say, warn } from '../../terminal/talk.ts';

/** Resolves to the exit code of the child. OccError if it cannot be run. */
export async function launch(args: LaunchArguments, system: System, output: Output): Promise<number> {
  requireProgram(args);
  if (args.attach) {
    const { launchAttached } = await import('./attached.ts');
    return launchAttached(args, system, output);
  }
  const token = randomBytes(32).toString('base64url');
  const settings = await readySettings(args, system, token);
  const trial = args.emulator;
  const preview = await previewSettings(args, settings);
  const begun = await checkArguments(args, preview, system);
  const options = { args, system, token, begun };
  if (args.dryRun) {
    const choice = chooseModel(args, preview, trial);
    const chosen = withChoice(preview, choice);
    return printDryRun({ ...options, choice }, chosen, 'http://127.0.0.1:<port>', output);
  }

  const client = await locateClient(args, system, output, settings.keyVariables);
  let choice: Choice | undefined;
  const announced = announcement(args, system);
  const failed = outages(args, system, (sentence) => void warn(output, sentence));
  const untraced: string[] = [];
  const host = await openHost({
    settings,
    trial,
    host: '127.0.0.1',
    port: 0,
    token,
    stateDir: findPlaces({ env: system.env, home: system.home }).stateDir,
    adjust: (settings) => withChoice(settings, (choice = chooseAgain(choice, args, settings))),
    reloadSource: {
      load: (signal) => readySettings(args, system, token, signal),
      files: possibleConfigFiles({ env: system.env, home: system.home, configFile: args.config }),
      since: performance.timeOrigin,
      // The terminal belongs to the client. `finish` reports an invalid configuration.
      report: () => {},
    },
    control: announced.control,
    sessionFolder: sessionFolder(runtimeDirOf(system)),
    onEnded: (record) => failed.ended(record),
    onWaiting: (waiting) => failed.waiting(waiting),
    listenFailure: exitCodes.cannotListen,
    onLogFailure: (reason) => output.warn(`occ: no log is written (${reason})`),
    project: system.cwd,
    env: system.env,
    // The screen of an interactive client would be broken by it. It is printed before the client starts, or after its end.
    onTraceWarning(sentence) {
      if (isInteractive(args, system)) untraced.push(sentence);
      else void warn(output, sentence);
    },
    cacheDir: findPlaces({ env: system.env, home: system.home }).cacheDir,
    // The screen of an interactive client shows it in its status line.
    onBudget(budget) {
      if (!isInteractive(args, system)) void warn(output, budgetSentence(budget));
    },
  });
  announced.publish(host);
  try {
    const current = { choice: choice ?? automaticChoice(args), settings: host.settings.current() };
    const prepared = prepare({ ...options, choice: current.choice }, current.settings, host.proxy.url);
    const log = withTilde(host.logPath, system.home);
    const first = renderTiers(clientOf(args), current.settings, current.choice, log, output.stderrStyle);
    await say(output, first);
    const doubts = trial ? [] : notesOn(current.choice.entry, current.settings);
    for (const note of [
      ...doubts,
      ...prepared.notes,
      ...configNotes(settings, output),
      ...untraced.splice(0),
    ])
      await warn(output, note);
    return await runClient(client, prepared, runtimeDirOf(system));
  } finally {
    announced.withdraw();
    await finish(host, failed, args, system, output);
    for (const sentence of untraced) await warn(output, sentence);
    await sayEndNotices(begun, system, host.settings.current(), output);
  }
}

/** Loads the settings, and throws if the default model cannot be used. */
async function readySettings(
  args: LaunchArguments,
  system: System,
  token: string,
  signal?: AbortSignal,
): Promise<Settings> {
  const provider = providerOf(args.model);
  const { settings } = await loadSettings({
    configFile: args.config,
    env: system.env,
    // Replaces the configured auth_token, which may refer to a missing variable.
    flags: { authToken: token },
    signal,
    ...(provider !== undefined && { use: [provider] }),
  });
  if (!args.emulator) requireKey(settings, settings.models['default']?.provider, 'models.default');
  return freshSettings(settings, system);
}

/**
 * Resolves `-m` again after a reload. The client keeps requesting the id it was started with, so a model that has the
 * name now but another id does not replace the choice.
 */
function chooseAgain(previous: Choice | undefined, args: LaunchArguments, settings: Settings): Choice {
  if (previous === undefined) return chooseModel(args, settings, args.emulator);
  try {
    const now = chooseModel(args, settings, args.emulator);
    return now.id === previous.id ? now : previous;
  } catch (error) {
    if (error instanceof OccError) return previous;
    throw error;
  }
}

function requireProgram(args: LaunchArguments): void {
  if (args.client === 'exec' && args.forClient.length === 0) {
    throw new OccError('usage', 'occ launch exec needs a program to run', {
      exitCode: exitCodes.usage,
      remedy: 'occ launch exec -- node agent.js',
    });
  }
}

/** The settings of the launch before its proxy listens. */
async function previewSettings({ emulator }: LaunchArguments, settings: Settings): Promise<Settings> {
  if (!emulator && !usesEmulator(settings)) return settings;
  const { emulatorSettings, withEmulator } = await import('../../emulator/settings.ts');
  // The emulator does not listen yet, so there is no port.
  return (emulator ? emulatorSettings : withEmulator)(settings, 'http://127.0.0.1:0');
}

/** What to know of the configuration; with --verbose, the warnings about it, too. */
function configNotes({ warnings, file }: Settings, output: Output): string[] {
  const note = pipeNote(file);
  return [
    ...(note === undefined ? [] : [note]),
    ...(output.verbose ? warnings.map(({ path, message }) => `${path}: ${message}`) : []),
  ];
}

async function finish(
  host: Host,
  failed: Outages,
  args: LaunchArguments,
  system: System,
  output: Output,
): Promise<void> {
  await host.close(0);
  const unrecorded = host.ledger.failure();
  if (unrecorded !== undefined)
    output.warn(`occ: occ usage misses requests of this launch (${unrecorded.reason})`);
  const [budget] = isInteractive(args, system) ? atLeast(host.budgets(), 'warn') : [];
  if (budget !== undefined) output.warn(`occ: ${budgetSentence(budget)}`);
  const error = host.settings.error();
  if (error) output.warn(`occ: the configuration was changed, but not used: ${error.message}`);
  // Everything is counted only after the host has closed.
  if (output.terminal) {
    await say(output, renderSummary(host.proxy.stats(), output.stderrStyle));
    await sayClosing(failed, output);
  }
}
