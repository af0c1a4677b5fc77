/**
 * The one inline `--settings` of a launch: ours, with the person's own laid over it. The client reads only the last
 * `--settings` it is given, so two of them would silently lose the first.
 */
import { isObject, toObject, toText, type Json, type JsonObject } from '../json.ts';
import { isRoutingVariable } from './provider-variables.ts';
import { takesValue } from './client-options.ts';

/** The arguments without `--settings`, and what the last of them said: a file's path or a JSON text. */
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

/** `default`: nobody has said anything. `own`: the person has, and it stands. `auto`: the person wants auto mode. */
export type Permissions = 'default' | 'own' | 'auto';

const permissionFlags = new Set([
  '--permission-mode',
  '--dangerously-skip-permissions',
  '--allow-dangerously-skip-permissions',
]);

/** What the person's flags, `--settings` and stored mode say, in the order in which the client heeds them. */
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
  // A stored `auto` is the client's own default and is switched off like it; anything else was somebody's choice.
  return storedMode === undefined || storedMode === 'auto' ? 'default' : 'own';
}

export interface OwnSettings {
  unprotected: Readonly<Record<string, string>>;
  picker: JsonObject[];
  permissions: Permissions;
}

/** Auto mode asks the gateway for a safety verdict (`safeguards`) that no gateway can honestly give, so it is off. */
export function ownSettings({ unprotected, picker, permissions }: OwnSettings): JsonObject {
  return {
    env: { ...unprotected },
    modelPicker: { replaceBuiltInOptions: true, options: picker },
    ...(permissions !== 'auto' && { disableAutoMode: 'disable' }),
    ...(permissions === 'default' && { permissions: { defaultMode: 'default' } }),
  };
}

export interface MergedSettings {
  settings: JsonObject;
  /** Variables of the person's that sound secret: they go to the child's environment, since argv can be read by all. */
  secrets: Record<string, string>;
  notes: string[];
}

/** The person's wins, key by key, except for variables that decide where requests go; a dropped one is named. */
export function mergeSettings(
  own: JsonObject,
  user: JsonObject,
  keyVariables: readonly string[],
): MergedSettings {
  const env: JsonObject = {};
  const ours = toObject(own['env']);
  const secrets: Record<string, string> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(toObject(user['env']))) {
    if (isRoutingVariable(name) || keyVariables.includes(name)) dropped.push(name);
    else if (typeof value === 'string' && !Object.hasOwn(ours, name)) secrets[name] = value;
    else env[name] = value;
  }
  const settings = overlay(own, { ...user, ...('env' in user && { env }) });
  // Rows are a list of their own: half of ours between half of theirs would be nobody's.
  if (user['modelPicker'] !== undefined) settings['modelPicker'] = user['modelPicker'];
  const notes = dropped.map(
    (name) => `${name} of your --settings is left out: occ decides it for this launch.`,
  );
  return { settings, secrets, notes };
}

function overlay(under: JsonObject, over: JsonObject): JsonObject {
  const merged: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below: Json | undefined = merged[key];
    merged[key] = isObject(below) && isObject(value) ? overlay(below, value) : value;
  }
  return merged;
}
