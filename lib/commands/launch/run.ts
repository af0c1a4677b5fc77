/**
 * One launch from its arguments to its exit code. The order is the promise: whatever is wrong is said before anything
 * starts, the child starts before anything heavy is loaded, and nothing outlives it.
 */
import { randomBytes } from 'node:crypto';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { withChoice, providerOf, defaultChoice, type Choice } from '../../clients/choice.ts';
import { findPlaces, possibleConfigFiles } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { chooseModel, dryRun, prepare, runClient, warnOfStoredModel, type Preparing } from './client.ts';
import { renderTiers, renderSummary } from './page.ts';
import { locateClient } from './locate-client.ts';
import { openHost, requireKey, type Host } from '../../host/host.ts';
import { freshSettings } from '../../catalog/fresh-settings.ts';
import type { System } from '../../terminal/command-context.ts';

/** Resolves to the exit code: the child's own, or what kept it from running. */
export async function launch(asked: LaunchArguments, system: System, output: Output): Promise<number> {
  refuseWhatIsMissing(asked);
  if (asked.attach) {
    const { launchAttached } = await import('./attached.ts');
    return launchAttached(asked, system, output);
  }
  const token = randomBytes(32).toString('base64url');
  const settings = await readySettings(asked, system, token);
  const trial = asked.emulator;
  const preparing = { asked, system, token };
  if (asked.dryRun) return pretend(preparing, settings, output);

  const client = await locateClient(asked, system, output, settings.keyVariables);
  let choice: Choice | undefined;
  const host = await openHost({
    settings,
    trial,
    host: '127.0.0.1',
    port: 0,
    token,
    stateDir: findPlaces({ env: system.env, home: system.home }).stateDir,
    adjust: (settings) => withChoice(settings, (choice = chooseAgain(choice, asked, settings))),
    reloadSource: {
      load: (signal) => readySettings(asked, system, token, signal),
      files: possibleConfigFiles({ env: system.env, home: system.home, configFile: asked.config }),
      since: performance.timeOrigin,
      // The terminal belongs to the client; the last line says it.
      report: () => {},
    },
    listenFailure: exitCodes.cannotListen,
    onLogFailure: (reason) => output.warn(`occ: no log is written (${reason})`),
  });
  try {
    const { made, inForce } = { made: choice ?? defaultChoice, inForce: host.settings.current() };
    const prepared = prepare({ ...preparing, choice: made }, inForce, host.proxy.url);
    output.info(renderTiers(inForce, made, host.logPath, output.stderrStyle));
    for (const note of [...prepared.notes, ...configNotes(settings, output)]) output.warn(`occ: ${note}`);
    return await runClient(client, prepared, output);
  } finally {
    await finish(host, asked, system, output);
  }
}

/** Throws what keeps a launch from being answered. */
async function readySettings(
  asked: LaunchArguments,
  system: System,
  token: string,
  signal?: AbortSignal,
): Promise<Settings> {
  const provider = providerOf(asked.model);
  const { settings } = await loadSettings({
    configFile: asked.config,
    env: system.env,
    // Its own token stands in the place of a configured one, which need not be there.
    flags: { authToken: token },
    signal,
    ...(provider !== undefined && { use: [provider] }),
  });
  if (!asked.emulator) requireKey(settings, settings.models['default']?.provider, 'models.default');
  return freshSettings(settings, system);
}

/**
 * What `-m` means under settings that have changed. The client goes on asking for the id it was started with, so what
 * else goes by that name now is not what it asks for.
 */
function chooseAgain(made: Choice | undefined, asked: LaunchArguments, settings: Settings): Choice {
  if (made === undefined) return chooseModel(asked, settings, asked.emulator);
  try {
    const now = chooseModel(asked, settings, asked.emulator);
    return now.id === made.id ? now : made;
  } catch (error) {
    if (error instanceof OccError) return made;
    throw error;
  }
}

function refuseWhatIsMissing(asked: LaunchArguments): void {
  if (asked.client === 'exec' && asked.forClient.length === 0) {
    throw new OccError('usage', 'occ launch exec needs a program to run', {
      exitCode: exitCodes.usage,
      remedy: 'occ launch exec -- node agent.js',
    });
  }
}

async function pretend(preparing: Preparing, settings: Settings, output: Output): Promise<number> {
  const { asked } = preparing;
  const { emulatorSettings } = await import('../../emulator/settings.ts');
  // Nothing listens, so neither the emulator nor the proxy has a port.
  const effective = asked.emulator ? emulatorSettings(settings, 'http://127.0.0.1:0') : settings;
  const choice = chooseModel(asked, effective, asked.emulator);
  return dryRun({ ...preparing, choice }, withChoice(effective, choice), 'http://127.0.0.1:<port>', output);
}

/** The file's oddities, under --verbose. */
function configNotes({ warnings }: Settings, output: Output): string[] {
  if (output.verbose) return warnings.map(({ path, message }) => `${path}: ${message}`);
  return [];
}

async function finish(host: Host, asked: LaunchArguments, system: System, output: Output): Promise<void> {
  await host.close(0);
  const fault = host.settings.fault();
  if (fault) output.warn(`occ: the configuration was changed, and not used: ${fault.message}`);
  // Only now is everything counted.
  if (output.terminal) output.info(renderSummary(host.proxy.stats(), output.stderrStyle));
  if (asked.client !== 'exec') warnOfStoredModel(system, host.settings.current(), output);
}
