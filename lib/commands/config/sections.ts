/** The sections in which `occ config show` prints the configuration. */
import type { Segment } from '../../config/file/json-path.ts';

/** In the order in which they are printed. */
export const sections = [
  'connection',
  'keys',
  'models',
  'fallbacks',
  'providers',
  'timeouts',
  'retries',
  'logging',
  'usage',
  'other',
] as const;

export type Section = (typeof sections)[number];

const byKey: Readonly<Record<string, Section>> = {
  host: 'connection',
  port: 'connection',
  allowed_hosts: 'connection',
  auth_token: 'connection',
  hot_reload: 'connection',
  api_key: 'keys',
  api_keys: 'keys',
  api_key_command: 'keys',
  models: 'models',
  model_overrides: 'models',
  model_family_overrides: 'models',
  respect_requested_model: 'models',
  enable_streaming_scenario_routing: 'models',
  fallbacks: 'fallbacks',
  paid_fallback: 'fallbacks',
  opencode_go: 'providers',
  opencode_zen: 'providers',
  openrouter: 'providers',
  providers: 'providers',
  heartbeat_ms: 'timeouts',
  drain_ms: 'timeouts',
  retry: 'retries',
  circuit_breaker: 'retries',
  logging: 'logging',
  ledger: 'usage',
  budget: 'usage',
  save_quota_at: 'usage',
};

/** `opencode_go.timeout_ms` → `timeouts`. */
export function sectionOf(segments: readonly Segment[]): Section {
  const [first, last] = [String(segments[0]), String(segments.at(-1))];
  const section = Object.hasOwn(byKey, first) ? byKey[first] : undefined;
  return section === 'providers' && last.endsWith('timeout_ms') ? 'timeouts' : (section ?? 'other');
}
