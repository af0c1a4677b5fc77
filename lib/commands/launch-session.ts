/**
 * One launch from its arguments to its exit code. The order is the promise: whatever is wrong is said before anything
 * starts, the child starts before anything heavy is loaded, and nothing outlives it.
 */
import { randomBytes } from 'node:crypto';
import type { LaunchArguments } from '../clients/arguments.ts';
import { choose, honouring, providerOf, usualChoice, type Choice } from '../clients/choice.ts';
import { prepareClaude, prepareProgram, type ClaudeOptions, type Prepared } from '../clients/claude.ts';
import { byHand } from '../clients/find.ts';
import { readUserSettings } from '../clients/user-settings.ts';
import { readStored, storedModel } from '../clients/stored.ts';
import { configuredModels, toId } from '../clients/tiers.ts';
import { findPlaces } from '../config/paths.ts';
import type { Settings } from '../config/schema.ts';
import { loadSettings } from '../config/settings.ts';
import { runChild } from '../daemon/child.ts';
import { exitCodes, OccError } from '../errors.ts';
import { tierId, tiers } from '../proxy/policy/tiers.ts';
import type { Output } from '../terminal/output.ts';
import { locateClient, type Located } from './locate-client.ts';
import { openRoad, requireFormat, requireKey, type Road } from './road.ts';
import { renderLineup, renderSummary } from './launch-words.ts';
import type { World } from './world.ts';

/** Found but not runnable, as shells have it. */
const notRunnable = 126;

/** Resolves to the exit code: the child's own, or what kept it from running. */
export async function launch(asked: LaunchArguments, world: World, output: Output): Promise<number> {
  refuseWhatIsMissing(asked);
  const provider = providerOf(asked.model);
  const { settings } = await loadSettings({
    configFile: asked.config,
    env: world.env,
    ...(provider !== undefined && { use: [provider] }),
  });
  const trial = asked.emulator;
  if (!trial) {
    requireKey(settings, settings.models['default']?.provider, 'models.default');
    await requireFormat(settings);
  }
  const token = randomBytes(32).toString('base64url');
  const preparing = { asked, world, token };

  if (asked.dryRun) return dryRun(preparing, settings, output);

  const client = await locateClient(asked, world, output);
  const choice: { made: Choice } = { made: usualChoice };
  const road = await openRoad({
    settings,
    trial,
    host: '127.0.0.1',
    port: 0,
    token,
    stateDir: findPlaces({ env: world.env, home: world.home }).stateDir,
    adjust: (settings) => {
      choice.made = chooseModel(asked, settings, trial);
      return honouring(settings, choice.made);
    },
    listenFailure: exitCodes.cannotListen,
    onSilentLog: (reason) => output.warn(`occ: no log is written (${reason})`),
  });
  try {
    const prepared = prepare({ ...preparing, choice: choice.made }, road.settings, road.proxy.url);
    output.say(renderLineup(road.settings, choice.made, road.logPath, output.talkStyle));
    for (const note of [...prepared.notes, ...configNotes(settings, output)]) output.warn(`occ: ${note}`);
    return await run(client, prepared, output);
  } finally {
    await finish(road, asked, world, output);
  }
}

function refuseWhatIsMissing(asked: LaunchArguments): void {
  if (asked.attach) {
    throw new OccError('not_running', 'no proxy is running in the background that a launch could use', {
      exitCode: exitCodes.notRunning,
      remedy: 'without --attach, occ launch runs a proxy of its own',
    });
  }
  if (asked.client === 'exec' && asked.forClient.length === 0) {
    throw new OccError('usage', 'occ launch exec needs a program to run', {
      exitCode: exitCodes.usage,
      remedy: 'occ launch exec -- node agent.js',
    });
  }
}

interface Preparing {
  asked: LaunchArguments;
  world: World;
  token: string;
  choice?: Choice;
}

function chooseModel(asked: LaunchArguments, settings: Settings, trial: boolean): Choice {
  if (asked.model === undefined) return usualChoice;
  const choice = choose(asked.model, settings);
  if (!trial) requireKey(settings, choice.entry?.provider, asked.model);
  return choice;
}

function prepare({ asked, world, token, choice }: Preparing, settings: Settings, url: string): Prepared {
  const stored = readStored(world);
  const userSettings = readUserSettings(asked.forClient, world.cwd);
  const options: ClaudeOptions = {
    settings,
    url,
    token,
    env: world.env,
    args: asked.forClient,
    autoMode: asked.autoMode,
    keepEnv: asked.keepEnv,
    ...(choice !== undefined && { choice }),
    ...(userSettings !== undefined && { userSettings }),
    ...(stored.mode !== undefined && { storedMode: stored.mode }),
    ...(stored.noProxy !== undefined && { storedNoProxy: stored.noProxy }),
  };
  if (asked.client === 'exec') return prepareProgram({ ...options, args: asked.forClient.slice(1) });
  const prepared = prepareClaude(options);
  return { ...prepared, notes: [...prepared.notes, ...stored.notes] };
}

async function dryRun(preparing: Preparing, settings: Settings, output: Output): Promise<number> {
  const { asked, world } = preparing;
  const url = 'http://127.0.0.1:<port>';
  const { emulatorSettings } = await import('../emulator/settings.ts');
  // Nothing listens, so the emulator has no port either.
  const effective = asked.emulator ? emulatorSettings(settings, 'http://127.0.0.1:0') : settings;
  const choice = chooseModel(asked, effective, asked.emulator);
  const prepared = prepare({ ...preparing, choice }, honouring(effective, choice), url);
  const { renderDryRun, toDryRun } = await import('../clients/shell.ts');
  const { findClaude } = await import('../clients/find.ts');
  const found = findClaude(world.env, world.home);
  const command =
    asked.client === 'exec'
      ? (asked.forClient[0] ?? '')
      : found.kind === 'missing'
        ? 'claude'
        : found.command;
  const plan = toDryRun(command, prepared);
  for (const note of plan.notes) output.warn(`occ: ${note}`);
  if (output.json) output.answerJson({ ...plan });
  else for (const line of renderDryRun(plan)) output.answer(line);
  return exitCodes.ok;
}

/** One word about the file's oddities; all of them under --verbose. */
function configNotes({ warnings }: Settings, output: Output): string[] {
  if (output.verbose) return warnings.map(({ path, message }) => `${path}: ${message}`);
  return [];
}

async function run(client: Located, prepared: Prepared, output: Output): Promise<number> {
  const { command, before } = client;
  const end = await runChild({ command, args: [...before, ...prepared.args], env: prepared.env });
  if (end.kind === 'ended') return end.code;
  if (end.kind === 'not_found') {
    throw new OccError('client_not_found', `${command} was not found`, {
      exitCode: exitCodes.clientNotFound,
      ...(command === 'npx' && { remedy: byHand }),
    });
  }
  output.warn(`occ: ${command} was found but cannot be run: ${end.reason}`);
  return notRunnable;
}

async function finish(road: Road, asked: LaunchArguments, world: World, output: Output): Promise<void> {
  await road.close(0);
  // Only now is everything counted.
  if (output.terminal) output.say(renderSummary(road.proxy.stats(), output.talkStyle));
  if (asked.client === 'exec') return;
  const offered = new Set([...tiers.map(tierId), ...configuredModels(road.settings).map(toId)]);
  const sentence = storedModel(world, offered);
  if (sentence !== undefined) output.warn(`occ: ${sentence}`);
}
