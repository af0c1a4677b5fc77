/**
 * Builds the inline `--settings` of a launch from occ's settings and the user's. The client reads only the last
 * `--settings`, so passing both separately would drop one.
 */
import { toObject, toText, type JsonObject } from '../json.ts';
import { overlay } from './overlay.ts';
import { isRoutingVariable } from './provider-variables.ts';
import { takesValue } from './client-options.ts';

/** The arguments without `--settings`, and the value of the last one: the path of a file, or JSON. */
export function takeSettingsFlag(args: readonly string[]): { rest: string[]; value?: string } {
  const rest: string[] = [];
  let value: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') {
      rest.push(...args.slice(at));
      break;
    }
    const next = args[at + 1];
    if (word.startsWith('--settings=')) value = word.slice('--settings='.length);
    else if (word === '--settings' && next !== undefined) value = args[++at];
    else if (takesValue(word) && next !== undefined) rest.push(word, args[++at] ?? '');
    else rest.push(word);
  }
  return value === undefined ? { rest } : { rest, value };
}

/** `default`: not set. `own`: set by the user, and kept. `auto`: the user requests auto mode. */
export type Permissions = 'default' | 'own' | 'auto';

const permissionFlags = new Set([
  '--permission-mode',
  '--dangerously-skip-permissions',
  '--allow-dangerously-skip-permissions',
]);

/** From the user's flags, `--settings` and stored mode, in the client's order of precedence. */
export function permissionsOf(
  args: readonly string[],
  userSettings: JsonObject | undefined,
  storedMode: string | undefined,
): Permissions {
  for (const [at, word] of args.entries()) {
    const [name = '', given] = word.split('=', 2);
    if (!permissionFlags.has(name)) continue;
    return name === '--permission-mode' && (given ?? args[at + 1]) === 'auto' ? 'auto' : 'own';
  }
  const inline = toText(toObject(userSettings?.['permissions'])['defaultMode']);
  if (inline !== '') return inline === 'auto' ? 'auto' : 'own';
  // The client stores `auto` as its own default, so it does not count as a choice of the user.
  return storedMode === undefined || storedMode === 'auto' ? 'default' : 'own';
}

export interface OwnSettings {
  unprotected: Readonly<Record<string, string>>;
  picker: JsonObject[];
  permissions: Permissions;
  /** The command for the status line; absent if the user has one of their own. */
  statusLine?: string;
}

/** Seconds between two runs of the status line while nothing happens, so that it also shows an outage. */
const statusLineSeconds = 2;

/** Auto mode requests a safety verdict (`safeguards`) from the gateway. occ cannot give one, so auto mode is off. */
export function ownSettings({ unprotected, picker, permissions, statusLine }: OwnSettings): JsonObject {
  return {
    env: { ...unprotected },
    modelPicker: { replaceBuiltInOptions: true, options: picker },
    ...(statusLine !== undefined && {
      statusLine: { type: 'command', command: statusLine, refreshInterval: statusLineSeconds },
    }),
    ...(permissions !== 'auto' && { disableAutoMode: 'disable' }),
    ...(permissions === 'default' && { permissions: { defaultMode: 'default' } }),
  };
}

export interface MergedSettings {
  settings: JsonObject;
  /** True if `settings` contain variables of the user that may be secret, because the user's files set them, too. */
  secret: boolean;
  /** Variables of the user that may be secret. They go to the child's environment, because any user can read argv. */
  secrets: Record<string, string>;
  notes: string[];
}

/** The user's settings win, key by key, except for variables that decide where requests go; those are reported. */
export function mergeSettings(
  own: JsonObject,
  user: JsonObject,
  keyVariables: readonly string[],
  /** The variables of the user's settings files. The client sets them over those of its environment. */
  storedEnv: JsonObject,
): MergedSettings {
  let secret = false;
  const env: JsonObject = {};
  const ours = toObject(own['env']);
  const secrets: Record<string, string> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(toObject(user['env']))) {
    if (isRoutingVariable(name) || keyVariables.includes(name)) dropped.push(name);
    else if (typeof value !== 'string' || Object.hasOwn(ours, name)) env[name] = value;
    else if (Object.hasOwn(storedEnv, name) && storedEnv[name] !== value) {
      env[name] = value;
      secret = true;
    } else secrets[name] = value;
  }
  const settings = overlay(own, { ...user, ...('env' in user && { env }) });
  // The user's picker replaces occ's as a whole, because its rows belong together.
  if (user['modelPicker'] !== undefined) settings['modelPicker'] = user['modelPicker'];
  const notes = dropped.map((name) => `${name} in your --settings is ignored: occ sets it for this launch.`);
  return { settings, secret, secrets, notes };
}
