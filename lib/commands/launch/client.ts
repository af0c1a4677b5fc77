/** Prepares and runs the client of a launch, whichever proxy it uses. */
import type { LaunchArguments } from '../../clients/arguments.ts';
import { choose, defaultChoice, type Choice } from '../../clients/choice.ts';
import { prepareClaude, prepareProgram, type ClaudeOptions, type Prepared } from '../../clients/claude.ts';
import { installCommand } from '../../clients/find.ts';
import { readUserSettings } from '../../clients/user-settings.ts';
import { readStoredSettings, storedModelNotice } from '../../clients/conflicts.ts';
import { configuredModels, toId } from '../../clients/tiers.ts';
import type { Settings } from '../../config/settings.ts';
import { runChild } from '../../terminal/child.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { tierId, tiers } from '../../proxy/policy/tiers.ts';
import type { Output } from '../../terminal/output.ts';
import type { Located } from './locate-client.ts';
import { requireKey } from '../../host/host.ts';
import type { System } from '../../terminal/command-context.ts';

/** The exit code of shells for a command that was found but is not executable. */
const notRunnable = 126;

export interface PrepareOptions {
  args: LaunchArguments;
  system: System;
  /** The token that the client sends to the proxy. */
  token: string;
  choice?: Choice;
}

/** Resolves `-m` with these settings. OccError for an unknown model, or one whose provider has no key. */
export function chooseModel(args: LaunchArguments, settings: Settings, trial: boolean): Choice {
  if (args.model === undefined) return defaultChoice;
  const choice = choose(args.model, settings);
  if (!trial) requireKey(settings, choice.entry?.provider, args.model);
  return choice;
}

/** The arguments and the environment of the client, from occ's settings and the client's own files. */
export function prepare(
  { args, system, token, choice }: PrepareOptions,
  settings: Settings,
  url: string,
): Prepared {
  const stored = readStoredSettings(system);
  const userSettings = readUserSettings(args.forClient, system.cwd);
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
    ...(stored.noProxy !== undefined && { storedNoProxy: stored.noProxy }),
  };
  if (args.client === 'exec') return prepareProgram({ ...options, args: args.forClient.slice(1) });
  const prepared = prepareClaude(options);
  return { ...prepared, notes: [...prepared.notes, ...stored.notes] };
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
  const { findClaude } = await import('../../clients/find.ts');
  const found = findClaude(system.env, system.home);
  const command =
    args.client === 'exec' ? (args.forClient[0] ?? '') : found.kind === 'missing' ? 'claude' : found.command;
  const plan = toDryRun(command, prepared);
  for (const note of plan.notes) output.warn(`occ: ${note}`);
  if (output.json) output.printJson({ ...plan });
  else for (const line of renderDryRun(plan)) output.print(line);
  return exitCodes.ok;
}

/** Runs the client; resolves to its exit code. */
export async function runClient(client: Located, prepared: Prepared, output: Output): Promise<number> {
  const { command, before } = client;
  const end = await runChild({ command, args: [...before, ...prepared.args], env: prepared.env });
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
  output.warn(`occ: ${command} was found but cannot be run: ${end.reason}`);
  return notRunnable;
}

/** Warns if the client has stored a default model that only occ can serve. */
export function warnOfStoredModel(system: System, settings: Settings, output: Output): void {
  const offered = new Set([...tiers.map(tierId), ...configuredModels(settings).map(toId)]);
  const notice = storedModelNotice(system, offered);
  if (notice !== undefined) output.warn(`occ: ${notice}`);
}
