/** `occ config init`: writes a first configuration with a random token, and the schema beside it. */
import { existsSync } from 'node:fs';
import { globalKeyVariables } from '../../config/file/schema.ts';
import { firstConfig } from '../../config/edit/first.ts';
import { findPlaces } from '../../config/paths.ts';
import { refreshSchema } from '../../config/file/published-schema.ts';
import { parseConfig, readConfigBytes } from '../../config/file/read.ts';
import { replaceConfig, withConfigLocked, type Replaced } from '../../config/edit/replace.ts';
import { findTarget } from '../../config/edit/target.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { toTarget, type ConfigCall } from './call.ts';

/** Rejects with an OccError `config_exists` (exit code 1) if the file exists, unless `--force` is given. */
export async function init(call: ConfigCall): Promise<number> {
  const { options, output, system } = call;
  const { file, replaces } = findTarget(toTarget(call));
  if (existsSync(file) && options.force !== true) throw existing(file, options.config);
  const before = existsSync(file) ? readConfigBytes(file) : undefined;
  const text = firstConfig();
  const place = { file, configDir: findPlaces(system).configDir };
  const replaced = await withConfigLocked(place, () => replaceConfig({ file, before, after: text }));
  if (replaced.kind === 'overtaken') throw existing(file, options.config);
  refreshSchema(file, parseConfig(text, file));
  const next = nextSteps(call);
  if (output.json) output.printJson({ path: file, backup: backupOf(replaced), next });
  else output.print(file);
  const kept = backupOf(replaced);
  output.info(
    `occ: written, with a new auth_token for occ start${kept === null ? '' : `; the previous version is ${kept}`}`,
  );
  if (replaces !== undefined)
    output.info(`occ: ${replaces}, which belongs to another tool, is no longer read`);
  output.info(`occ: next: ${next.join('\n           ')}`);
  return exitCodes.ok;
}

function backupOf(replaced: Replaced): string | null {
  return (replaced.kind === 'written' && replaced.backup) || null;
}

/** The template reads the key from the environment, so that a key there needs no further step. */
function nextSteps({ options: { config }, system }: ConfigCall): string[] {
  const where = config === undefined ? '' : ` --config ${config}`;
  const keyed = globalKeyVariables.some((name) => system.env[name]);
  return [...(keyed ? [] : [`occ config set api_key --stdin${where}`]), `occ launch${where}`];
}

function existing(file: string, config: string | undefined): OccError {
  const where = config === undefined ? '' : ` --config ${config}`;
  return new OccError('config_exists', `${file} already exists; it was not changed`, {
    remedy: `occ config edit${where}           changes it\nocc config init --force${where}   replaces it and keeps a backup`,
  });
}
