/** Finds the client to run; where it is missing, fetches it with the person's own npx, once they have agreed. */
import { spawn } from 'node:child_process';
import type { LaunchArguments } from '../../clients/arguments.ts';
import {
  installCommand,
  clientPackage,
  clientVersions,
  fetchArguments,
  findClaude,
  findFetched,
  runArguments,
} from '../../clients/find.ts';
import { openConsents } from '../../config/consents.ts';
import { findPlaces } from '../../config/paths.ts';
import { endingSignalNames, endingSignals, exitCodes, OccError, type ExitCode } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { ask } from '../../terminal/question.ts';
import type { System } from '../../terminal/command-context.ts';

export interface Located {
  command: string;
  /** Arguments that stand before the client's own. */
  before: readonly string[];
}

/** A first download is some hundred megabytes; beyond this something is wrong. */
const fetchingMs = 15 * 60_000;
/** Characters of npm's complaint that are kept. */
const maxComplaint = 4000;

/**
 * OccError `client_not_found` (exit 127) when it is missing and may not be fetched. What fetches it, and the install
 * scripts it might run, do not see the variables named in `hidden`.
 */
export async function locateClient(
  asked: LaunchArguments,
  system: System,
  output: Output,
  hidden: readonly string[],
): Promise<Located> {
  if (asked.client === 'exec') return { command: asked.forClient[0] ?? '', before: [] };
  const found = findClaude(system.env, system.home);
  // One that may not be run is tried all the same, so that the system says why.
  if (found.kind !== 'missing') return { command: found.command, before: [] };
  if (!(await mayFetch(asked, system, output))) throw notFound();
  const fetching = fetchClient({ ...system, env: without(system.env, ['ANTHROPIC_API_KEY', ...hidden]) });
  const path = await withProgress(output, `fetching ${clientPackage}@${clientVersions} with npx`, fetching);
  const program = path === undefined ? undefined : findFetched(path);
  // What stands in for npx here printed something else: let it run the client in its own way.
  return program === undefined ? { command: 'npx', before: runArguments } : { command: program, before: [] };
}

/** Asks once for each range of versions; the answer yes is remembered. */
async function mayFetch(asked: LaunchArguments, system: System, output: Output): Promise<boolean> {
  if (asked.yes) return true;
  if (system.stdin.isTTY !== true || !output.terminal) return false;
  const { stateDir } = findPlaces({ env: system.env, home: system.home });
  const memory = await openConsents(stateDir);
  const wanted = `${clientPackage}@${clientVersions}`;
  if (memory.recall('fetchAgreedTo') === wanted) return true;
  const question = `claude was not found. Fetch and run ${clientPackage} with npx?`;
  const answer = await ask(question, system.stdin, system.stderr);
  if (answer === 'interrupted') throw interrupted(exitCodes.interrupted);
  if (answer === 'yes') memory.remember('fetchAgreedTo', wanted);
  return answer === 'yes';
}

function interrupted(exitCode: ExitCode): OccError {
  return new OccError('interrupted', 'nothing was started', { exitCode });
}

function without(env: System['env'], names: readonly string[]): System['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

/**
 * What npx printed; undefined when something else stands in its place and failed at being asked. OccError
 * `client_not_found` in npm's own words when npm could not fetch it. It runs at home: npm would obey the settings of a
 * project, and a cloned one must not say where a program comes from that is then run.
 */
function fetchClient({ env, home }: System): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const npx = spawn('npx', fetchArguments, {
      env,
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: fetchingMs,
    });
    let printed = '';
    let complaint = '';
    npx.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    npx.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-maxComplaint)));
    // Whoever ends occ meanwhile does not mean to leave npx behind.
    const endings = endingSignalNames.map((signal) => {
      const end = (): void => {
        npx.kill(signal);
        reject(interrupted(endingSignals[signal]));
      };
      process.once(signal, end);
      return () => process.off(signal, end);
    });
    npx.once('error', () => resolve(undefined));
    npx.once('close', () => endings.forEach((undo) => undo()));
    npx.once('close', (code) => {
      const words = complaint.split('\n').filter((line) => /^npm err/i.test(line));
      if (code !== 0 && words.length > 0) reject(notFetched(words));
      else resolve(code === 0 ? printed : undefined);
    });
  });
}

function notFetched(words: readonly string[]): OccError {
  return new OccError('client_not_found', `npx could not fetch ${clientPackage}:\n${words.join('\n')}`, {
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
