/** Finds the client to run. If it is missing, fetches it with the user's npx, after asking. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { LaunchArguments } from '../../clients/arguments.ts';
import type { ClientPackage } from '../../clients/client-package.ts';
import { clientNamed, defaultClient } from '../../clients/clients.ts';
import {
  fetchArguments,
  findClient,
  findFetched,
  installCommand,
  runArguments,
  wantedPackage,
} from '../../clients/find.ts';
import { fetchedBytes, findCached, npmCache } from '../../clients/npx-cache.ts';
import { openConsents } from '../../config/consents.ts';
import { findPlaces } from '../../config/paths.ts';
import { endingSignalNames, endingSignals, exitCodes, OccError, type ExitCode } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { openPrompts } from '../../terminal/prompts.ts';
import type { System } from '../../terminal/command-context.ts';

export interface Located {
  command: string;
  /** Arguments before those of the client. */
  before: readonly string[];
}

/** The first download has some hundred megabytes. */
const fetchingMs = 15 * 60_000;
/** Characters of stderr to keep. */
const maxStderr = 4000;

/**
 * OccError `client_not_found` (exit 127) if it is missing and may not be fetched. npx, and any install script, does not
 * get the variables in `hidden`.
 */
export async function locateClient(
  args: LaunchArguments,
  system: System,
  output: Output,
  hidden: readonly string[],
): Promise<Located> {
  const named = clientNamed(args.client);
  if (named === undefined) return { command: args.forClient[0] ?? '', before: [] };
  const { package: client, credentials } = named;
  const found = findClient(client, system.env, system.home);
  // One that is not executable is run anyway, for the error of the system.
  if (found.kind !== 'missing') return { command: found.command, before: [] };
  const cache = npmCache(system.env, system.home);
  const cached = findCached(client, cache);
  if (!(await mayFetch(client, args, system, output, cached !== undefined))) throw notFound(client, args);
  if (cached !== undefined) return { command: cached, before: [] };
  const env = without(system.env, [...defaultClient.credentials, ...credentials, ...hidden]);
  const program = await fetchProgram(client, args, { ...system, env }, output, cache);
  // A replacement of npx that printed something else runs the client by itself.
  return program === undefined
    ? { command: 'npx', before: runArguments(client) }
    : { command: program, before: [] };
}

/**
 * Fetches the client, and says what is fetched, how much of it has been written, and how long that has taken. Undefined if
 * a replacement of npx did not say where the program is.
 */
async function fetchProgram(
  client: ClientPackage,
  args: LaunchArguments,
  system: System,
  output: Output,
  cache: string,
): Promise<string | undefined> {
  const { title, versions, megabytes: all } = client;
  const what = `fetching ${title} ${versions} with npx (about ${all} MB)`;
  const began = performance.now();
  const before = fetchedBytes(client, cache);
  const seconds = (): string => `${Math.round((performance.now() - began) / 1000)} s`;
  // What changes comes first, because a narrow terminal shows only the beginning.
  const progress = (): string => {
    const megabytes = Math.round(Math.max(0, fetchedBytes(client, cache) - before) / 1_000_000);
    return `fetching ${title}: ${megabytes} MB, ${seconds()}; about ${all} MB in all (${versions} with npx)`;
  };
  const path = await withProgress(
    output,
    output.animated ? progress : what,
    fetchClient(client, args, system),
  );
  const program = path === undefined ? undefined : findFetched(client, path);
  if (program !== undefined) output.info(`fetched ${title} in ${seconds()}`);
  return program;
}

/** Asks once for each package and version range, and stores the answer yes. */
async function mayFetch(
  client: ClientPackage,
  args: LaunchArguments,
  system: System,
  output: Output,
  isCached: boolean,
): Promise<boolean> {
  if (args.yes) return true;
  if (system.stdin.isTTY !== true || !output.terminal) return false;
  const { stateDir } = findPlaces({ env: system.env, home: system.home });
  const consents = await openConsents(stateDir);
  const { name, program, megabytes } = client;
  const wanted = wantedPackage(client);
  const agreedTo = (consents.recall('fetchAgreedTo') ?? '').split(' ').filter((one) => one !== '');
  if (agreedTo.includes(wanted)) return true;
  const question = isCached
    ? `${program} was not found on PATH. Run the ${name} that npx has fetched before?`
    : `${program} was not found. Fetch ${name} (about ${megabytes} MB) with npx and run it?`;
  const agreed = await openPrompts(system, output, 'nothing was started').confirm(question);
  const others = agreedTo.filter((one) => !one.startsWith(`${name}@`));
  if (agreed) consents.remember('fetchAgreedTo', [...others, wanted].join(' '));
  return agreed;
}

/** The command that fetches the client without the question. */
function launchYes({ client }: LaunchArguments): string {
  return client === defaultClient.name ? 'occ launch --yes' : `occ launch ${client} --yes`;
}

function interrupted(exitCode: ExitCode, client: ClientPackage, args: LaunchArguments): OccError {
  return new OccError('interrupted', 'nothing was started', {
    exitCode,
    remedy: `${launchYes(args)} fetches it without the question; or install it: ${installCommand(client)}`,
  });
}

function without(env: System['env'], names: readonly string[]): System['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

/**
 * Resolves to the output of npx, or to undefined if a replacement of npx failed. OccError `client_not_found`, with npm's
 * error lines, if npm could not fetch the client. It runs in the home directory: npm reads the settings of the current
 * project, and a cloned project must not decide where the client comes from.
 */
function fetchClient(
  client: ClientPackage,
  args: LaunchArguments,
  { env, home }: System,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    // A signal that ends occ ends npx too. The handlers come first, so that no signal arrives between them and the start.
    let child: ChildProcess | undefined;
    const endings = endingSignalNames.map((signal) => {
      const end = (): void => {
        child?.kill(signal);
        reject(interrupted(endingSignals[signal], client, args));
      };
      process.once(signal, end);
      return () => process.off(signal, end);
    });
    const npx = spawn('npx', fetchArguments(client), {
      env,
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: fetchingMs,
    });
    child = npx;
    let printed = '';
    let stderr = '';
    npx.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    npx.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-maxStderr)));
    npx.once('error', () => resolve(undefined));
    npx.once('close', () => endings.forEach((undo) => undo()));
    npx.once('close', (code) => {
      const errors = stderr.split('\n').filter((line) => /^npm err/i.test(line));
      if (code !== 0 && errors.length > 0) reject(notFetched(client, errors));
      else resolve(code === 0 ? printed : undefined);
    });
  });
}

function notFetched(client: ClientPackage, errors: readonly string[]): OccError {
  return new OccError('client_not_found', `npx could not fetch ${client.name}:\n${errors.join('\n')}`, {
    exitCode: exitCodes.clientNotFound,
    remedy: installCommand(client),
  });
}

function notFound(client: ClientPackage, args: LaunchArguments): OccError {
  return new OccError('client_not_found', `${client.program} was not found on PATH`, {
    exitCode: exitCodes.clientNotFound,
    remedy: `${installCommand(client)}\nor ${launchYes(args)}, which fetches it with npx`,
  });
}
