/** Mistakes in a configuration file, and what is said about each. */
import { minimal } from '../scratch.ts';

export const go = { provider: 'opencode-go', model_id: 'deepseek-v4-pro' };

/** [mistake, file, path, expected message] */
export const mistakes: [string, object, string, RegExp][] = [
  ['a port in quotes', { port: '3456' }, 'port', /found a string, expected a whole number/],
  ['a port out of range', { port: 70000 }, 'port', /found 70000, expected 65535 or less/],
  ['a fractional port', { port: 34.5 }, 'port', /found 34.5, expected a whole number/],
  ['a word for a boolean', { hot_reload: 'yes' }, 'hot_reload', /found a string, expected true or false/],
  [
    'a misspelt word of several',
    { paid_fallback: 'nver' },
    'paid_fallback',
    /found "nver", expected "always", "ask", "never"/,
  ],
  [
    'a budget that is no amount',
    { budget: { day: 'banana' } },
    'budget.day',
    /found "banana", expected US dollars/,
  ],
  [
    'a host name with a scheme',
    { allowed_hosts: ['http://nas'] },
    'allowed_hosts[0]',
    /found "http:\/\/nas", expected one host name/,
  ],
  [
    'a host name with a password',
    { allowed_hosts: ['http://me:secret@nas'] },
    'allowed_hosts[0]',
    /found a string, expected one host name/,
  ],
  ['models as a list', { models: [] }, 'models', /found a list, expected an object/],
  [
    'a model as a string',
    { models: { default: 'kimi-k3' } },
    'models.default',
    /found a string, expected an object/,
  ],
  [
    'an unknown provider',
    { models: { default: { ...go, provider: 'opencode-goo' } } },
    'models.default.provider',
    /unknown provider "opencode-goo", expected one of opencode-go, opencode-zen, emulator/,
  ],
  [
    'a model without an id',
    { models: { default: { provider: 'opencode-go' } } },
    'models.default.model_id',
    /found nothing, expected the id of a model/,
  ],
  [
    'a model with an empty id',
    { models: { default: { ...go, model_id: '' } } },
    'models.default.model_id',
    /found an empty string, expected the id/,
  ],
  [
    'a fallback without an id',
    { ...minimal, fallbacks: { default: [go, { provider: 'opencode-zen' }] } },
    'fallbacks.default[1].model_id',
    /expected the id of a model/,
  ],
  [
    'fallbacks that are not a list',
    { fallbacks: { default: go } },
    'fallbacks.default',
    /found an object, expected a list/,
  ],
  [
    'an override of an unknown provider',
    { model_overrides: { 'claude-opus-4.5': { ...go, provider: 'nobody' } } },
    'model_overrides["claude-opus-4.5"].provider',
    /unknown provider "nobody"/,
  ],
  [
    'a family with an empty key',
    { model_family_overrides: { '': go } },
    'model_family_overrides[""]',
    /empty key/,
  ],
  [
    'a temperature as a string',
    { models: { default: { ...go, temperature: 'hot' } } },
    'models.default.temperature',
    /found a string, expected a number/,
  ],
  [
    'an unknown wire format',
    { models: { default: { ...go, wire_format: 'soap' } } },
    'models.default.wire_format',
    /found "soap", expected one of "chat", "messages", "responses", "gemini"/,
  ],
  [
    'thinking as a word',
    { models: { default: { ...go, thinking: 'on' } } },
    'models.default.thinking',
    /expected an object/,
  ],
  [
    'thinking without a type',
    { models: { default: { ...go, thinking: {} } } },
    'models.default.thinking.type',
    /missing; expected one of "enabled", "adaptive", "disabled"/,
  ],
  [
    'a quirk of the wrong type',
    { models: { default: { ...go, quirks: { strictBody: 'yes' } } } },
    'models.default.quirks.strictBody',
    /expected true or false/,
  ],
  [
    'a quirk with an unknown choice',
    { models: { default: { ...go, quirks: { schema: 'loose' } } } },
    'models.default.quirks.schema',
    /found "loose", expected one of "full", "moonshot", "no_ranges"/,
  ],
  [
    'a URL without a scheme',
    { opencode_go: { base_url: 'opencode.ai/zen' } },
    'opencode_go.base_url',
    /absolute http or https URL/,
  ],
  [
    'a URL with a password',
    { opencode_zen: { base_url: 'https://me:secret@opencode.ai/x' } },
    'opencode_zen.base_url',
    /without a name or password/,
  ],
  [
    'a timeout as text',
    { opencode_go: { timeout_ms: '5m' } },
    'opencode_go.timeout_ms',
    /expected a whole number/,
  ],
  [
    'a timeout that no timer supports',
    { opencode_go: { timeout_ms: 2 ** 31 } },
    'opencode_go.timeout_ms',
    /2147483647 or less/,
  ],
  [
    'a provider without a URL',
    { providers: { lab: { wire_format: 'chat' } } },
    'providers.lab.base_url',
    /found nothing, expected the URL/,
  ],
  [
    'a built-in provider under providers',
    { providers: { opencode_go: { base_url: 'https://x.example/v1' } } },
    'providers.opencode_go',
    /built in/,
  ],
  [
    'a header name with a space',
    { providers: { lab: { base_url: 'https://x.example/v1', headers: { 'X Y': '1' } } } },
    'providers.lab.headers["X Y"]',
    /not a valid name/,
  ],
  [
    'a header with a line break',
    { providers: { lab: { base_url: 'https://x.example/v1', headers: { 'X-Y': 'a\nb' } } } },
    'providers.lab.headers.X-Y',
    /line break/,
  ],
  [
    'an unknown log level',
    { logging: { level: 'loud' } },
    'logging.level',
    /found "loud", expected one of "debug", "info", "warn", "error"/,
  ],
  ['a negative number of tries', { retry: { attempts: -1 } }, 'retry.attempts', /0 or more/],
  ['an empty host', { host: '' }, 'host', /found an empty string/],
  ['an address that is not loopback', { host: '0.0.0.0' }, 'host', /without auth_token/],
  ['an IPv6 address that is not loopback', { host: '::' }, 'host', /without auth_token/],
];
