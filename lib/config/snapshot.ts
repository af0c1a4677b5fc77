/** The effective tree into Settings: camel case, secrets wrapped, frozen through and through. */
import { toKey } from './providers/credentials.ts';
import type { NormalFile } from './file/normalize.ts';
import type { Provider, Settings } from './settings.ts';

export interface SnapshotParts {
  file?: string;
  providers: Readonly<Record<string, Provider>>;
  keyVariables: readonly string[];
  warnings: Settings['warnings'];
}

type DeepRequired<T> = {
  [Key in keyof T]-?: NonNullable<T[Key]> extends object ? DeepRequired<NonNullable<T[Key]>> : T[Key];
};
type Defaulted = Pick<
  NormalFile,
  | 'host'
  | 'port'
  | 'hot_reload'
  | 'respect_requested_model'
  | 'enable_streaming_scenario_routing'
  | 'retry'
  | 'circuit_breaker'
  | 'heartbeat_ms'
  | 'logging'
>;

/** The tree holds the schema's defaults under everything else, which is what makes the cast true. */
export function toSnapshot(tree: NormalFile, parts: SnapshotParts): Settings {
  const full = tree as DeepRequired<Defaulted>;
  const { retry, circuit_breaker: breaker, logging } = full;
  return deepFreeze({
    ...parts,
    host: full.host,
    port: full.port,
    // "" is how a first configuration leaves the place open.
    ...(tree.auth_token && { authToken: toKey(tree.auth_token, 'auth_token') }),
    hotReload: full.hot_reload,
    models: tree.models ?? {},
    fallbacks: tree.fallbacks ?? {},
    modelOverrides: tree.model_overrides ?? {},
    modelFamilyOverrides: tree.model_family_overrides ?? {},
    respectRequestedModel: full.respect_requested_model,
    enableStreamingScenarioRouting: full.enable_streaming_scenario_routing,
    retry: {
      attempts: retry.attempts,
      baseMs: retry.base_ms,
      maxMs: Math.max(retry.max_ms, retry.base_ms),
      maxAttemptsTotal: retry.max_attempts_total,
    },
    circuitBreaker: { failures: breaker.failures, resetMs: breaker.reset_ms },
    heartbeatMs: full.heartbeat_ms,
    logging: {
      level: logging.level,
      requests: logging.requests,
      maxBytes: logging.max_bytes,
      maxFiles: logging.max_files,
      captures: {
        enabled: logging.captures.enabled,
        maxFiles: logging.captures.max_files,
        maxBytes: logging.captures.max_bytes,
      },
    },
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
