/** Prepares and runs the client of a launch, whichever proxy it uses. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { choose, defaultChoice, type Choice } from '../../clients/choice.ts';
import { prepareClaude, prepareProgram, type ClaudeOptions, type Prepared } from '../../clients/claude.ts';
import { statusLineCommand } from '../../clients/status-line.ts';
import { runtimeDirOf } from '../../daemon/running.ts';
import { backgroundUse, type BackgroundUse } from '../../clients/background.ts';
import { hasOption } from '../../clients/client-options.ts';
import { keptSettingsFile, removeOldSettings } from '../../clients/kept-settings.ts';
import { quote } from '../../shell-word.ts';
import { printableLine } from '../../printable.ts';
import { findClaude, installCommand, runArguments } from '../../clients/find.ts';
import { readUserSettings, type UserSettings } from '../../clients/user-settings.ts';
import {
  describeStored,
  readStoredSettings,
  storedModel,
  type StoredSettings,
} from '../../clients/conflicts.ts';
import { configuredModels, toId } from '../../clients/tiers.ts';
import { openConsents } from '../../config/consents.ts';
import { findPlaces, makePrivateDirectory, writePrivateFile } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { warn } from '../../terminal/talk.ts';
import { sessionFolder } from '../../statusline/session-file.ts';
import { runChild } from '../../terminal/child.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { tierId, tiers } from '../../proxy/policy/tiers.ts';
import type { Output } from '../../terminal/output.ts';
import type { Located } from './locate-client.ts';
import { requireKey } from '../../host/host.ts';
import { projectHeader, toProjectHeader } from '../../proxy/project.ts';
import type { System } from '../../terminal/command-context.ts';
import { platformOf } from '../../platform.ts';

export interface PrepareOptions {
  args: LaunchArguments;
  system: System;
  /** The token that the client sends to the proxy. */
  token: string;
  choice?: Choice;
  /** The content of the user's own `--settings`. */
  userSettings: UserSettings | undefined;
  /** The folder in which its proxy keeps the status lines; that of this shell if absent. */
  sessions?: string | undefined;
}

/** Resolves `-m` with these settings. OccError for an unknown model, or one whose provider has no key. */
export function chooseModel(args: LaunchArguments, settings: Settings, trial: boolean): Choice {
  if (args.model === undefined) return defaultChoice;
  const choice = choose(args.model, settings);
  if (!trial) requireKey(settings, choice.entry?.provider, args.model);
  return choice;
}

/**
 * Checks the arguments before anything is fetched or started. OccError for an unknown model, for `--settings` that cannot be
 * read, and for a background session, which would outlive a proxy that ends with the launch. Resolves to the user's own
 * settings, which may come from a pipe that can be read only once.
 */
export async function checkArguments(
  args: LaunchArguments,
  settings: Settings,
  system: System,
): Promise<UserSettings | undefined> {
  chooseModel(args, settings, args.emulator || args.attach);
  if (args.client === 'exec') return undefined;
  const given = await readUserSettings(args.forClient, system.cwd);
  const use = backgroundUse(args.forClient);
  if (!args.attach && use !== 'none') throw outlivesProxy(args, use, system);
  return given;
}

function outlivesProxy({ forClient }: LaunchArguments, use: BackgroundUse, system: System): OccError {
  const words = forClient.map((word) => quote(word)).join(' ');
  if (use === 'command') {
    const found = findClaude(system.env, system.home);
    const client = found.kind === 'missing' ? `npx ${runArguments.join(' ')}` : 'claude';
    const name = printableLine(forClient[0] ?? '');
    return new OccError(
      'usage',
      `"claude ${name}" is about background sessions, which keep the proxy that they were started with`,
      { exitCode: exitCodes.usage, remedy: `run it without occ:\n${client} ${words}` },
    );
  }
  const what = use === 'view' ? 'sessions that "claude agents" starts' : 'a background session';
  return new OccError('usage', `${what} would outlive the proxy of this launch`, {
    exitCode: exitCodes.usage,
    remedy: `use a proxy that stays:\nocc start\nocc launch --attach ${words}`,
  });
}

/**
 * Whether sessions of this launch may outlive it. In an interactive one the user may type `/bg`. Before its first screens the
 * client needs the variables in its environment, so background sessions are off then.
 */
function mayOutlive({ attach, client, forClient }: LaunchArguments, { onboarded }: StoredSettings): boolean {
  if (!attach || client === 'exec') return false;
  return backgroundUse(forClient) !== 'none' || (onboarded && !hasOption(forClient, ['-p', '--print']));
}

/** The arguments and the environment of the client, from occ's settings and the client's own files. */
export function prepare(
  { args, system, token, choice, userSettings, sessions }: PrepareOptions,
  settings: Settings,
  url: string,
): Prepared {
  const stored = readStoredSettings(system);
  const runtimeDir = runtimeDirOf(system);
  const outlives = mayOutlive(args, stored);
  const isSet = stored.statusLine || !platformOf(system.platform).hasPosixShell;
  const noColor = args.noColor || Boolean(system.env['NO_COLOR']);
  const options: ClaudeOptions = {
    settings,
    url,
    token,
    env: system.env,
    args: args.forClient,
    autoMode: args.autoMode,
    keepEnv: args.keepEnv,
    ...(choice !== undefined && { choice }),
    ...(userSettings !== undefined && { userSettings }),
    ...(stored.mode !== undefined && { storedMode: stored.mode }),
    storedEnv: stored.env,
    ...(!isSet && { statusLine: statusLineCommand(sessions ?? sessionFolder(runtimeDir), noColor) }),
    outlives,
    // The proxy of occ start serves many clients, so each says in which folder it runs.
    ...(args.attach && { header: `${projectHeader}: ${toProjectHeader(system.cwd)}` }),
    privateFile: outlives
      ? (text) => keptSettingsFile(findPlaces({ env: system.env, home: system.home }).stateDir, text)
      : () => join(runtimeDir, `settings-${randomBytes(6).toString('hex')}.json`),
  };
  const prepared =
    args.client === 'exec'
      ? prepareProgram({ ...options, args: args.forClient.slice(1) })
      : prepareClaude(options);
  return args.client === 'exec' ? prepared : { ...prepared, notes: [...prepared.notes, ...stored.notes] };
}

/** Prints the command and its variables, with secrets masked. */
export async function printDryRun(
  options: PrepareOptions,
  settings: Settings,
  url: string,
  output: Output,
): Promise<number> {
  const { args, system } = options;
  const prepared = prepare(options, settings, url);
  const { renderDryRun, toDryRun } = await import('../../clients/shell.ts');
  const found = findClaude(system.env, system.home);
  const command =
    args.client === 'exec' ? (args.forClient[0] ?? '') : found.kind === 'missing' ? 'claude' : found.command;
  const plan = toDryRun(command, prepared);
  if (prepared.privateFile !== undefined) {
    plan.notes.push(
      `${prepared.privateFile.path} would hold the settings, because other users can read arguments.`,
    );
  }
  for (const note of plan.notes) await warn(output, note);
  if (output.json) output.printJson({ ...plan });
  else for (const line of renderDryRun(plan)) output.print(line);
  return exitCodes.ok;
}

/** Runs the client; resolves to its exit code. */
export async function runClient(client: Located, prepared: Prepared): Promise<number> {
  const { command, before } = client;
  const { privateFile } = prepared;
  if (privateFile !== undefined) {
    makePrivateDirectory(dirname(privateFile.path));
    if (privateFile.stays) removeOldSettings(dirname(privateFile.path));
    writePrivateFile(privateFile.path, privateFile.text);
  }
  const end = await runChild({ command, args: [...before, ...prepared.args], env: prepared.env });
  if (privateFile?.stays === false) rmSync(privateFile.path, { force: true });
  if (end.kind === 'ended') return end.code;
  if (end.kind === 'not_found') {
    throw new OccError('client_not_found', `${command} was not found`, {
      exitCode: exitCodes.clientNotFound,
      remedy:
        command === 'npx'
          ? installCommand
          : 'check its name and PATH, or give its path: occ launch exec -- /path/to/program',
    });
  }
  throw new OccError('client_not_executable', `${command} was found but cannot be run: ${end.reason}`, {
    exitCode: exitCodes.notExecutable,
    remedy: `try it without occ: ${command} --version; chmod +x makes a file executable`,
  });
}

/** Says once for each model that the client has stored it as its default, although only occ can serve it. */
export async function warnOfStoredModel(system: System, settings: Settings, output: Output): Promise<void> {
  const offered = new Set([...tiers.map(tierId), ...configuredModels(settings).map(toId)]);
  const stored = storedModel(system, offered);
  if (stored === undefined) return;
  const consents = await openConsents(findPlaces({ env: system.env, home: system.home }).stateDir);
  if (consents.recall('storedModelSaid') === stored.id) return;
  await warn(output, describeStored(stored));
  consents.remember('storedModelSaid', stored.id);
}
