/**
 * Finds conflicts between a launch and the user's Claude Code files: settings and logins that would take precedence, and
 * a stored default model that only occ can serve. The files are only read.
 */
import { readBounded } from '../bounded-file.ts';
import { join } from 'node:path';
import { withTilde } from '../tilde.ts';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../json.ts';
import type { Environment } from './environment.ts';
import { tierOf } from '../proxy/policy/tiers.ts';
import { isRoutingVariable } from './provider-variables.ts';
import { platformOf } from '../platform.ts';

export interface StoredSettings {
  /** `permissions.defaultMode`, from the file with the highest precedence. */
  mode?: string;
  /** The variables of the settings files that the client sets, each from the file with the highest precedence. */
  env: JsonObject;
  /** True if a settings file has a status line. */
  statusLine: boolean;
  /** Settings that decide where requests go and with which credentials. */
  conflicts: Conflict[];
  /** True if the user is logged in to claude.ai. */
  login: boolean;
  /** True if the client has shown its first screens. Before, it looks for credentials in its environment only. */
  onboarded: boolean;
  /** A sentence for each setting that the launch overrides or cannot override. */
  notes: string[];
}

export interface Conflict {
  /** Its path with `~`: `~/.claude/settings.json`. */
  file: string;
  names: readonly string[];
  /** True for the administrator's file, which nothing overrides. */
  managed: boolean;
}

export interface ClientContext {
  env: Environment;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
}

/** Reads managed, local, project and user settings, in the client's order of precedence. Never throws. */
export function readStoredSettings(context: ClientContext): StoredSettings {
  const found: StoredSettings = {
    env: {},
    statusLine: false,
    notes: [],
    conflicts: [],
    login: isLoggedIn(context),
    onboarded: readState(context)?.['hasCompletedOnboarding'] === true,
  };
  for (const { file, managed } of settingsFiles(context)) {
    const settings = readJson(file);
    if (settings === undefined) continue;
    const env = toObject(settings['env']);
    const names = Object.keys(env).filter((name) => isRoutingVariable(name) && env[name] !== '');
    if (settings['apiKeyHelper'] !== undefined) names.push('apiKeyHelper');
    if (names.length > 0) found.conflicts.push({ file: withTilde(file, context.home), names, managed });
    const mode = toText(toObject(settings['permissions'])['defaultMode']);
    if (mode !== '') found.mode ??= mode;
    found.env = { ...env, ...found.env };
    found.statusLine ||= settings['statusLine'] !== undefined;
  }
  found.notes.push(...found.conflicts.map(describeConflict));
  if (found.login) found.notes.push('Your claude.ai login is not used by this launch and is not changed.');
  return found;
}

/** A default model that the client has stored in the user's settings, and that only occ can serve. */
export interface StoredModel {
  id: string;
  /** The settings file, with `~`. */
  file: string;
}

/** The stored default model of the client if it is one of `offered`, otherwise undefined. */
export function storedModel(context: ClientContext, offered: ReadonlySet<string>): StoredModel | undefined {
  const file = join(clientDir(context), 'settings.json');
  const id = toText(readJson(file)?.['model']).replace(/\[1m\]$/i, '');
  return offered.has(id) ? { id, file: withTilde(file, context.home) } : undefined;
}

/** What the user can do about it: keep the model in occ, and choose another for the client alone. */
export function describeStored({ id, file }: StoredModel): string {
  const tier = tierOf(id);
  const keep = tier === undefined ? `occ use ${id}` : `occ launch -m ${tier}`;
  return (
    `Claude Code has stored "${id}", which you chose in /model, as its default. occ launch starts with the model of its ` +
    `own configuration; to start with this one: ${keep}. A plain "claude" cannot use it: choose another there with ` +
    `/model, or remove the line "model" from ${file}.`
  );
}

function settingsFiles(context: ClientContext): { file: string; managed: boolean }[] {
  const project = join(context.cwd, '.claude');
  const files = [
    join(project, 'settings.local.json'),
    join(project, 'settings.json'),
    join(clientDir(context), 'settings.json'),
  ];
  // In the home directory, project settings and user settings are the same file.
  const own = [...new Set(files)].map((file) => ({ file, managed: false }));
  return [{ file: platformOf(context.platform).managedSettings, managed: true }, ...own];
}

function clientDir({ env, home }: ClientContext): string {
  return env['CLAUDE_CONFIG_DIR'] || join(home, '.claude');
}

/** A login stores its tokens in the first file, or in the keychain and only the account in the second file. */
function isLoggedIn(context: ClientContext): boolean {
  return (
    isObject(readJson(join(clientDir(context), '.credentials.json'))?.['claudeAiOauth']) ||
    isObject(readState(context)?.['oauthAccount'])
  );
}

function readState({ env, home }: ClientContext): JsonObject | undefined {
  return readJson(join(env['CLAUDE_CONFIG_DIR'] || home, '.claude.json'));
}

function describeConflict({ file, names, managed }: Conflict): string {
  const what = `${file} sets ${names.join(', ')}`;
  if (managed) return `${what}; your administrator's settings win, so requests may not go through occ.`;
  return `${what}; this launch goes through occ anyway, and the file is not changed.`;
}

/** Far more than any settings need. */
const maxBytes = 16 * 1024 * 1024;

function readJson(file: string): JsonObject | undefined {
  try {
    const value = parseJson(readBounded(file, maxBytes).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
