/** Builds settings for tests of launches. */
import type { Provider, Settings } from '../../lib/config/settings.ts';

export function provider(name: string, more: Partial<Provider> = {}): Provider {
  return {
    name,
    endpoints: { chat: `http://127.0.0.1:9/${name}/chat/completions` },
    auth: { chat: 'bearer' },
    keys: [],
    headers: {},
    defaultFormat: 'chat',
    timeouts: { headersMs: 1000, firstEventMs: 1000, idleMs: 1000 },
    ...more,
  };
}

export function settings(more: Partial<Settings> = {}): Settings {
  return {
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    hotReload: true,
    models: {
      default: { provider: 'go', model_id: 'middling', context_window: 150_000, wire_format: 'chat' },
      background: { provider: 'go', model_id: 'small', context_window: 64_000, wire_format: 'chat' },
      complex: { provider: 'zen', model_id: 'strong', context_window: 200_000, wire_format: 'chat' },
      long_context: { provider: 'zen', model_id: 'wide', context_window: 400_000, wire_format: 'chat' },
    },
    fallbacks: { default: [{ provider: 'zen', model_id: 'strong' }] },
    modelOverrides: {},
    modelFamilyOverrides: {},
    respectRequestedModel: true,
    enableStreamingScenarioRouting: true,
    providers: { go: provider('go'), zen: provider('zen') },
    retry: { attempts: 1, baseMs: 1, maxMs: 2, maxAttemptsTotal: 6 },
    circuitBreaker: { failures: 5, resetMs: 1000 },
    drainMs: 10_000,
    heartbeatMs: 10_000,
    ledger: { enabled: true, days: 400 },
    budget: { day: 'off', month: 'off' },
    paidFallback: 'always',
    saveQuotaAt: 'off',
    logging: {
      level: 'info',
      requests: true,
      maxBytes: 1_000_000,
      maxFiles: 3,
      captures: { enabled: false, maxFiles: 1, maxBytes: 1 },
    },
    keyVariables: ['OCC_API_KEY', 'MY_KEY'],
    warnings: [],
    ...more,
  };
}
