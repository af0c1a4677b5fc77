/** A child's environment: what it inherits, less what it must not see, plus what it is told. */
import { isRoutingVariable, routingSwitches } from './provider-variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentChange {
  env: Environment;
  set: Readonly<Record<string, string>>;
  /** Variables a provider's key was or could be read from: the model's shell could print them. */
  remove: readonly string[];
}

export interface ChangedEnvironment {
  env: Record<string, string>;
  changed: Record<string, string>;
  removed: string[];
  notes: string[];
}

/** The client's other credentials always go: it asks about them, or would send them along to whoever answers. */
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
    ...switched.map(
      (name) => `${name} is set here and would send requests past occ; the client does not get it.`,
    ),
    ...(overridden.length > 0
      ? [`${overridden.join(', ')} of your environment give way to occ's for this launch.`]
      : []),
  ];
  return { env: { ...child, ...set }, changed: { ...set }, removed: [...removed, ...switched], notes };
}

function differs(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && before !== '' && before !== after;
}
