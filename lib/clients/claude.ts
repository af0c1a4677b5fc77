/**
 * What `occ launch` does to Claude Code, and only to it: its arguments and its whole environment, from values alone.
 * The reasons are measured behaviour of the real client (contract 2a); each rule names its own.
 */
import type { Settings } from '../config/settings.ts';
import { tierId, tiers } from '../proxy/policy/tiers.ts';
import type { JsonObject } from '../json.ts';
import type { Route } from '../wire/codec.ts';
import { defaultChoice, type Choice } from './choice.ts';
import { childEnvironment, type Environment } from './environment.ts';
import { ownSettings, mergeSettings, permissionsOf, takeSettingsFlag } from './claude-settings.ts';
import { configuredModels, tierRoutes, longContextWindow, toId } from './tiers.ts';

export interface ClaudeOptions {
  settings: Settings;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  token: string;
  /** The environment `occ` itself was started with. */
  env: Environment;
  /** The words for the client, as the person typed them. */
  args: readonly string[];
  /** What `--settings` among them holds, already read; see `takeSettingsFlag`. */
  userSettings?: JsonObject;
  /** What `-m` named. */
  choice?: Choice;
  autoMode: boolean;
  keepEnv: boolean;
  /** A permission mode the person's own settings files ask for, which is then left alone. */
  storedMode?: string;
  /** Proxy exceptions that the person's settings files set, and which would otherwise hide ours. */
  storedNoProxy?: string;
}

/** A command ready to be spawned. */
export interface Prepared {
  args: string[];
  /** The child's environment, all of it. */
  env: Record<string, string>;
  /** What was set or changed against the environment given, and what was taken away: for `--dry-run`. */
  changed: Record<string, string>;
  removed: string[];
  /** Names of `changed` whose values nobody else may see. */
  secrets: string[];
  /** What the person should know, a sentence each. */
  notes: string[];
}

/** The client compacts below this anyway and raises smaller values to it. */
const smallestWindow = 100_000;

/** OccError `config_invalid` when no model is configured at all. */
export function prepareClaude(options: ClaudeOptions): Prepared {
  const { settings, autoMode, choice = defaultChoice } = options;
  const { rest } = takeSettingsFlag(options.args);
  const permissions = permissionsOf(rest, options.userSettings, options.storedMode);
  const classifier = autoMode || permissions === 'auto';
  const merged = mergeSettings(
    ownSettings({
      unprotected: {
        ...unprotected(options, classifier),
        ...(options.storedNoProxy !== undefined && noProxy(options)),
      },
      picker: pickerRows(settings),
      permissions: classifier ? 'auto' : permissions,
    }),
    options.userSettings ?? {},
    options.keepEnv ? [] : settings.keyVariables,
  );
  const prepared = childEnvironment({
    env: options.env,
    set: { ...allVariables(options, classifier), ...merged.secrets },
    remove: options.keepEnv ? [] : settings.keyVariables,
  });
  // A stored choice must not apply, so there is always a --model; one behind `--` is the person's own last word.
  const asked = rest.some((word) => word === '--model' || word.startsWith('--model='));
  return {
    ...prepared,
    secrets: ['ANTHROPIC_AUTH_TOKEN', ...Object.keys(merged.secrets)],
    args: ['--settings', JSON.stringify(merged.settings), ...(asked ? [] : ['--model', choice.id]), ...rest],
    notes: [...prepared.notes, ...merged.notes],
  };
}

/** The same variables for any other program: no client of its own settings, so the environment is all there is. */
export function prepareProgram(options: ClaudeOptions): Prepared {
  const { settings, keepEnv } = options;
  const prepared = childEnvironment({
    env: options.env,
    set: allVariables(options, true),
    remove: keepEnv ? [] : settings.keyVariables,
  });
  return { ...prepared, secrets: ['ANTHROPIC_AUTH_TOKEN'], args: [...options.args] };
}

function allVariables(options: ClaudeOptions, classifier: boolean): Record<string, string> {
  return { ...providerVariables(options), ...unprotected(options, classifier), ...noProxy(options) };
}

/** What CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST protects against the person's settings files. */
function providerVariables({ settings, url, token }: ClaudeOptions): Record<string, string> {
  const set: Record<string, string> = {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: token,
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1',
  };
  const lineup = tierRoutes(settings);
  for (const tier of tiers) {
    const variable = `ANTHROPIC_DEFAULT_${tier.toUpperCase()}_MODEL`;
    set[variable] = tierId(tier);
    set[`${variable}_NAME`] = describe(lineup[tier]);
  }
  return set;
}

/** What it does not protect: these stand in the environment and in the inline settings. None is secret. */
function unprotected(options: ClaudeOptions, classifier: boolean): Record<string, string> {
  const window = String(Math.max(smallestWindow, longContextWindow(options.settings)));
  return {
    CLAUDE_CODE_MAX_CONTEXT_TOKENS: window,
    CLAUDE_CODE_AUTO_COMPACT_WINDOW: window,
    // The billing block changes with every kind of request and would spoil the upstream's prefix cache.
    CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
    CLAUDE_CODE_GATEWAY_HINT_HEADERS: '1',
    ...(classifier && { CLAUDE_CODE_AUTO_MODE_SERVER: '0' }),
  };
}

const loopback = ['127.0.0.1', 'localhost', '::1'];

/** With a proxy in its environment the client would send even loopback requests there. */
function noProxy({ env, storedNoProxy }: ClaudeOptions): Record<string, string> {
  const given = [storedNoProxy, env['NO_PROXY'], env['no_proxy']].flatMap((list) => list?.split(',') ?? []);
  const hosts = [
    ...new Set([...given.map((host) => host.trim()).filter((host) => host !== ''), ...loopback]),
  ];
  return { NO_PROXY: hosts.join(','), no_proxy: hosts.join(',') };
}

/** Rows of `/model`: what occ would choose, then every configured model; an offered row is used as asked. */
function pickerRows(settings: Settings): JsonObject[] {
  const { sonnet: usual, opus: hard } = tierRoutes(settings);
  const automatic = [
    {
      model: tierId('sonnet'),
      label: `${usual.modelId} (automatic)`,
      description: 'occ picks the model for each request; this one for most',
    },
  ];
  if (describe(hard) !== describe(usual)) {
    automatic.push({
      model: tierId('opus'),
      label: `${hard.modelId} (automatic)`,
      description: 'occ picks the model for each request; this one for hard work',
    });
  }
  const rows = configuredModels(settings).map((entry) => ({
    model: toId(entry),
    label: entry.model_id,
    description: `always ${entry.model_id} from ${entry.provider}`,
  }));
  return [...automatic, ...rows];
}

/** How a model reads on a screen: `mimo-v2.5 (opencode-go)`. */
function describe({ provider, modelId }: Route): string {
  return `${modelId} (${provider})`;
}

/**
 * The variables a person exports to use a proxy that stays (`occ start`): those of a launch that are not secret, and
 * the proxy's token, or `unused` where any is accepted.
 */
export function variablesFor(
  settings: Settings,
  url: string,
  token: string | undefined,
): Record<string, string> {
  const options = {
    settings,
    url,
    token: token ?? 'unused',
    env: {},
    args: [],
    autoMode: true,
    keepEnv: false,
  } satisfies ClaudeOptions;
  return allVariables(options, true);
}
