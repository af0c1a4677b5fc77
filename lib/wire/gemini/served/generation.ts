/** Reads `generationConfig`: sampling, limits, the format of the answer, thinking. */
import type { MessagesRequest, TextBlock } from '../../../anthropic/request.ts';
import { toArray, toText, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';
import {
  field,
  numberField,
  objectField,
  otherFields,
  textField,
  textsField,
  toCamel,
  wrong,
} from './fields.ts';
import { toJsonSchema } from './json-schema.ts';

export interface Generation {
  fields: Partial<MessagesRequest>;
  /** Instructions in place of a setting that other formats do not have. */
  instructions: TextBlock[];
  /** Whether the client wants to see thoughts. */
  includesThoughts: boolean;
}

const path = 'generationConfig';

const known: ReadonlySet<string> = new Set([
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  '_responseJsonSchema',
  'thinkingConfig',
  'candidateCount',
  'responseModalities',
]);

/** `leave` receives the name of each field that has no place in the canonical language. */
export function readGeneration(body: JsonObject, leave: (name: string) => void): Generation {
  const config = objectField(body, path, '') ?? {};
  for (const name of otherFields(config, known)) leave(`${path}.${name}`);
  refuseOthers(config);
  const number = (name: string): number | undefined => numberField(config, name, path);
  const temperature = number('temperature');
  const topP = number('topP');
  const topK = number('topK');
  const maxTokens = readMaxTokens(config);
  const stops = (textsField(config, 'stopSequences', path) ?? []).filter((stop) => stop !== '');
  const { format, instructions } = readFormat(config, leave);
  const { thinking, effort, includesThoughts } = readThinking(config, leave);
  const output = { ...(effort !== undefined && { effort }), ...(format && { format }) };
  return {
    fields: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { top_p: topP }),
      ...(topK !== undefined && { top_k: topK }),
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...(stops.length > 0 && { stop_sequences: stops }),
      ...(thinking && { thinking }),
      ...(Object.keys(output).length > 0 && { output_config: output }),
    },
    instructions,
    includesThoughts,
  };
}

function refuseOthers(config: JsonObject): void {
  if ((numberField(config, 'candidateCount', path) ?? 1) > 1)
    throw new Unservable(
      `${path}.candidateCount: an answer has one candidate; send the request several times for several answers`,
      `${path}.candidateCount`,
    );
  const modalities = textsField(config, 'responseModalities', path) ?? [];
  const other = modalities.find((name) => !/^(?:TEXT|MODALITY_UNSPECIFIED)$/i.test(name));
  if (other !== undefined)
    throw new Unservable(
      `${path}.responseModalities: the models answer with TEXT only`,
      `${path}.responseModalities`,
    );
}

/** 0 is the default value of protobuf, and means no limit. */
function readMaxTokens(config: JsonObject): number | undefined {
  const tokens = numberField(config, 'maxOutputTokens', path);
  if (tokens === undefined || tokens === 0) return undefined;
  if (Number.isInteger(tokens) && tokens > 0) return tokens;
  throw wrong(`${path}.maxOutputTokens`, 'a positive whole number', field(config, 'maxOutputTokens'));
}

type Format = NonNullable<NonNullable<MessagesRequest['output_config']>['format']>;

function readFormat(
  config: JsonObject,
  leave: (name: string) => void,
): { format?: Format; instructions: TextBlock[] } {
  const type = textField(config, 'responseMimeType', path) ?? '';
  const given =
    objectField(config, 'responseJsonSchema', path) ??
    objectField(config, '_responseJsonSchema', path) ??
    objectField(config, 'responseSchema', path);
  const schema = given && toJsonSchema(given);
  if (type === 'application/json' || (type === '' && schema))
    return schema
      ? { format: { type: 'json_schema', schema }, instructions: [] }
      : { instructions: [instruction('Answer with a single JSON value, and with nothing else.')] };
  if (type === 'text/x.enum' && schema) {
    const values = toArray(schema['enum']).map(toText);
    const text = `Answer with one of these values, and with nothing else:\n${values.join('\n')}`;
    return { instructions: values.length > 0 ? [instruction(text)] : [] };
  }
  if (type !== '' && type !== 'text/plain') leave(`${path}.responseMimeType`);
  return { instructions: [] };
}

function instruction(text: string): TextBlock {
  return { type: 'text', text };
}

/** Tokens: the lowest budget that Anthropic's API accepts. */
const minBudget = 1024;

const levels: ReadonlyMap<string, string> = new Map([
  ['MINIMAL', 'minimal'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
]);

/**
 * A level is an effort, of which the highest, `HIGH`, is what Gemini CLI sends with ordinary turns. A budget of -1 lets the
 * model decide, as `adaptive` does.
 */
function readThinking(
  config: JsonObject,
  leave: (name: string) => void,
): Pick<MessagesRequest, 'thinking'> & { effort?: string; includesThoughts: boolean } {
  const given = objectField(config, 'thinkingConfig', path);
  if (!given) return { includesThoughts: false };
  const where = `${path}.thinkingConfig`;
  for (const name of Object.keys(given).map(toCamel))
    if (!['thinkingBudget', 'thinkingLevel', 'includeThoughts'].includes(name)) leave(`${where}.${name}`);
  const includesThoughts = field(given, 'includeThoughts') === true;
  const budget = numberField(given, 'thinkingBudget', where);
  const level = (textField(given, 'thinkingLevel', where) ?? '').toUpperCase();
  if (budget === 0) return { thinking: { type: 'disabled' }, includesThoughts };
  const effort = levels.get(level);
  if (effort === undefined && level !== '' && level !== 'THINKING_LEVEL_UNSPECIFIED')
    throw wrong(`${where}.thinkingLevel`, 'MINIMAL, LOW, MEDIUM or HIGH', field(given, 'thinkingLevel'));
  if (effort !== undefined) return { thinking: { type: 'adaptive' }, effort, includesThoughts };
  if (budget !== undefined && budget > 0)
    return {
      thinking: { type: 'enabled', budget_tokens: Math.max(minBudget, Math.floor(budget)) },
      includesThoughts,
    };
  return budget !== undefined || includesThoughts
    ? { thinking: { type: 'adaptive' }, includesThoughts }
    : { includesThoughts };
}
