/** Computes the environment of a child: the inherited one, without credentials, with occ's variables. */
import { isRoutingVariable, routingSwitches } from './provider-variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentChange {
  env: Environment;
  set: Readonly<Record<string, string>>;
  /** Variables that may hold provider keys. Commands that the model runs could print them. */
  remove: readonly string[];
}

export interface ChangedEnvironment {
  env: Record<string, string>;
  changed: Record<string, string>;
  removed: string[];
  notes: string[];
}

/** Always removes the client's other credentials: it would ask about them, or send them to the proxy. */
export function childEnvironment({ env, set, remove }: EnvironmentChange): ChangedEnvironment {
  const child: Record<string, string> = {};
  const removed: string[] = [];
  const switched: string[] = [];
  const unwanted = new Set([
    'ANTHROPIC_API_KEY',
    'CLAUDE_CODE_OAUTH_TOKEN',
    'CLAUDE_CODE_API_BASE_URL',
    ...remove,
  ]);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || Object.hasOwn(set, name)) continue;
    if (unwanted.has(name)) removed.push(name);
    else if (routingSwitches.has(name) && value !== '') switched.push(name);
    else child[name] = value;
  }
  const overridden = Object.keys(set).filter(
    (name) => isRoutingVariable(name) && differs(env[name], set[name]),
  );
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
