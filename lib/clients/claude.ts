/**
 * Computes the arguments and the environment of Claude Code for `occ launch`, without I/O. The rules follow the measured
 * behaviour of the client, in the versions that `claude-package.ts` names; each rule states its reason.
 */
import type { Settings } from '../config/settings.ts';
import { leastClientWindow } from '../proxy/policy/capacity.ts';
import { tierId, tiers } from '../proxy/policy/tiers.ts';
import { toObject, toText, type JsonObject } from '../json.ts';
import { anyToken } from './any-token.ts';
import { backgroundUse, viewFirst, withoutBackground } from './background.ts';
import { defaultChoice, type Choice } from './choice.ts';
import type { Prepared } from './client.ts';
import { childEnvironment, listNoProxy, withLoopback, type Environment } from './environment.ts';
import { ownSettings, mergeSettings, permissionsOf, takeSettingsFlag } from './claude-settings.ts';
import { overlay } from './overlay.ts';
import type { UserSettings } from './user-settings.ts';
import { offeredModels } from './offered-models.ts';
import { describeModel, tierRoutes, longContextWindow } from './tiers.ts';

export interface ClaudeOptions {
  settings: Settings;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  token: string;
  /** The environment of occ itself. */
  env: Environment;
  /** The client's arguments, as the user typed them. */
  args: readonly string[];
  /** The content of `--settings` among them. */
  userSettings?: UserSettings;
  /** The path for settings that other users of the machine must not read. Nothing is written. */
  privateFile: (text: string) => string;
  /** The choice made by `-m`. */
  choice?: Choice;
  autoMode: boolean;
  keepEnv: boolean;
  /**
   * The session may outlive the launch (`--bg`, `/bg`, `claude agents`). A service of the client then runs it, and keeps the
   * environment of the client that started the service for every later session. So the child gets no variable of occ;
   * the settings carry them all.
   */
  outlives?: boolean;
  /** The permission mode of the user's settings files, which is kept. */
  storedMode?: string;
  /** The command for the client's status line; absent if a settings file of the user has one. */
  statusLine?: string;
  /** The variables of the user's settings files, which override those of the environment. */
  storedEnv?: JsonObject;
  /** A header that the client adds to its requests, beside those of the user: `x-name: value`. */
  header?: string;
}

const hostFlag = 'CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST';
const autoModeServer = 'CLAUDE_CODE_AUTO_MODE_SERVER';

/** OccError `config_invalid` if no model is configured. */
export function prepareClaude(options: ClaudeOptions): Prepared {
  const { settings, autoMode, choice = defaultChoice, storedEnv = {}, userSettings } = options;
  const outlives = options.outlives === true;
  const user = userSettings?.settings ?? {};
  const { rest } = takeSettingsFlag(options.args);
  const permissions = permissionsOf(rest, user, options.storedMode);
  const classifier = autoMode || permissions === 'auto';
  const { given: noProxyGiven, variables: noProxy } = noProxyFor(
    toObject(user['env']),
    storedEnv,
    options.env,
  );
  const merged = mergeSettings(
    ownSettings({
      unprotected: unprotected(options, classifier),
      picker: pickerRows(settings),
      permissions: classifier ? 'auto' : permissions,
      ...(options.statusLine !== undefined && !('statusLine' in user) && { statusLine: options.statusLine }),
    }),
    user,
    options.keepEnv ? [] : settings.keyVariables,
    storedEnv,
  );
  const headers = headersFor(options);
  const carried = { ...merged.secrets, ...noProxy, ...providerVariables(options), ...headers };
  const inline = overlay(merged.settings, {
    ...((noProxyGiven || outlives) && { env: outlives ? carried : noProxy }),
    // Without the host's flag, the client would also send the key of the user's helper.
    ...(outlives && { apiKeyHelper: '' }),
  });
  const prepared = childEnvironment({
    env: outlives ? withoutVariablesOfOcc(options, classifier) : options.env,
    set: outlives ? {} : { ...allVariables(options, classifier), ...merged.secrets, ...noProxy, ...headers },
    remove: [...(options.keepEnv ? [] : settings.keyVariables), ...(outlives ? [hostFlag] : [])],
  });
  const text = JSON.stringify(inline);
  // Headers of the user may hold a credential.
  const holdsSecrets =
    options.token !== anyToken || Object.keys(merged.secrets).length > 0 || ownHeaders(options) !== '';
  const isPrivate = (outlives && holdsSecrets) || (merged.secret && userSettings?.inline === false);
  const path = isPrivate ? options.privateFile(text) : undefined;
  // Without --model the client would use its stored model. A --model of the user, given after `--`, takes precedence.
  const given = rest.some((word) => word === '--model' || word.startsWith('--model='));
  const own = ['--settings', path ?? text, ...(given ? [] : ['--model', choice.id])];
  const isAbout = backgroundUse(rest) === 'command';
  return {
    ...prepared,
    secrets: ['ANTHROPIC_AUTH_TOKEN', ...Object.keys(merged.secrets)],
    ...(path !== undefined && !isAbout && { privateFile: { path, text, stays: outlives } }),
    args: isAbout ? [...options.args] : viewFirst(rest, own),
    notes: [...prepared.notes, ...merged.notes],
  };
}

const headersVariable = 'ANTHROPIC_CUSTOM_HEADERS';

/** The headers of the user, one in a line: `--settings` comes before the settings files, and these before the environment. */
function ownHeaders({ env, storedEnv = {}, userSettings }: ClaudeOptions): string {
  const given = toObject(userSettings?.settings['env'])[headersVariable];
  return toText(given ?? storedEnv[headersVariable] ?? env[headersVariable] ?? '');
}

/** The client's variable for headers, with that of the launch; nothing without one. */
function headersFor(options: ClaudeOptions): Record<string, string> {
  const { header } = options;
  if (header === undefined) return {};
  const given = ownHeaders(options);
  return { [headersVariable]: given === '' ? header : `${given}\n${header}` };
}

/** The same variables for another program, which gets them from its environment only. */
export function prepareProgram(options: ClaudeOptions): Prepared {
  const { settings, keepEnv } = options;
  const prepared = childEnvironment({
    env: options.env,
    set: { ...allVariables(options, true), ...headersFor(options) },
    remove: keepEnv ? [] : settings.keyVariables,
  });
  return { ...prepared, secrets: ['ANTHROPIC_AUTH_TOKEN'], args: [...options.args] };
}

function allVariables(options: ClaudeOptions, classifier: boolean): Record<string, string> {
  return {
    ...providerVariables(options),
    ...unprotected(options, classifier),
    ...noProxyFor({}, {}, options.env).variables,
  };
}

/** The variables that CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST protects from the user's settings files. */
function providerVariables({ settings, url, token, outlives }: ClaudeOptions): Record<string, string> {
  const set: Record<string, string> = {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: token,
    // With it, a background session would ignore the URL and the token of its settings.
    ...(outlives !== true && { [hostFlag]: '1' }),
  };
  const routes = tierRoutes(settings);
  for (const tier of tiers) {
    const variable = `ANTHROPIC_DEFAULT_${tier.toUpperCase()}_MODEL`;
    set[variable] = tierId(tier);
    set[`${variable}_NAME`] = describeModel(routes[tier]);
  }
  return set;
}

/** The variables that the flag of the host does not protect, so the inline settings have them, too. None is secret. */
function unprotected(options: ClaudeOptions, classifier: boolean): Record<string, string> {
  const window = String(Math.max(leastClientWindow, longContextWindow(options.settings)));
  return {
    CLAUDE_CODE_MAX_CONTEXT_TOKENS: window,
    CLAUDE_CODE_AUTO_COMPACT_WINDOW: window,
    // The billing header differs between kinds of requests, which would defeat the prefix cache of the upstream.
    CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
    CLAUDE_CODE_GATEWAY_HINT_HEADERS: '1',
    ...(classifier && { [autoModeServer]: '0' }),
    ...(options.outlives !== true && withoutBackground),
  };
}

/** The environment without what `occ env` set in this shell, which the service of background sessions would keep. */
function withoutVariablesOfOcc(options: ClaudeOptions, classifier: boolean): Environment {
  const { env } = options;
  const { ANTHROPIC_DEFAULT_SONNET_MODEL: sonnet } = env;
  if (sonnet !== tierId('sonnet')) return env;
  const { NO_PROXY: _upper, no_proxy: _lower, ...all } = allVariables(options, classifier);
  const set = new Set([...Object.keys({ ...all, ...withoutBackground }), hostFlag, autoModeServer]);
  const isOcc = (name: string, value: string | undefined): boolean =>
    set.has(name) || (name.toUpperCase() === 'NO_PROXY' && value === withLoopback('').NO_PROXY);
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => !isOcc(name, value)));
}

/**
 * NO_PROXY with loopback added: the client sends loopback requests to a configured HTTP proxy too, unless NO_PROXY lists
 * them. As in the client, `--settings` comes before the settings files and these before the environment. `given`: one of
 * the former two has it, so that the environment alone would not count.
 */
function noProxyFor(
  user: JsonObject,
  stored: JsonObject,
  env: Environment,
): { given: boolean; variables: Record<string, string> } {
  const read = (from: JsonObject): string => toText(from['NO_PROXY'] ?? '') || toText(from['no_proxy'] ?? '');
  const fromFiles = read(user) || read(stored);
  return { given: fromFiles !== '', variables: withLoopback(fromFiles || listNoProxy(env)) };
}

/** The rows of `/model`. */
function pickerRows(settings: Settings): JsonObject[] {
  return offeredModels(settings, tierId('sonnet')).map(({ id, label, description }) => ({
    model: id,
    label,
    description,
  }));
}

/**
 * The variables that a shell exports to use the proxy of `occ start`: those of a launch, with the token of that proxy,
 * or `anyToken` if it accepts any.
 */
export function variablesFor(
  settings: Settings,
  url: string,
  token: string | undefined,
): Record<string, string> {
  const options = {
    settings,
    url,
    token: token ?? anyToken,
    env: {},
    args: [],
    privateFile: () => '',
    autoMode: true,
    keepEnv: false,
  } satisfies ClaudeOptions;
  return allVariables(options, true);
}
