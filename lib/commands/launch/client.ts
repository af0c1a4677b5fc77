/** Prepares and runs the client of a launch, whichever client and whichever proxy it is. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LaunchArguments } from '../../clients/arguments.ts';
import { choose, type Choice } from '../../clients/choice.ts';
import { prepareProgram } from '../../clients/claude.ts';
import type { Begun, Client, Launch, Prepared, Ready } from '../../clients/client.ts';
import { clientNamed, defaultClient } from '../../clients/clients.ts';
import { findClient, installCommand } from '../../clients/find.ts';
import { removeOldSettings } from '../../clients/kept-settings.ts';
import { offeredModels } from '../../clients/offered-models.ts';
import { openConsents } from '../../config/consents.ts';
import { findPlaces, makePrivateDirectory, writePrivateFile } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { runtimeDirOf } from '../../daemon/running.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { requireKey } from '../../host/host.ts';
import { projectHeader, toProjectHeader } from '../../proxy/project.ts';
import { sessionFolder } from '../../statusline/session-file.ts';
import { runChild } from '../../terminal/child.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { warn } from '../../terminal/talk.ts';
import type { Located } from './locate-client.ts';
import { openPrivateFolder, privateFolderIn, removeFoldersLeftBehind } from './private-folder.ts';

export interface PrepareOptions {
  args: LaunchArguments;
  system: System;
  /** The token that the client sends to the proxy. */
  token: string;
  choice: Choice;
  begun: Begun;
  /** The folder in which its proxy keeps the status lines; that of this shell if absent. */
  sessions?: string | undefined;
  /** Nothing removes files after the client, so it gets none. */
  withoutFolder?: boolean;
}

/** The client of the launch; for `exec` the default one, whose variables another program gets. */
export function clientOf({ client }: LaunchArguments): Client {
  return clientNamed(client) ?? defaultClient;
}

/** What the client requests without `-m`. */
export function automaticChoice(args: LaunchArguments): Choice {
  return { id: clientOf(args).automatic };
}

/** Resolves `-m` with these settings. OccError for an unknown model, or one whose provider has no key. */
export function chooseModel(args: LaunchArguments, settings: Settings, trial: boolean): Choice {
  if (args.model === undefined) return automaticChoice(args);
  const choice = choose(args.model, settings, clientOf(args).aliases ?? new Set());
  if (!trial) requireKey(settings, choice.entry?.provider, args.model);
  return choice;
}

/** Checks the arguments before anything is fetched or started. OccError for an unknown model, and as the client says. */
export async function checkArguments(
  args: LaunchArguments,
  settings: Settings,
  system: System,
): Promise<Begun> {
  chooseModel(args, settings, args.emulator || args.attach);
  const client = clientOf(args);
  if (args.autoMode && client.hasAutoMode !== true) throw withoutAutoMode(client);
  const launch = toLaunch(args, system);
  return args.client === 'exec' ? beginProgram(launch) : client.begin(launch);
}

function withoutAutoMode({ name, package: { title } }: Client): OccError {
  return new OccError(
    'usage',
    `--auto-mode is an option for ${defaultClient.package.title}, not for ${title}`,
    {
      exitCode: exitCodes.usage,
      remedy: `use the options of ${title} itself: occ launch ${name} -- --help`,
    },
  );
}

export function toLaunch(args: LaunchArguments, system: System): Launch {
  const { stateDir } = findPlaces({ env: system.env, home: system.home });
  return {
    args: args.forClient,
    env: system.env,
    home: system.home,
    cwd: system.cwd,
    platform: system.platform,
    attach: args.attach,
    autoMode: args.autoMode,
    keepEnv: args.keepEnv,
    noColor: args.noColor || Boolean(system.env['NO_COLOR']),
    runtimeDir: runtimeDirOf(system),
    stateDir,
  };
}

/** The variables of the default client for the program that `exec` names. */
function beginProgram({ args, env, autoMode, keepEnv }: Launch): Begun {
  return {
    prepare: ({ settings, url, token, choice, header }) =>
      prepareProgram({
        settings,
        url,
        token,
        env,
        args: args.slice(1),
        autoMode,
        keepEnv,
        choice,
        ...(header !== undefined && { header: `${header.name}: ${header.value}` }),
        privateFile: () => '',
      }),
  };
}

/** The arguments and the environment of the client, from occ's settings and the client's own files. */
export function prepare(options: PrepareOptions, settings: Settings, url: string): Prepared {
  const { args, system, token, choice, begun, sessions, withoutFolder = false } = options;
  const runtimeDir = runtimeDirOf(system);
  const { automatic } = clientOf(args);
  const ready: Ready = {
    settings,
    url,
    token,
    choice,
    models: () => offeredModels(settings, automatic),
    // The proxy of occ start serves many clients, so each launch says in which folder it runs.
    ...(args.attach &&
      !withoutFolder && { header: { name: projectHeader, value: toProjectHeader(system.cwd) } }),
    sessions: sessions ?? sessionFolder(runtimeDir),
    ...(!withoutFolder && { folder: privateFolderIn(runtimeDir) }),
  };
  return begun.prepare(ready);
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
  const { package: wanted } = clientOf(args);
  const found = findClient(wanted, system.env, system.home);
  const command = found.kind === 'missing' ? wanted.program : found.command;
  const plan = toDryRun(args.client === 'exec' ? (args.forClient[0] ?? '') : command, prepared);
  for (const note of plan.notes) await warn(output, note);
  if (output.json) output.printJson({ ...plan });
  else for (const line of renderDryRun(plan)) output.print(line);
  return exitCodes.ok;
}

/** Runs the client; resolves to its exit code. Its private files are removed however it ends. */
export async function runClient(client: Located, prepared: Prepared, runtimeDir: string): Promise<number> {
  const { privateFile } = prepared;
  if (privateFile !== undefined) {
    makePrivateDirectory(dirname(privateFile.path));
    if (privateFile.stays) removeOldSettings(dirname(privateFile.path));
    writePrivateFile(privateFile.path, privateFile.text);
  }
  removeFoldersLeftBehind(runtimeDir);
  using _folder = openPrivateFolder(prepared.folder);
  try {
    return await runToEnd(client, prepared);
  } finally {
    if (privateFile?.stays === false) rmSync(privateFile.path, { force: true });
  }
}

/** Starts that a client may ask for. One that asks for more is broken. */
const mostRestarts = 50;

async function runToEnd({ command, before }: Located, prepared: Prepared): Promise<number> {
  const { args, env, restartCode } = prepared;
  const child = { command, args: [...before, ...args], env };
  let end = await runChild(child);
  for (let again = 0; again < mostRestarts; again++) {
    if (end.kind !== 'ended' || end.code !== restartCode) break;
    end = await runChild(child);
  }
  if (end.kind === 'ended') return end.code;
  if (end.kind === 'not_found') {
    throw new OccError('client_not_found', `${command} was not found`, {
      exitCode: exitCodes.clientNotFound,
      remedy:
        command === 'npx'
          ? installCommand(defaultClient.package)
          : 'check its name and PATH, or give its path: occ launch exec -- /path/to/program',
    });
  }
  throw new OccError('client_not_executable', `${command} was found but cannot be run: ${end.reason}`, {
    exitCode: exitCodes.notExecutable,
    remedy: `try it without occ: ${command} --version; chmod +x makes a file executable`,
  });
}

/** Says what is worth saying after the client has ended. */
export async function sayEndNotices(
  begun: Begun,
  system: System,
  settings: Settings,
  output: Output,
): Promise<void> {
  for (const { text, onceFor } of begun.ended?.(settings) ?? []) {
    const consents = await openConsents(findPlaces({ env: system.env, home: system.home }).stateDir);
    if (consents.recall('storedModelSaid') === onceFor) continue;
    await warn(output, text);
    consents.remember('storedModelSaid', onceFor);
  }
}
