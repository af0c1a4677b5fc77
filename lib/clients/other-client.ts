/** What the clients other than Claude Code have in common: the environment of the child. */
import type { Launch, Prepared, Ready } from './client.ts';
import { childEnvironment, listNoProxy, withLoopback } from './environment.ts';

/** The variables of a client. */
export interface OwnVariables {
  /** Those that the launch sets. */
  set: Readonly<Record<string, string>>;
  /** Names in `set` whose values are secret. */
  secrets: readonly string[];
  /** The client's own credentials, which are removed. */
  credentials: readonly string[];
  /** Variables that would make the client bypass occ. They are removed with a notice. */
  switches?: readonly string[];
  /** Names in `set` that the launch reports if it replaces a value of the user. */
  reported?: readonly string[];
}

/** The environment of the child, also with loopback in NO_PROXY, since the client may send its requests through a proxy. */
export function environmentFor(
  { env, keepEnv }: Launch,
  { settings }: Ready,
  { set, secrets, credentials, switches = [], reported = [] }: OwnVariables,
): Omit<Prepared, 'args'> {
  const changed = childEnvironment(
    {
      env,
      set: { ...set, ...withLoopback(listNoProxy(env)) },
      remove: keepEnv ? [] : settings.keyVariables,
    },
    { credentials, switches: new Set(switches), overrides: (name) => reported.includes(name) },
  );
  return { ...changed, secrets: [...secrets] };
}

/** The variable with the token of the proxy, for clients that take the name of a variable. */
export const tokenVariable = 'OCC_TOKEN';

/**
 * Milliseconds of silence after which a client should give up a stream, for clients whose own limit is a few minutes and does
 * not count the heartbeats of occ. occ limits the silence of each model itself and then tries the next one, so that a client
 * must wait for several such limits.
 */
export const patienceMs = 3_600_000;
