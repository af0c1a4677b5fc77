/** Checks that the service will see the keys that this shell sees: a service has none of the variables of a shell. */
import { parseEnv } from 'node:util';
import { readBounded } from '../../bounded-file.ts';
import { isPresent, openToOthers } from '../../config/paths.ts';
import type { ServiceProgram } from '../../daemon/units/program.ts';
import type { Supervisor } from '../../daemon/units/supervisor.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { quote } from '../../shell-word.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { readySettings } from '../start/run.ts';
import type { ServiceOptions } from './call.ts';

/**
 * Throws what `occ start` would throw about the configuration, and OccError `service_key_unseen` (exit 78) if only this shell
 * has the key of the default model. Warns of other keys and tokens that only this shell has.
 */
export async function requireVisibleKeys(
  options: Pick<ServiceOptions, 'config' | 'port'>,
  program: ServiceProgram,
  supervisor: Supervisor,
  { system, output }: { system: System; output: Output },
): Promise<void> {
  const { keyVariables } = await readySettings(options, system, output);
  const env = await environmentOf(program, supervisor, system, output);
  const unseen = keyVariables.filter((name) => system.env[name] && !env[name]);
  if (unseen.length === 0) return;
  const names = unseen.join(', ');
  const silent = { ...output, warn: () => {} };
  try {
    await readySettings(options, { ...system, env }, silent);
  } catch (cause) {
    throw new OccError(
      'service_key_unseen',
      `the service would have no key: it does not see the variables of this shell (${names})`,
      { exitCode: exitCodes.config, remedy: waysToAKey(program, supervisor), cause },
    );
  }
  output.warn(`occ: the service does not see the variables of this shell (${names})`);
}

function waysToAKey({ environmentFile }: ServiceProgram, { readsEnvironmentFile }: Supervisor): string {
  return [
    'occ config set api_key --stdin stores a key in the configuration',
    "occ config set api_key_command 'pass show opencode' takes it from a password manager",
    ...(readsEnvironmentFile
      ? [
          `(umask 077; printenv | grep ^OPENCODE_API_KEY= > ${quote(environmentFile)}) gives the service a variable`,
        ]
      : []),
  ].join('\n');
}

/** The variables that the service will have. */
async function environmentOf(
  { variables, environmentFile }: ServiceProgram,
  supervisor: Supervisor,
  { home }: System,
  output: Output,
): Promise<Record<string, string>> {
  const ofFile = supervisor.readsEnvironmentFile ? readVariables(environmentFile, output) : {};
  return { HOME: home, ...(await supervisor.environment()), ...variables, ...ofFile };
}

/** Far more than the file needs. */
const maxBytes = 1024 * 1024;

function readVariables(file: string, output: Output): Record<string, string> {
  if (!isPresent(file)) return {};
  if (openToOthers(file))
    output.warn(`occ: other users may read the keys in ${file}: chmod 600 ${quote(file)}`);
  return { ...parseEnv(readBounded(file, maxBytes).toString('utf8')) } as Record<string, string>;
}
