/**
 * The description of the configuration file: type, default, help, aliases, environment variables and effect of every
 * key. The JSON Schema, the validator, the TypeScript types, `occ config` and the settings are derived from it.
 *
 * Unknown keys are allowed and reported as warnings, so that files for a newer version, for oc-go-cc or for
 * routatic-proxy still load.
 */
import { urlKeys, type UrlKey } from '../../wire/formats.ts';
import {
  aliasOf,
  bytes,
  choice,
  count,
  defaultsTo,
  flag,
  hostName,
  ignored,
  listOf,
  mapOf,
  millis,
  object,
  ref,
  secret,
  text,
  typed,
  url,
  word,
  type SchemaOf,
  type ValueOf,
} from './schema-node.ts';
import { blankIsUnset, described, modelFields, wireFormat } from './schema-model.ts';
import { quirks } from './schema-quirks.ts';

const model = object({
  provider: word('opencode-go (the default), opencode-zen, emulator, or a name under providers.'),
  model_id: word('The id of the model at the provider.'),
  model_ref: word('"provider/model", instead of provider and model_id.'),
  ...modelFields,
});

export const keys = {
  api_key: secret('key', word('The key, or ${VAR} for the environment variable that contains it.')),
  api_keys: secret(
    'key',
    listOf(word('A key.'), 'Several keys, in the order of use; takes precedence over api_key.'),
  ),
  api_key_command: secret(
    'credential',
    typed<string | string[]>({
      type: ['string', 'array'],
      items: { type: 'string' },
      description:
        'Prints the key within 10 seconds. A list is a program and its arguments, a string is run by the shell.',
    }),
  ),
};

const endpoints = Object.fromEntries(
  urlKeys.map(({ name, description }) => [name, url(description)]),
) as Record<UrlKey, SchemaOf<string>>;

const timeout = (description: string): SchemaOf<number> => blankIsUnset(millis(description, 0));

export const timeouts = {
  timeout_ms: defaultsTo(
    300_000,
    timeout('Until the headers, and for a whole response that is not streamed'),
  ),
  first_event_timeout_ms: timeout('Until the first event; timeout_ms by default'),
  stream_idle_timeout_ms: defaultsTo(300_000, timeout('The longest pause between two bytes of a response')),
  stream_timeout_ms: aliasOf('stream_idle_timeout_ms', timeout('The older name of stream_idle_timeout_ms')),
  streaming_timeout_ms: timeout('The total time of one streaming attempt; not limited by default'),
};

const builtIn = object({
  base_url: url('The complete URL of the Chat Completions endpoint.'),
  ...endpoints,
  ...keys,
  ...timeouts,
});

const entryOrId = { type: ['string', 'object'], minLength: 1 };

const custom = object({
  base_url: url('The endpoint. The path of the wire format is appended unless the URL ends in it.'),
  wire_format: wireFormat,
  auth: choice(['bearer', 'x-api-key', 'x-goog-api-key', 'none'], 'The header that carries the key.'),
  headers: mapOf(secret('credential', word('The value.')), 'Headers to add to every request.'),
  models: typed<(string | ValueOf<typeof model>)[] | Record<string, ValueOf<typeof model>>>({
    type: ['array', 'object'],
    description: 'The models: a list of ids or entries, or an object from id to fields.',
    items: { ...entryOrId, properties: { model_id: text('The id.'), ...modelFields } },
    additionalProperties: { type: 'object', properties: modelFields },
  }),
  ...endpoints,
  ...keys,
  ...timeouts,
});

/** The names of occ, oc-go-cc and routatic-proxy for a variable. */
const ours = (name: string): string[] => [`OCC_${name}`, ...older(name)];
const older = (name: string): string[] => [`OC_GO_CC_${name}`, `ROUTATIC_PROXY_${name}`];
const keyVariables = (provider: string): Record<string, string[]> => ({
  api_key: older(`${provider}_API_KEY`),
  api_keys: older(`${provider}_API_KEYS`),
});

/** Where the key of both built-in providers is looked up, in this order. */
export const globalKeyVariables: readonly string[] = [
  'OCC_API_KEY',
  'OPENCODE_API_KEY',
  'OC_GO_CC_API_KEY',
  'ROUTATIC_PROXY_API_KEY',
];

const captures = {
  enabled: defaultsTo(
    false,
    flag('Whether requests and responses are written to disk with their text, for occ replay.'),
  ),
  max_files: defaultsTo(100, count('The number of captures to keep.')),
  max_bytes: defaultsTo(10_485_760, bytes('The largest capture.')),
};

/** `occ help routing` says what happens when a budget is nearly used up. */
const budget = (description: string) =>
  defaultsTo(
    'off',
    typed<number | string>({
      type: ['number', 'string'],
      minimum: 0.01,
      format: 'budget',
      description: `${description}: US dollars such as 5, tokens such as "5M tokens", or "off".`,
    }),
  );

const modelEntry = ref('model', model);

const properties = {
  $schema: word('Where this schema is, for editors.'),
  api_key: { ...keys.api_key, variables: globalKeyVariables },
  api_keys: { ...keys.api_keys, variables: ['ROUTATIC_PROXY_API_KEYS'] },
  api_key_command: keys.api_key_command,
  host: {
    ...defaultsTo('127.0.0.1', text('The address to listen on. Other than loopback needs auth_token.')),
    variables: ours('HOST'),
  },
  port: {
    ...defaultsTo(3456, count('The port to listen on; 0 selects a free one.', 0)),
    maximum: 65_535,
    variables: ours('PORT'),
  },
  allowed_hosts: defaultsTo(
    [],
    listOf(
      hostName('A host name or an IP address, without port.'),
      'Names by which others reach this machine, such as host.docker.internal or my-nas.local. Requests for any other host are refused, except for this address and localhost.',
    ),
  ),
  auth_token: {
    ...secret('token', word('What clients must present. Without it, any token is accepted on loopback.')),
    variables: ours('AUTH_TOKEN'),
  },
  hot_reload: defaultsTo(true, flag('Whether changes to this file take effect while the proxy runs.')),
  models: mapOf(
    modelEntry,
    'Scenario (default, background, think, complex, long_context, vision, fast) or any other name → model. A file without this key has the built-in models.',
  ),
  fallbacks: mapOf(
    listOf(modelEntry, 'In the order of attempts.'),
    'Scenario, name or model id → the models to try next. A file without this key has the built-in fallbacks, unless it has models.',
  ),
  paid_fallback: defaultsTo(
    'always',
    typed<string>({
      type: 'string',
      format: 'paid-fallback',
      description:
        'Whether a model that costs money may answer in place of one that costs none (of a plan, on this machine, or with the price 0): "always", "never", "ask" (the error names the command that allows it), or "until" a time such as "until 2026-11-30T04:25Z", after which it is "ask".',
    }),
  ),
  save_quota_at: defaultsTo(
    'off',
    typed<number | string>({
      type: ['number', 'string'],
      minimum: 1,
      maximum: 100,
      format: 'quota-share',
      description:
        'The percentage of a window of a plan, such as 80, from which background work goes to the cheapest configured model that can take it and costs no money, until the window resets. "off" keeps the models as configured.',
    }),
  ),
  model_overrides: mapOf(modelEntry, 'Requested id → model.'),
  model_family_overrides: mapOf(modelEntry, 'Part of the requested id → model; the longest match wins.'),
  respect_requested_model: defaultsTo(
    true,
    flag('Whether a model that the client requests by name is used.'),
  ),
  enable_streaming_scenario_routing: defaultsTo(
    true,
    flag('Whether scenarios also apply to streaming requests.'),
  ),
  opencode_go: {
    ...described('The provider opencode-go.', ref('builtIn', builtIn)),
    variablesOf: { base_url: older('OPENCODE_URL'), ...keyVariables('OPENCODE_GO') },
  },
  opencode_zen: {
    ...described('The provider opencode-zen.', ref('builtIn', builtIn)),
    variablesOf: { base_url: older('OPENCODE_ZEN_URL'), ...keyVariables('OPENCODE_ZEN') },
  },
  openrouter: {
    ...described('The same as providers.openrouter.', ref('custom', custom)),
    variablesOf: keyVariables('OPENROUTER'),
    onlyIfWritten: true,
  },
  providers: mapOf(ref('custom', custom), 'Other providers, by the name that model entries use.'),
  retry: object({
    attempts: defaultsTo(1, count('Additional attempts with the same model.', 0)),
    base_ms: defaultsTo(500, millis('The shortest delay')),
    max_ms: defaultsTo(4000, millis('The longest delay')),
    max_attempts_total: defaultsTo(6, count('Attempts of one request over all models.')),
  }),
  circuit_breaker: object({
    failures: defaultsTo(5, count('Consecutive failures that open it.')),
    reset_ms: defaultsTo(30_000, millis('How long it stays open')),
  }),
  drain_ms: {
    ...defaultsTo(10_000, millis('How long live streams may continue after SIGTERM or SIGINT', 0)),
    variables: ['OCC_DRAIN_MS'],
  },
  heartbeat_ms: defaultsTo(10_000, millis('The pause after which the client is sent a ping')),
  logging: object({
    level: {
      ...defaultsTo('info', choice(['debug', 'info', 'warn', 'error'], 'The lowest level to log.')),
      variables: ours('LOG_LEVEL'),
    },
    requests: defaultsTo(true, flag('Whether successful requests are logged, not only failures.')),
    max_bytes: defaultsTo(10_485_760, bytes('The size at which the log is rotated.')),
    max_files: defaultsTo(5, count('The number of log files to keep.')),
    captures: object(captures, 'Recordings of whole requests and responses.'),
    debug_capture: aliasOf(
      'captures',
      object(
        {
          enabled: captures.enabled,
          max_files: captures.max_files,
          max_file_size: aliasOf('max_bytes', captures.max_bytes),
          directory: ignored('recordings are kept beside the log'),
          capture_phases: ignored('a recording contains every phase'),
          redact_api_keys: ignored('keys are never recorded'),
        },
        'The older name of captures.',
      ),
    ),
  }),
  ledger: object({
    enabled: defaultsTo(
      true,
      flag('Whether occ records what each request used and cost, without its text, for occ usage.'),
    ),
    days: defaultsTo(400, count('How many days of records to keep.')),
  }),
  budget: object(
    {
      day: budget('The most that requests of one day may use'),
      month: budget('The most that requests of one calendar month may use'),
    },
    'Limits of what requests may use, over all proxies and launches.',
  ),
  aws_bedrock: ignored('occ does not support AWS Bedrock'),
  catalog: ignored('occ models --refresh updates the catalogue'),
  storage: ignored('occ has no database'),
  cost_routing: ignored('occ does not choose models by cost'),
  enable_cost_based_routing: ignored('occ does not choose models by cost'),
  update_channel: ignored('occ does not update itself'),
  anthropic_first: ignored('occ does not send requests to Anthropic first'),
  debug: ignored('logging.level sets what is logged'),
};

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'occ configuration',
  type: 'object',
  definitions: { model, quirks, builtIn, custom },
  properties,
} as const;
