/** Finds the client to run. If it is missing, fetches it with the user's npx, after asking. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { LaunchArguments } from '../../clients/arguments.ts';
import {
  installCommand,
  clientPackage,
  clientMegabytes,
  clientVersions,
  fetchArguments,
  findClaude,
  findFetched,
  runArguments,
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
  if (args.client === 'exec') return { command: args.forClient[0] ?? '', before: [] };
  const found = findClaude(system.env, system.home);
  // One that is not executable is run anyway, for the error of the system.
  if (found.kind !== 'missing') return { command: found.command, before: [] };
  const cache = npmCache(system.env, system.home);
  const cached = findCached(cache);
  if (!(await mayFetch(args, system, output, cached !== undefined))) throw notFound();
  if (cached !== undefined) return { command: cached, before: [] };
  const env = without(system.env, ['ANTHROPIC_API_KEY', ...hidden]);
  const program = await fetchProgram({ ...system, env }, output, cache);
  // A replacement of npx that printed something else runs the client by itself.
  return program === undefined ? { command: 'npx', before: runArguments } : { command: program, before: [] };
}

/**
 * Fetches the client, and says what is fetched, how much of it has been written, and how long that has taken. Undefined if
 * a replacement of npx did not say where the program is.
 */
async function fetchProgram(system: System, output: Output, cache: string): Promise<string | undefined> {
  const what = `fetching Claude Code ${clientVersions} with npx (about ${clientMegabytes} MB)`;
  const began = performance.now();
  const before = fetchedBytes(cache);
  const seconds = (): string => `${Math.round((performance.now() - began) / 1000)} s`;
  // What changes comes first, because a narrow terminal shows only the beginning.
  const progress = (): string => {
    const megabytes = Math.round(Math.max(0, fetchedBytes(cache) - before) / 1_000_000);
    return `fetching Claude Code: ${megabytes} MB, ${seconds()}; about ${clientMegabytes} MB in all (${clientVersions} with npx)`;
  };
  const path = await withProgress(output, output.animated ? progress : what, fetchClient(system));
  const program = path === undefined ? undefined : findFetched(path);
  if (program !== undefined) output.info(`fetched Claude Code in ${seconds()}`);
  return program;
}

/** Asks once for each version range, and stores the answer yes. */
async function mayFetch(
  args: LaunchArguments,
  system: System,
  output: Output,
  isCached: boolean,
): Promise<boolean> {
  if (args.yes) return true;
  if (system.stdin.isTTY !== true || !output.terminal) return false;
  const { stateDir } = findPlaces({ env: system.env, home: system.home });
  const consents = await openConsents(stateDir);
  const wanted = `${clientPackage}@${clientVersions}`;
  if (consents.recall('fetchAgreedTo') === wanted) return true;
  const question = isCached
    ? `claude was not found on PATH. Run the ${clientPackage} that npx has fetched before?`
    : `claude was not found. Fetch ${clientPackage} (about ${clientMegabytes} MB) with npx and run it?`;
  const agreed = await openPrompts(system, output, 'nothing was started').confirm(question);
  if (agreed) consents.remember('fetchAgreedTo', wanted);
  return agreed;
}

function interrupted(exitCode: ExitCode): OccError {
  return new OccError('interrupted', 'nothing was started', {
    exitCode,
    remedy: `occ launch --yes fetches it without the question; or install it: ${installCommand}`,
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
function fetchClient({ env, home }: System): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    // A signal that ends occ ends npx too. The handlers come first, so that no signal arrives between them and the start.
    let child: ChildProcess | undefined;
    const endings = endingSignalNames.map((signal) => {
      const end = (): void => {
        child?.kill(signal);
        reject(interrupted(endingSignals[signal]));
      };
      process.once(signal, end);
      return () => process.off(signal, end);
    });
    const npx = spawn('npx', fetchArguments, {
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
      if (code !== 0 && errors.length > 0) reject(notFetched(errors));
      else resolve(code === 0 ? printed : undefined);
    });
  });
}

function notFetched(errors: readonly string[]): OccError {
  return new OccError('client_not_found', `npx could not fetch ${clientPackage}:\n${errors.join('\n')}`, {
    exitCode: exitCodes.clientNotFound,
    remedy: installCommand,
  });
}

function notFound(): OccError {
  return new OccError('client_not_found', 'claude was not found on PATH', {
    exitCode: exitCodes.clientNotFound,
    remedy: `${installCommand}\nor occ launch --yes, which fetches it with npx`,
  });
}
