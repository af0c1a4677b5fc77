/** The client of a launch, whichever proxy it uses: what it is given, how it runs, and what it leaves to say. */
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

/** Found but not runnable, as shells have it. */
const notRunnable = 126;

export interface Preparing {
  asked: LaunchArguments;
  system: System;
  /** What the client presents to the proxy. */
  token: string;
  choice?: Choice;
}

/** What `-m` means under these settings. OccError for a model nobody knows, or whose provider has no key. */
export function chooseModel(asked: LaunchArguments, settings: Settings, trial: boolean): Choice {
  if (asked.model === undefined) return defaultChoice;
  const choice = choose(asked.model, settings);
  if (!trial) requireKey(settings, choice.entry?.provider, asked.model);
  return choice;
}

/** The client's arguments and environment, as its files and ours ask. */
export function prepare(
  { asked, system, token, choice }: Preparing,
  settings: Settings,
  url: string,
): Prepared {
  const stored = readStoredSettings(system);
  const userSettings = readUserSettings(asked.forClient, system.cwd);
  const options: ClaudeOptions = {
    settings,
    url,
    token,
    env: system.env,
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

/** Prints what would be run, with which variables; secrets are masked. */
export async function dryRun(
  preparing: Preparing,
  settings: Settings,
  url: string,
  output: Output,
): Promise<number> {
  const { asked, system } = preparing;
  const prepared = prepare(preparing, settings, url);
  const { renderDryRun, toDryRun } = await import('../../clients/shell.ts');
  const { findClaude } = await import('../../clients/find.ts');
  const found = findClaude(system.env, system.home);
  const command =
    asked.client === 'exec'
      ? (asked.forClient[0] ?? '')
      : found.kind === 'missing'
        ? 'claude'
        : found.command;
  const plan = toDryRun(command, prepared);
  for (const note of plan.notes) output.warn(`occ: ${note}`);
  if (output.json) output.printJson({ ...plan });
  else for (const line of renderDryRun(plan)) output.print(line);
  return exitCodes.ok;
}

/** Runs the client to its end; its code is ours. */
export async function runClient(client: Located, prepared: Prepared, output: Output): Promise<number> {
  const { command, before } = client;
  const end = await runChild({ command, args: [...before, ...prepared.args], env: prepared.env });
  if (end.kind === 'ended') return end.code;
  if (end.kind === 'not_found') {
    throw new OccError('client_not_found', `${command} was not found`, {
      exitCode: exitCodes.clientNotFound,
      ...(command === 'npx' && { remedy: installCommand }),
    });
  }
  output.warn(`occ: ${command} was found but cannot be run: ${end.reason}`);
  return notRunnable;
}

/** The last line, when the client has stored an id that only occ knows. */
export function warnOfStoredModel(system: System, settings: Settings, output: Output): void {
  const offered = new Set([...tiers.map(tierId), ...configuredModels(settings).map(toId)]);
  const sentence = storedModelNotice(system, offered);
  if (sentence !== undefined) output.warn(`occ: ${sentence}`);
}
