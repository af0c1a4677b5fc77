/** `occ launch --attach`: runs the client on the proxy of `occ start` instead of one of its own. */
import type { LaunchArguments } from '../../clients/arguments.ts';
import { anyToken } from '../../clients/any-token.ts';
import { providerOf } from '../../clients/choice.ts';
import type { Settings } from '../../config/settings.ts';
import { pipeError } from '../../config/pipe-error.ts';
import { namesDescriptor } from '../../given-pipe.ts';
import { withTilde } from '../../tilde.ts';
import { loadSettings } from '../../config/load.ts';
import type { AddressedProxy } from '../../daemon/by-address.ts';
import type { ProxyRecord, RecordedOptions } from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { isObject, toArray, toText } from '../../json.ts';
import type { EndedRequest } from '../../proxy/recent.ts';
import type { Output } from '../../terminal/output.ts';
import {
  checkArguments,
  chooseModel,
  clientOf,
  printDryRun,
  prepare,
  runClient,
  sayEndNotices,
} from './client.ts';
import { renderTiers } from './page.ts';
import { locateClient } from './locate-client.ts';
import { outages, sayClosing } from './outages.ts';
import {
  askProxy,
  queryProxy,
  requireRunning,
  clientVariables,
  runtimeDirOf,
  type Running,
} from '../../daemon/running.ts';
import type { System } from '../../terminal/command-context.ts';
import { say, warn } from '../../terminal/talk.ts';

/** Resolves to the exit code of the child. OccError `not_running` (exit 3) if no proxy runs. */
export async function launchAttached(args: LaunchArguments, system: System, output: Output): Promise<number> {
  const found = await requireRunning(
    system,
    'start one with occ start; without --attach, occ launch runs its own',
  );
  const { url, log, record, settings, token } = await attachTo(found, args, system);
  const begun = await checkArguments(args, settings, system);
  const choice = chooseModel(args, settings, true);
  const options = { args, system, token, choice, begun, sessions: record?.sessions };
  if (args.dryRun) return printDryRun(options, settings, url, output);
  const client = await locateClient(args, system, output, settings.keyVariables);
  const prepared = prepare(options, settings, url);
  await say(output, renderTiers(clientOf(args), settings, choice, log, output.stderrStyle));
  for (const note of prepared.notes) await warn(output, note);
  const since = new Date().toISOString();
  try {
    return await runClient(client, prepared, runtimeDirOf(system));
  } finally {
    if (output.terminal && record !== undefined) await sayFailures(record, since, args, system, output);
    await sayEndNotices(begun, system, settings, output);
  }
}

/** What a client of the running proxy needs. OccError if the options are for a proxy that a launch starts. */
export function attachTo(found: Running, args: LaunchArguments, system: System): Promise<Attached> {
  return found.state === 'running'
    ? ofRecord(found.record, args, system)
    : ofAddress(found.proxy, args, system);
}

/** A running proxy, as far as the launch needs it. */
export interface Attached {
  url: string;
  /** The path of its log, for people. */
  log: string;
  /** Absent if it was found by its address only; then nothing but /health can be asked. */
  record?: ProxyRecord;
  settings: Settings;
  token: string;
}

async function ofRecord(record: ProxyRecord, args: LaunchArguments, system: System): Promise<Attached> {
  rejectProxyOptions(args, record.options);
  const settings = await settingsOf(record, args, system);
  // A proxy without a token accepts any, but the client needs one.
  const token = (await clientVariables(record))['ANTHROPIC_AUTH_TOKEN'] ?? anyToken;
  return { url: record.url, log: withTilde(record.log, system.home), record, settings, token };
}

async function ofAddress(proxy: AddressedProxy, args: LaunchArguments, system: System): Promise<Attached> {
  const { optionsOf, reach } = await import('../start/unrecorded.ts');
  rejectProxyOptions(args, (await optionsOf(proxy)) ?? {});
  const provider = providerOf(args.model);
  const { settings, token = anyToken } = await reach(proxy, system, provider === undefined ? [] : [provider]);
  return { url: proxy.url, log: 'in the home directory of the proxy', settings, token };
}

/**
 * Says what a launch with its own proxy says at its end. The proxy does not know which client is that of this launch, so
 * nothing is printed if several sessions have used it meanwhile. Only its latest requests are looked at.
 */
async function sayFailures(
  proxy: ProxyRecord,
  since: string,
  args: LaunchArguments,
  system: System,
  output: Output,
): Promise<void> {
  const answers = await Promise.all(
    [{ failed: true }, {}].map((filter) => askProxy(proxy, '/occ/requests', filter)),
  );
  const listed = answers.flatMap((answer) => toArray(answer?.['requests']).filter(isObject));
  const records = ofOneSession(listed as unknown as EndedRequest[], since);
  const failed = outages(args, system);
  for (const record of records) failed.ended(record);
  await sayClosing(failed, output);
}

/** The requests since then, oldest first; none if they are of several sessions. */
export function ofOneSession(records: readonly EndedRequest[], since: string): EndedRequest[] {
  const known = new Map(records.filter(({ at }) => at >= since).map((record) => [record.id, record]));
  const all = [...known.values()].toSorted((a, b) => a.at.localeCompare(b.at));
  return new Set(all.map(({ session }) => session)).size === 1 ? all : [];
}

/** Throws for options that only apply when a proxy starts. */
function rejectProxyOptions({ config, emulator }: LaunchArguments, options: RecordedOptions): void {
  const own = config !== undefined ? '--config' : emulator && options.emulator !== true ? '--emulator' : '';
  if (own === '') return;
  throw new OccError(
    'usage',
    `${own} is for a proxy that the launch starts, but --attach uses a running one`,
    {
      exitCode: exitCodes.usage,
      remedy: `omit --attach, or restart the proxy with ${own}: occ stop, then occ start ${own}`,
    },
  );
}

/** Loads the configuration of the running proxy, for the settings that matter to the client. */
async function settingsOf(record: ProxyRecord, args: LaunchArguments, system: System): Promise<Settings> {
  const status = await queryProxy(record, '/occ/status');
  const config = toText(status['config']) || undefined;
  if (config !== undefined && namesDescriptor(config)) throw readOnce(record.url);
  const provider = providerOf(args.model);
  const { settings } = await loadSettings({
    configFile: config,
    env: system.env,
    runCommands: false,
    ...(provider !== undefined && { use: [provider] }),
  });
  if (record.options.emulator !== true) return settings;
  const { emulatorSettings } = await import('../../emulator/settings.ts');
  return emulatorSettings(settings, record.url);
}

function readOnce(url: string): OccError {
  return pipeError(
    `the proxy on ${url} got its configuration from a pipe, which a launch cannot read again`,
    'run the client with the variables of the proxy: eval "$(occ env)"; or start the proxy from a file',
  );
}
