/** Computes the environment of a child: the inherited one, without credentials, with occ's variables. */
import { isRoutingVariable, routingSwitches } from './provider-variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentChange {
  env: Environment;
  set: Readonly<Record<string, string>>;
  /** Variables that may hold provider keys. Commands that the model runs could print them. */
  remove: readonly string[];
}

/** The variables that decide where one client sends its requests. */
export interface RoutingVariables {
  /** Removed without a word: it would ask about them, or send them to the proxy. */
  credentials: readonly string[];
  /** Removed with a notice: each would make the client bypass occ. */
  switches: ReadonlySet<string>;
  /** Whether the launch reports that it replaces a value of the user. */
  overrides: (name: string) => boolean;
}

const ofClaude: RoutingVariables = {
  credentials: ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CODE_API_BASE_URL'],
  switches: routingSwitches,
  overrides: isRoutingVariable,
};

export interface ChangedEnvironment {
  env: Record<string, string>;
  changed: Record<string, string>;
  removed: string[];
  notes: string[];
}

/** Without `routing` for Claude Code, and for programs that read the same variables. */
export function childEnvironment(
  { env, set, remove }: EnvironmentChange,
  { credentials, switches, overrides }: RoutingVariables = ofClaude,
): ChangedEnvironment {
  const child: Record<string, string> = {};
  const removed: string[] = [];
  const switched: string[] = [];
  const unwanted = new Set([...credentials, ...remove]);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || Object.hasOwn(set, name)) continue;
    if (unwanted.has(name)) removed.push(name);
    else if (switches.has(name) && value !== '') switched.push(name);
    else child[name] = value;
  }
  const overridden = Object.keys(set).filter((name) => overrides(name) && differs(env[name], set[name]));
  const notes = [
    ...switched.map((name) => `${name} is set and would bypass occ; it is not passed to the client.`),
    ...(overridden.length > 0
      ? [`occ overrides ${overridden.join(', ')} of your environment for this launch.`]
      : []),
  ];
  return { env: { ...child, ...set }, changed: { ...set }, removed: [...removed, ...switched], notes };
}

function differs(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && before !== '' && before !== after;
}

const loopback = ['127.0.0.1', 'localhost', '::1'];

/** What the environment excludes from its HTTP proxy. */
export function listNoProxy(env: Environment): string {
  return env['NO_PROXY'] || env['no_proxy'] || '';
}

/**
 * Both spellings of NO_PROXY, with loopback added to the hosts that are listed: a client may send its requests through a proxy.
 */
export function withLoopback(listed: string): { NO_PROXY: string; no_proxy: string } {
  const hosts = listed.split(',').map((host) => host.trim());
  const all = [...new Set([...hosts.filter((host) => host !== ''), ...loopback])].join(',');
  return { NO_PROXY: all, no_proxy: all };
}
