/** `occ restart`: checks that the proxy can start again, stops it, and starts it with the same options. */
import type { Command } from 'commander';
import { pipeError } from '../config/pipe-error.ts';
import type { AddressedProxy } from '../daemon/by-address.ts';
import type { Supervisor } from '../daemon/units/supervisor.ts';
import { exitCodes, OccError } from '../errors.ts';
import { namesDescriptor } from '../given-pipe.ts';
import type { Output } from '../terminal/output.ts';
import { defaultTimeoutS, toSeconds, type StopOptions } from './stop.ts';
import { outputFor, type CommandContext, type System } from '../terminal/command-context.ts';

export function defineRestart(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('restart')
    .summary('stop the proxy and start it with the same options')
    .description('Stops the proxy and starts it with the same options.')
    .option('--timeout <s>', 'seconds for live streams to finish', toSeconds, defaultTimeoutS)
    .option('--json', 'print the result as JSON')
    .action(async (options: StopOptions) => {
      end(await restart(options, system, await outputFor(system, globals(options))));
    });
}

async function restart({ timeout }: StopOptions, system: System, output: Output): Promise<number> {
  const { findProxy } = await import('../daemon/running.ts');
  const { recordFolders } = await import('../daemon/record.ts');
  const { haltBySignal, requireOwn } = await import('../daemon/halt-by-signal.ts');
  const { halt } = await import('../daemon/halt.ts');
  const { startAndWait } = await import('./start/background.ts');
  const { readySettings } = await import('./start/run.ts');
  const { optionsOf } = await import('./start/unrecorded.ts');
  const { withProgress } = await import('../terminal/progress.ts');
  const found = await findProxy(system);
  if (found === undefined || found.state === 'elsewhere') {
    output.info('occ: no proxy was running');
    return startAndWait({}, system, output);
  }
  const { url, port } = found.state === 'unrecorded' ? addressOf(requireOwn(found.proxy)) : found.record;
  const options = found.state === 'unrecorded' ? await optionsOf(found.proxy) : found.record.options;
  if (options === undefined) throw unknownOptions(url);
  if (options.config !== undefined && namesDescriptor(options.config)) throw readOnce(url);
  // Report what would prevent a start while the old proxy still runs.
  await readySettings(options, system, withoutWarnings(output));
  const { serviceOf } = await import('../daemon/units/installed.ts');
  const service = await serviceOf(found.state === 'unrecorded' ? found.proxy.pid : found.record.pid, system);
  if (service) return restartService(service, system, output);
  const drainMs = timeout * 1000;
  const halting =
    found.state === 'unrecorded'
      ? haltBySignal(found.proxy, drainMs)
      : halt(found.record, recordFolders(system), drainMs);
  const { cut } = await withProgress(output, `waiting up to ${timeout} s for live streams`, halting);
  if (cut !== undefined && cut > 0)
    output.warn(`occ: ${cut} live ${cut === 1 ? 'stream was' : 'streams were'} cut`);
  // With --port 0, keep the port that was chosen: shells already use it.
  return startAndWait(options.port === 0 ? { ...options, port } : options, system, output);
}

function addressOf({ url }: AddressedProxy): { url: string; port: number } {
  return { url, port: Number(new URL(url).port) || 80 };
}

/** `ps` does not tell where a path with blanks ends. */
function unknownOptions(url: string): OccError {
  return new OccError(
    'proxy_unrecorded',
    `the proxy on ${url} has no record in this home directory, and its options cannot be read from its command line`,
    { remedy: 'end it with occ stop, and start it with the options that it had' },
  );
}

/** Its supervisor stops it, which lets live streams finish, and starts it as it was installed. */
async function restartService(service: Supervisor, system: System, output: Output): Promise<number> {
  const { untilAnswering } = await import('./service/answering.ts');
  const { clientVariables } = await import('../daemon/running.ts');
  const { printStarted } = await import('./start/page.ts');
  const { widthOf } = await import('../terminal/width.ts');
  const { withProgress } = await import('../terminal/progress.ts');
  const restarting = service.restart().then(() => untilAnswering(service, system));
  const record = await withProgress(output, 'restarting the service', restarting);
  const variables = await clientVariables(record);
  printStarted({ record, variables, output, width: widthOf(system.stdout), stays: true, home: system.home });
  return exitCodes.ok;
}

/** Its pipe has ended; the same name means something else here. */
function readOnce(url: string): OccError {
  return pipeError(
    `the proxy on ${url} got its configuration from a pipe, which cannot be read again`,
    'end it with occ stop, and start it again as it was started, or from a file',
  );
}

/** The start that follows prints the same warnings. */
function withoutWarnings(output: Output): Output {
  return { ...output, warn: () => {} };
}
