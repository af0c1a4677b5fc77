/** What a string in a request or an answer is, by its place. Pure. */
import { pathName, unescaped, type JsonPath, type Tokens } from './json-tokens.ts';

/**
 * - `keep`: a name of the protocol.
 * - `text`: written by people or models.
 * - `prose`: an error message, of which the words of the lexicon stay.
 * - `json`: JSON in a string.
 * - `id`, `name`, `model`, `url`: replaced by the same everywhere; names that are known stay.
 * - `key`: the name of a field. `stop`: a stop sequence.
 * - `base64`: bytes. `pattern`: a regular expression.
 */
export type Mode =
  | 'keep'
  | 'text'
  | 'prose'
  | 'json'
  | 'id'
  | 'name'
  | 'model'
  | 'url'
  | 'key'
  | 'stop'
  | 'base64'
  | 'pattern';

/** Where the text comes from. */
export type Place = 'request' | 'answer' | 'error' | 'arguments' | 'schema';

/** Keys whose values are names of the protocol. */
const enumerations = new Set(
  `type role object event finish_reason finishReason native_finish_reason stop_reason status code service_tier serviceTier
  media_type mimeType mime_type ttl effort reasoning_effort detail verbosity modality tool_choice mode format encoding
  blockReason finish_details param reason summary display phase thinkingLevel thinking_level responseMimeType traffic_type
  trafficType probability category language outcome container_type caller speed scope inference_geo truncation
  error_type error_code domain quota_limit quotaMetric quotaId retryDelay @type $schema truncation prompt_cache_retention
  created_at`.split(/\s+/),
);

const enumeration = /^[\w.:/@+-]{0,80}$/;

const number = /^-?\d{1,20}(?:\.\d{1,20})?$/;
const counting = /index|tokens|count|usage|cost|price|created|number|total|cached|prompt|completion/i;

const identifiers =
  /^(?:id|.*_id|.*Id|user|signature|thoughtSignature|thought_signature|encrypted_content|prompt_cache_key|system_fingerprint|safety_identifier|traceId|(?:x-)?request-id)$/;

const names = new Set(['name', 'tool_name', 'toolName']);
const jsonKeys = new Set(['arguments', 'partial_json', 'raw', 'input_json']);
const schemas = new Set(['input_schema', 'parameters', 'parametersJsonSchema', 'schema', 'json_schema']);
const data = new Set(['input', 'arguments', 'args', 'response']);
const schemaKeep = new Set(['type', 'format', '$schema', '$ref', 'contentEncoding', 'contentMediaType']);

const base64Form = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;

/** `path` is the place of the value in its document; `tokens` are those of the document. */
export function modeOf(path: JsonPath, raw: string, place: Place, { scalars }: Tokens): Mode {
  const keys = path.filter((key) => typeof key === 'string');
  const key = keys.at(-1) ?? '';
  const inArray = typeof path.at(-1) === 'number';
  if (place === 'arguments') return 'text';
  if (place === 'schema') return schemaMode(key);
  const beside = (name: string): string | undefined => {
    const value = scalars.get(pathName([...path.slice(0, -1), name]));
    return value === undefined ? undefined : unescaped(value);
  };
  const schema = keys.findIndex((one, at) => schemas.has(one) && at < keys.length - 1);
  if (schema >= 0 && isSchemaIn(keys, schema)) return schemaMode(key);
  // The fields of a call's arguments are of the conversation, whatever their names.
  if (keys.some((one, at) => at > 0 && at < keys.length - 1 && data.has(one))) return 'text';
  if (/^stop(?:_sequences?|Sequences)?$/.test(key)) return 'stop';
  if (jsonKeys.has(key) && !inArray) return 'json';
  if (key === 'delta' && /arguments|input/.test(unescaped(scalars.get('type') ?? ''))) return 'json';
  if (key === 'data' || key === 'file_data') {
    if (beside('type') === 'redacted_thinking') return 'id';
    return base64Form.test(raw) || raw.startsWith('data:') ? 'base64' : 'text';
  }
  if (raw.startsWith('data:')) return 'base64';
  const error = place === 'error' || keys.some((one) => /^errors?$/.test(one)) || isErrorEvent(scalars);
  if (key === 'model' || key === 'modelVersion' || key === 'model_id') return 'model';
  if (names.has(key)) return error ? 'prose' : 'name';
  if (number.test(raw) && counting.test(key)) return 'keep';
  if (enumerations.has(key)) {
    if (!enumeration.test(raw)) return place === 'request' ? 'text' : 'prose';
    return key === 'code' && /^\d{9,}$/.test(raw) ? 'id' : 'keep';
  }
  if (key === 'jsonPath') return /^\$[\w.[\]$@-]{0,200}$/.test(raw) ? 'keep' : 'prose';
  if (keys.includes('cache_control') || keys.includes('betas') || keys.includes('edits')) return 'keep';
  if (/^(?:include|modalities|responseModalities|loc)$/.test(key) && inArray) return 'keep';
  if (identifiers.test(key)) return 'id';
  if (/^(?:url|uri|fileUri|image_url)$/.test(key) && /^https?:/.test(raw)) return 'url';
  return error || key === 'detail' || key === 'msg' ? 'prose' : 'text';
}

function isErrorEvent(scalars: ReadonlyMap<string, string>): boolean {
  return scalars.get('type') === 'error' || scalars.get('object') === 'error';
}

/** Below `parameters` and so on of a tool, or of a wanted answer. */
function isSchemaIn(keys: readonly string[], at: number): boolean {
  return keys[0] === 'tools' || keys[0] === 'output_config' || keys.slice(0, at).includes('format');
}

function schemaMode(key: string): Mode {
  if (schemaKeep.has(key)) return 'keep';
  if (key === 'required' || key === 'propertyOrdering') return 'key';
  return key === 'pattern' ? 'pattern' : 'text';
}
