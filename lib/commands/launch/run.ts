/**
 * One launch from its arguments to its exit code. The order is the promise: whatever is wrong is said before anything
 * starts, the child starts before anything heavy is loaded, and nothing outlives it.
 */
import { randomBytes } from 'node:crypto';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { honouring, providerOf, usualChoice, type Choice } from '../../clients/choice.ts';
import { findPlaces, possibleConfigFiles } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { chooseModel, dryRun, prepare, runClient, warnOfStoredModel, type Preparing } from './client.ts';
import { renderLineup, renderSummary } from './page.ts';
import { locateClient } from './locate-client.ts';
import { openHost, requireKey, type Host } from '../../host/host.ts';
import { freshSettings } from '../../catalog/fresh-settings.ts';
import type { World } from '../../terminal/world.ts';

/** Resolves to the exit code: the child's own, or what kept it from running. */
export async function launch(asked: LaunchArguments, world: World, output: Output): Promise<number> {
  refuseWhatIsMissing(asked);
  if (asked.attach) {
    const { launchAttached } = await import('./attached.ts');
    return launchAttached(asked, world, output);
  }
  const token = randomBytes(32).toString('base64url');
  const settings = await readySettings(asked, world, token);
  const trial = asked.emulator;
  const preparing = { asked, world, token };
  if (asked.dryRun) return pretend(preparing, settings, output);

  const client = await locateClient(asked, world, output, settings.keyVariables);
  let choice: Choice | undefined;
  const host = await openHost({
    settings,
    trial,
    host: '127.0.0.1',
    port: 0,
    token,
    stateDir: findPlaces({ env: world.env, home: world.home }).stateDir,
    adjust: (settings) => honouring(settings, (choice = chooseAgain(choice, asked, settings))),
    renewal: {
      load: (signal) => readySettings(asked, world, token, signal),
      files: possibleConfigFiles({ env: world.env, home: world.home, configFile: asked.config }),
      since: performance.timeOrigin,
      // The terminal belongs to the client; the last line says it.
      say: () => {},
    },
    listenFailure: exitCodes.cannotListen,
    onSilentLog: (reason) => output.warn(`occ: no log is written (${reason})`),
  });
  try {
    const { made, inForce } = { made: choice ?? usualChoice, inForce: host.settings.current() };
    const prepared = prepare({ ...preparing, choice: made }, inForce, host.proxy.url);
    output.say(renderLineup(inForce, made, host.logPath, output.talkStyle));
    for (const note of [...prepared.notes, ...configNotes(settings, output)]) output.warn(`occ: ${note}`);
    return await runClient(client, prepared, output);
  } finally {
    await finish(host, asked, world, output);
  }
}

/** Throws what keeps a launch from being answered. */
async function readySettings(
  asked: LaunchArguments,
  world: World,
  token: string,
  signal?: AbortSignal,
): Promise<Settings> {
  const provider = providerOf(asked.model);
  const { settings } = await loadSettings({
    configFile: asked.config,
    env: world.env,
    // Its own token stands in the place of a configured one, which need not be there.
    flags: { authToken: token },
    signal,
    ...(provider !== undefined && { use: [provider] }),
  });
  if (!asked.emulator) requireKey(settings, settings.models['default']?.provider, 'models.default');
  return freshSettings(settings, world);
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
  return dryRun({ ...preparing, choice }, honouring(effective, choice), 'http://127.0.0.1:<port>', output);
}

/** The file's oddities, under --verbose. */
function configNotes({ warnings }: Settings, output: Output): string[] {
  if (output.verbose) return warnings.map(({ path, message }) => `${path}: ${message}`);
  return [];
}

async function finish(host: Host, asked: LaunchArguments, world: World, output: Output): Promise<void> {
  await host.close(0);
  const fault = host.settings.fault();
  if (fault) output.warn(`occ: the configuration was changed, and not used: ${fault.message}`);
  // Only now is everything counted.
  if (output.terminal) output.say(renderSummary(host.proxy.stats(), output.talkStyle));
  if (asked.client !== 'exec') warnOfStoredModel(world, host.settings.current(), output);
}
