/**
 * What the person's own files say that bears on a launch: settings and logins that would otherwise win, and a model
 * that only occ knows. The files are read and never written.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../json.ts';
import type { Environment } from './environment.ts';
import { isRoutingVariable } from './provider-variables.ts';

export interface StoredSettings {
  /** `permissions.defaultMode`, from the file that the client heeds most. */
  mode?: string;
  /** NO_PROXY as a settings file sets it, which would hide ours. */
  noProxy?: string;
  /** What settings files say about where requests go and as whom. */
  conflicts: Conflict[];
  /** There is a claude.ai login. */
  login: boolean;
  /** A sentence for each thing that this launch overrides, or cannot. */
  notes: string[];
}

export interface Conflict {
  /** As a person would write it: `~/.claude/settings.json`. */
  file: string;
  names: readonly string[];
  /** The administrator's file, which nothing can override. */
  managed: boolean;
}

export interface ClientContext {
  env: Environment;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
}

/** Looks at managed, local, project and user settings, in the client's own order of weight. Never throws. */
export function readStoredSettings(where: ClientContext): StoredSettings {
  const found: StoredSettings = { notes: [], conflicts: [], login: loggedIn(where) };
  for (const { file, managed } of settingsFiles(where)) {
    const settings = readJson(file);
    if (settings === undefined) continue;
    const env = toObject(settings['env']);
    const names = Object.keys(env).filter((name) => isRoutingVariable(name) && env[name] !== '');
    if (settings['apiKeyHelper'] !== undefined) names.push('apiKeyHelper');
    if (names.length > 0) found.conflicts.push({ file: short(file, where), names, managed });
    const mode = toText(toObject(settings['permissions'])['defaultMode']);
    if (mode !== '') found.mode ??= mode;
    const noProxy = toText(env['NO_PROXY']) || toText(env['no_proxy']);
    if (noProxy !== '') found.noProxy ??= noProxy;
  }
  found.notes.push(...found.conflicts.map(inWords));
  if (found.login) found.notes.push('Your claude.ai login is not used by this launch; it stays as it is.');
  return found;
}

/** The sentence to end with when the client has stored a model that nobody but occ can answer; else undefined. */
export function storedModelNotice(where: ClientContext, offered: ReadonlySet<string>): string | undefined {
  const file = join(clientDir(where), 'settings.json');
  const model = toText(readJson(file)?.['model']).replace(/\[1m\]$/i, '');
  if (!offered.has(model)) return undefined;
  return (
    `Claude Code has stored "${model}" as its default model, which only occ can answer. ` +
    `Before a plain "claude", choose another with /model, or remove the line "model" from ${short(file, where)}.`
  );
}

function settingsFiles(where: ClientContext): { file: string; managed: boolean }[] {
  const project = join(where.cwd, '.claude');
  const files = [
    join(project, 'settings.local.json'),
    join(project, 'settings.json'),
    join(clientDir(where), 'settings.json'),
  ];
  // In the home directory the project's settings and the user's are the same file.
  const own = [...new Set(files)].map((file) => ({ file, managed: false }));
  return [{ file: managedFile(where.platform), managed: true }, ...own];
}

function managedFile(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode/managed-settings.json';
  if (platform === 'win32') return 'C:\\Program Files\\ClaudeCode\\managed-settings.json';
  return '/etc/claude-code/managed-settings.json';
}

function clientDir({ env, home }: ClientContext): string {
  return env['CLAUDE_CONFIG_DIR'] || join(home, '.claude');
}

/** A login leaves its tokens in one file, or in the keychain and only the account's name in the other. */
function loggedIn(where: ClientContext): boolean {
  const state = where.env['CLAUDE_CONFIG_DIR'] || where.home;
  return (
    isObject(readJson(join(clientDir(where), '.credentials.json'))?.['claudeAiOauth']) ||
    isObject(readJson(join(state, '.claude.json'))?.['oauthAccount'])
  );
}

function inWords({ file, names, managed }: Conflict): string {
  const what = `${file} sets ${names.join(', ')}`;
  if (managed) return `${what}; your administrator's settings win, so requests may not go through occ.`;
  return `${what}; this launch goes through occ all the same, and the file stays as it is.`;
}

function short(file: string, { home }: ClientContext): string {
  return file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}

function readJson(file: string): JsonObject | undefined {
  try {
    const value = parseJson(readFileSync(file, 'utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
