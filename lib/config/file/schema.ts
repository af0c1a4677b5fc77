/**
 * The JSON Schema of the configuration file: what an editor completes with, what ajv validates with, and where the
 * defaults stand. Unknown keys are allowed here and warned about by validate.ts, so that a file written for a newer
 * version, or for the tools this one descends from, still runs.
 */
import { defaultQuirks } from '../../wire/quirks.ts';

/** The part of JSON Schema (draft 7) that the file needs. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  description?: string;
  default?: boolean | number | string;
  enum?: readonly (string | number)[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  minItems?: number;
  /** Of a string: an absolute http or https URL. */
  format?: 'http-url';
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  /** The schema of every property that has no name of its own. */
  additionalProperties?: Schema;
  items?: Schema;
}

const text = (description: string): Schema => ({ type: 'string', minLength: 1, description });
const flag = (description: string, value?: boolean): Schema => ({
  type: 'boolean',
  description,
  ...(value !== undefined && { default: value }),
});
const count = (description: string, value?: number, minimum = 1): Schema => ({
  type: 'integer',
  minimum,
  description,
  ...(value !== undefined && { default: value }),
});
const millis = (description: string, value?: number, minimum = 1): Schema => ({
  ...count(`${description}, in milliseconds.`, value, minimum),
  maximum: 2 ** 31 - 1,
});
const url = (description: string): Schema => ({ type: 'string', format: 'http-url', description });
const ignored = (): Schema => ({ description: 'Accepted, without effect.' });
const mapOf = (schema: Schema, description: string): Schema => ({
  type: 'object',
  description,
  additionalProperties: schema,
});
const listOf = (items: Schema, description: string): Schema => ({ type: 'array', description, items });

const wireFormat: Schema = {
  type: 'string',
  enum: ['chat', 'messages', 'responses', 'gemini', 'openai', 'anthropic', 'auto'],
  description:
    'The wire format: openai means chat, anthropic means messages, auto leaves it to the catalogue.',
};

const quirkChoices: Record<string, readonly (string | number)[]> = {
  thinking: ['none', 'effort', 'type', 'type_and_effort', 'claude', 'adaptive', 'budget'],
  replayReasoning: ['never', 'always', 'tool_calls'],
  midSystem: ['system', 'user'],
  topK: ['free', 'omit'],
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  schema: ['full', 'moonshot', 'no_ranges'],
  toolIds: ['free', 'mistral'],
};

/** Every quirk with the type of its default; two may be a word or a number. */
const quirks: Schema = {
  type: 'object',
  description: 'What is odd about the model; each field overrides the catalogue.',
  properties: Object.fromEntries(
    Object.entries(defaultQuirks).map(([name, value]): [string, Schema] => {
      if (name === 'temperature' || name === 'topP') {
        return [
          name,
          { type: ['string', 'number'], description: '"free", "omit", or the one value the model takes.' },
        ];
      }
      if (typeof value === 'number') return [name, count('Characters.')];
      const choices = quirkChoices[name];
      return [name, choices ? { type: 'string', enum: choices } : { type: typeof value }];
    }),
  ),
};

/** In a model entry 0 and "" mean the same as a missing key: the tools this one descends from write them. */
const tokens = (description: string): Schema => count(description, undefined, 0);
const word = (description: string): Schema => ({ type: 'string', description });

const modelFields: Record<string, Schema> = {
  temperature: { type: 'number', minimum: 0, maximum: 2, description: 'Wins over what the client asks.' },
  max_tokens: tokens('The most tokens of an answer; what the client asks is cut to it.'),
  reasoning_effort: word('Wins over what the client asks; passed on as it is.'),
  thinking: {
    type: 'object',
    description: 'Wins over what the client asks: { "type": "enabled" }.',
    required: ['type'],
    properties: {
      type: { type: 'string', enum: ['enabled', 'adaptive', 'disabled'] },
      budget_tokens: count('Tokens to think with.'),
      display: text('How thinking is shown.'),
    },
  },
  context_threshold: tokens('On models.long_context: tokens above which a request counts as long.'),
  context_window: tokens('Tokens, input and output together.'),
  context_margin: tokens('Tokens kept free below the window.'),
  max_output_tokens: tokens('Tokens the model can answer with.'),
  supports_tools: flag('Whether the model can call tools.'),
  vision: flag('Whether the model sees images.'),
  wire_format: wireFormat,
  anthropic_tools_disabled: flag('The same as wire_format "chat".'),
  quirks: { $ref: '#/definitions/quirks' },
};

const model: Schema = {
  type: 'object',
  properties: {
    provider: word('opencode-go (when missing), opencode-zen, emulator, or a name under providers.'),
    model_id: word('The id the provider knows the model by.'),
    model_ref: word('"provider/model", in place of provider and model_id.'),
    ...modelFields,
  },
};

const keys: Record<string, Schema> = {
  api_key: { type: 'string', description: 'A key, or ${VAR} for the variable that holds one.' },
  api_keys: listOf({ type: 'string' }, 'Several keys, in the order of use; wins over api_key.'),
  api_key_command: {
    type: ['string', 'array'],
    items: { type: 'string' },
    description:
      'Prints the key: a list is a program and its arguments, a string is given to the shell. 10 seconds.',
  },
};

const endpoints: Record<string, Schema> = {
  anthropic_base_url: url('The whole URL of the Messages endpoint.'),
  responses_base_url: url('The whole URL of the Responses endpoint.'),
  gemini_base_url: url('The URL that ends in /models.'),
};

const timeouts: Record<string, Schema> = {
  timeout_ms: millis('Until the headers, and for a whole answer that is not streamed', 300_000, 0),
  first_event_timeout_ms: millis('Until the first event; timeout_ms when missing', undefined, 0),
  stream_idle_timeout_ms: millis('The longest silence between two bytes', 300_000, 0),
  stream_timeout_ms: millis('The older name of stream_idle_timeout_ms', undefined, 0),
  streaming_timeout_ms: millis('A total cap for one streaming attempt; none when missing', undefined, 0),
};

const builtIn: Schema = {
  type: 'object',
  properties: {
    base_url: url('The whole URL of the Chat Completions endpoint.'),
    ...endpoints,
    ...keys,
    ...timeouts,
  },
};

const custom: Schema = {
  type: 'object',
  properties: {
    base_url: url(
      'The endpoint; used as it is if it ends in the suffix of the format, else that is appended.',
    ),
    wire_format: wireFormat,
    auth: {
      type: 'string',
      enum: ['bearer', 'x-api-key', 'x-goog-api-key', 'none'],
      description: 'Where the key goes.',
    },
    headers: mapOf({ type: 'string' }, 'Headers added to every request.'),
    models: {
      type: ['array', 'object'],
      description: 'Its models: a list of ids or entries, or an object from id to fields.',
      items: {
        type: ['string', 'object'],
        minLength: 1,
        properties: { model_id: text('The id.'), ...modelFields },
      },
      additionalProperties: { type: 'object', properties: modelFields },
    },
    ...endpoints,
    ...keys,
    ...timeouts,
  },
};

const model$ = { $ref: '#/definitions/model' };

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'occ configuration',
  type: 'object',
  definitions: { model, quirks, builtIn, custom },
  properties: {
    $schema: { type: 'string', description: 'Where this schema is, for editors.' },
    ...keys,
    host: {
      ...text('The address to listen on. One that is not loopback needs auth_token.'),
      default: '127.0.0.1',
    },
    port: { ...count('The port to listen on; 0 takes any free one.', 3456, 0), maximum: 65_535 },
    auth_token: {
      type: 'string',
      description: 'What clients must present. Missing: any token is accepted on loopback.',
    },
    hot_reload: flag('Whether changes of this file take effect while the proxy runs.', true),
    models: mapOf(
      model$,
      'Scenario (default, background, think, complex, long_context, vision, fast) or free name → model.',
    ),
    fallbacks: mapOf(
      listOf(model$, 'In the order of trying.'),
      'Scenario, name or model id → models to try next.',
    ),
    model_overrides: mapOf(model$, 'Exact requested id → model.'),
    model_family_overrides: mapOf(model$, 'Part of the requested id → model; the longest that fits wins.'),
    respect_requested_model: flag('Whether a model the client asks for by name is used.', true),
    enable_streaming_scenario_routing: flag('Whether scenarios apply to streaming requests too.', true),
    opencode_go: { $ref: '#/definitions/builtIn' },
    opencode_zen: { $ref: '#/definitions/builtIn' },
    openrouter: { $ref: '#/definitions/custom' },
    providers: mapOf({ $ref: '#/definitions/custom' }, 'Any other provider, by the name that entries use.'),
    retry: {
      type: 'object',
      properties: {
        attempts: count('Extra tries of the same model.', 1, 0),
        base_ms: millis('The shortest wait', 500),
        max_ms: millis('The longest wait', 4000),
        max_attempts_total: count('Over all models of one request.', 6),
      },
    },
    circuit_breaker: {
      type: 'object',
      properties: {
        failures: count('Failures in a row that open it.', 5),
        reset_ms: millis('How long it stays open', 30_000),
      },
    },
    heartbeat_ms: millis('Silence towards the client before a ping', 10_000),
    logging: {
      type: 'object',
      properties: {
        level: { type: 'string', enum: ['debug', 'info', 'warn', 'error'], default: 'info' },
        requests: flag('Whether every request is logged, not only what went wrong.', true),
        max_bytes: count('Size at which the log is rotated.', 10_485_760, 1024),
        max_files: count('Rotated logs that are kept.', 5),
        captures: {
          type: 'object',
          description: 'Whole requests and answers on disk, for replay.',
          properties: {
            enabled: flag('Nothing of a text is ever written without it.', false),
            max_files: count('Captures that are kept.', 100),
            max_bytes: count('Size of one capture at which it is cut.', 10_485_760, 1024),
          },
        },
        debug_capture: {
          type: 'object',
          description: 'The older name of captures.',
          properties: {
            enabled: flag('As captures.enabled.'),
            max_files: count('As captures.max_files.'),
            max_file_size: count('As captures.max_bytes.', undefined, 1024),
            directory: ignored(),
            capture_phases: ignored(),
            redact_api_keys: ignored(),
          },
        },
      },
    },
    aws_bedrock: ignored(),
    catalog: ignored(),
    storage: ignored(),
    cost_routing: ignored(),
    enable_cost_based_routing: ignored(),
    update_channel: ignored(),
    anthropic_first: ignored(),
    debug: ignored(),
  },
} as const satisfies Schema & {
  $schema: string;
  title: string;
  definitions: Readonly<Record<string, Schema>>;
};

/** The schema behind a `$ref`, which here always points into `definitions`. */
export function dereference(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const definitions: Readonly<Record<string, Schema>> = configSchema.definitions;
  return definitions[schema.$ref.slice('#/definitions/'.length)] ?? {};
}
