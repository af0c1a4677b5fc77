/** Makes the text of the configuration, and writes it. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { withValue } from '../../../config/edit/amend.ts';
import { changeConfig } from '../../../config/edit/change.ts';
import { emptyConfig } from '../../../config/edit/first.ts';
import { checkWhole, writeWhole } from '../../../config/edit/whole.ts';
import type { Environment } from '../../../config/file/interpolate.ts';
import type { Segment } from '../../../config/file/json-path.ts';
import { secretAt } from '../../../config/file/lookup.ts';
import { decodeOrRefuse, parseConfig, readConfigBytes } from '../../../config/file/read.ts';
import type { Imported } from '../../../config/imports/importing.ts';
import { keysToWrite, withValues } from '../../../config/imports/keys.ts';
import { planMerge, type Merge } from '../../../config/imports/merge.ts';
import { findPlaces } from '../../../config/paths.ts';
import { masked } from '../../../config/providers/credentials.ts';
import type { Problem } from '../../../config/settings.ts';
import { OccError } from '../../../errors.ts';
import { isObject, type Json, type JsonObject } from '../../../json.ts';
import { isLoopback } from '../../../loopback.ts';
import { printableLine } from '../../../printable.ts';
import type { ConfigCall } from '../call.ts';
import type { Mode } from './choose.ts';

export interface Planned {
  file: string;
  /** All of the file as it will be. */
  text: string;
  /** The file as it is; undefined if there is none. */
  before: Buffer | undefined;
  mode: Mode;
  /** What is added, with keys masked. */
  added: JsonObject;
  /** What the existing file keeps. */
  merge: Merge | undefined;
  /** A token was made, because the file has none. */
  newToken: boolean;
  change: (text: string) => string;
}

interface Given {
  imported: Imported;
  mode: Mode;
  copy: boolean;
  target: string;
  title: string;
  /** The file of the other tool. */
  file: string;
  env: Environment;
}

export function plan({ imported, mode, copy, target, title, file, env }: Given): Planned {
  const slots = imported.slots.filter((slot) => !isUnsetToken(imported, slot, env));
  const config = withValues(imported.config, keysToWrite(slots, copy));
  const before = existsSync(target) ? readConfigBytes(target) : undefined;
  const old = before !== undefined && mode === 'merge' ? decodeOrRefuse(before, target, true).text : '';
  const ours = old.trim() === '' ? {} : parseConfig(old, target);
  const newToken = needsToken(config, ours, mode);
  const whole = newToken ? { ...config, auth_token: randomBytes(32).toString('base64url') } : config;
  const merge = mode === 'merge' ? planMerge(ours, whole) : undefined;
  const values =
    merge?.values ?? Object.entries(whole).map(([key, value]): [Segment[], Json] => [[key], value ?? null]);
  if (values.length > mostValues) throw tooMany(values.length);
  const change = (text: string): string =>
    values.reduce((changed, [segments, value]) => withValue(changed, segments, value), text);
  const header = `// Imported from ${printableLine(file)} (${title}) by occ config import.\n`;
  const start = mode === 'merge' ? old : header + emptyConfig();
  return {
    file: target,
    text: change(start),
    before,
    mode,
    added: maskSecrets(withValues({}, values)),
    merge,
    newToken,
    change,
  };
}

/** Each is a change of the text, which is read again for it. */
const mostValues = 500;

function tooMany(found: number): OccError {
  return new OccError(
    'import_too_large',
    `found ${found} settings to add to the existing file, expected at most ${mostValues}`,
    {
      remedy: 'occ config import --force   replaces the file and keeps a backup',
    },
  );
}

/** A token that clients must present has to be known when the proxy starts. */
function isUnsetToken(
  imported: Imported,
  { segments, items }: Imported['slots'][number],
  env: Environment,
): boolean {
  const unset = items.find(({ variable }) => variable !== undefined && !env[variable]);
  if (segments[0] !== 'auth_token' || unset === undefined) return false;
  imported.left.push({
    path: unset.from,
    reason: `it names the variable ${unset.variable}, which is not set`,
  });
  return true;
}

/** A new file has a token, as one of `occ config init` does. An old one needs one if others can reach the proxy. */
function needsToken(config: JsonObject, ours: JsonObject, mode: Mode): boolean {
  if (config['auth_token'] !== undefined || ours['auth_token']) return false;
  const host = ours['host'] ?? config['host'];
  return mode !== 'merge' || (typeof host === 'string' && !isLoopback(host));
}

export interface Written {
  written: boolean;
  created: boolean;
  backup: string | null;
  warnings: readonly Problem[];
}

export async function write(call: ConfigCall, planned: Planned, dryRun: boolean): Promise<Written> {
  const { file, text, before, mode } = planned;
  const { system } = call;
  const { env, home } = system;
  const configDir = findPlaces(system).configDir;
  const remedy = 'occ config import --dry-run prints what would be written';
  const warnings = await checkWhole({ file, text, env, home, remedy });
  if (dryRun) return { written: false, created: before === undefined, backup: null, warnings };
  if (mode === 'merge') {
    const change = await changeConfig({ file, configDir, env, home, change: planned.change });
    const backup = change.kind === 'written' ? (change.backup ?? null) : null;
    return { written: change.kind === 'written', created: false, backup, warnings };
  }
  const replaced = await writeWhole({ file, configDir }, before, text);
  if (replaced.kind === 'overtaken')
    throw new OccError('config_overtaken', `${file} was changed by another program; occ has not changed it`, {
      remedy: 'run the command again',
    });
  return { written: true, created: before === undefined, backup: replaced.backup ?? null, warnings };
}

/** A copy with keys, tokens and headers that contain them masked. */
function maskSecrets(value: JsonObject): JsonObject {
  const mask = (inner: Json, path: readonly Segment[]): Json => {
    if (typeof inner === 'string')
      return secretAt(path) !== undefined && !/^\$\{\w+\}$/.test(inner) ? masked : inner;
    if (Array.isArray(inner)) return inner.map((item, index) => mask(item, [...path, index]));
    if (!isObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, item]) => [key, mask(item ?? null, [...path, key])]),
    );
  };
  return mask(value, []) as JsonObject;
}
