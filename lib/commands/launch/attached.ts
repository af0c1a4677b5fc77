/** A launch that uses the proxy `occ start` runs: the same client, the same care, and no proxy of its own. */
import type { LaunchArguments } from '../../clients/arguments.ts';
import { providerOf } from '../../clients/choice.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import type { ProxyRecord } from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { toText } from '../../json.ts';
import type { Output } from '../../terminal/output.ts';
import { chooseModel, dryRun, prepare, runClient, warnOfStoredModel } from './client.ts';
import { renderTiers } from './page.ts';
import { locateClient } from './locate-client.ts';
import { queryProxy, requireRunning, clientVariables } from '../../daemon/running.ts';
import type { System } from '../../terminal/command-context.ts';

/** Resolves to the exit code: the child's own, or 3 when no proxy runs. */
export async function launchAttached(
  asked: LaunchArguments,
  system: System,
  output: Output,
): Promise<number> {
  const record = await requireRunning(
    system,
    'occ start runs one; without --attach, occ launch runs a proxy of its own',
  );
  refuseOwnSettings(asked, record);
  const settings = await settingsOf(record, asked, system);
  // Without a token of its own the proxy takes any; the client needs one all the same.
  const token = (await clientVariables(record))['ANTHROPIC_AUTH_TOKEN'] ?? 'unused';
  const choice = chooseModel(asked, settings, true);
  const preparing = { asked, system, token, choice };
  if (asked.dryRun) return dryRun(preparing, settings, record.url, output);
  const client = await locateClient(asked, system, output, settings.keyVariables);
  const prepared = prepare(preparing, settings, record.url);
  output.info(renderTiers(settings, choice, record.log, output.stderrStyle));
  for (const note of prepared.notes) output.warn(`occ: ${note}`);
  try {
    return await runClient(client, prepared, output);
  } finally {
    if (asked.client !== 'exec') warnOfStoredModel(system, settings, output);
  }
}

/** What was decided when the proxy was started cannot be decided again for one launch. */
function refuseOwnSettings({ config, emulator }: LaunchArguments, { options }: ProxyRecord): void {
  const own = config !== undefined ? '--config' : emulator && options.emulator !== true ? '--emulator' : '';
  if (own === '') return;
  throw new OccError(
    'usage',
    `${own} is for a proxy of the launch's own, and --attach uses the one that runs`,
    {
      exitCode: exitCodes.usage,
      remedy: `leave out --attach, or start the proxy with ${own}: occ stop, then occ start ${own}`,
    },
  );
}

/** The settings the running proxy was started with, as far as the client is concerned. */
async function settingsOf(record: ProxyRecord, asked: LaunchArguments, system: System): Promise<Settings> {
  const status = await queryProxy(record, '/occ/status');
  const provider = providerOf(asked.model);
  const { settings } = await loadSettings({
    configFile: toText(status['config']) || undefined,
    env: system.env,
    runCommands: false,
    ...(provider !== undefined && { use: [provider] }),
  });
  if (record.options.emulator !== true) return settings;
  const { emulatorSettings } = await import('../../emulator/settings.ts');
  return emulatorSettings(settings, record.url);
}
