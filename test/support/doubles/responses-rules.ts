/** Responses requests: their fields, a request that is accepted, and rules about the shape of items. */
import { toArray, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Rule } from './double.ts';
import { firstViolation, onlyFields } from './rules.ts';
import { by, each, fields } from './shapes.ts';

/** https://platform.openai.com/docs/api-reference/responses/create */
const accepted = fields(
  'model stream stream_options instructions max_output_tokens temperature top_p top_logprobs truncation tool_choice parallel_tool_calls store include metadata user safety_identifier prompt_cache_key prompt_cache_retention service_tier text background conversation previous_response_id max_tool_calls prompt context_management',
  {
    reasoning: fields('effort summary generate_summary context'),
    tools: each(
      by('type', { function: fields('type name description parameters strict'), web_search: 'any' }),
    ),
    input: each(
      by(
        'type',
        {
          message: fields('type id role status phase', {
            content: each(
              by('type', {
                input_text: 'any',
                output_text: fields('type text annotations logprobs'),
                input_image: fields('type image_url detail file_id'),
                input_file: 'any',
                refusal: 'any',
              }),
            ),
          }),
          function_call: fields('type id call_id name arguments status namespace'),
          function_call_output: fields('type id call_id output status'),
          reasoning: fields('type id summary encrypted_content content status'),
          web_search_call: 'any',
        },
        'message',
      ),
    ),
  },
);

const call = { type: 'function_call', call_id: 'call_1', name: 'Read', arguments: '{"path":"/a"}' };
const parameters = { type: 'object', properties: { path: { type: 'string' } } };

export const goodResponses: JsonObject = {
  model: 'gpt-5.6-terra',
  stream: true,
  store: false,
  instructions: 'You are helpful.',
  max_output_tokens: 1000,
  reasoning: { effort: 'high', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  input: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Read it.' }] },
    call,
    { type: 'function_call_output', call_id: 'call_1', output: 'content of a' },
  ],
  tools: [{ type: 'function', name: 'Read', parameters }],
};

export function itemsOf(body: LooseJson): LooseJson[] {
  return asObjects(body['input']);
}

export function plusItems(...items: JsonObject[]): (good: JsonObject) => object {
  return (good) => ({ ...good, input: [...toArray(good['input']), ...items] });
}

/** The ids of the calls that have an output. */
export function outputsIn(body: LooseJson): Set<string> {
  return new Set(
    itemsOf(body)
      .filter(({ type }) => asText(type) === 'function_call_output')
      .map((one) => asText(one['call_id'])),
  );
}

const kinds = new Set<string | number>([
  'message',
  'function_call',
  'function_call_output',
  'reasoning',
  'function',
  'input_text',
  'output_text',
]);

export const shapeRules: readonly Rule[] = [
  onlyFields(
    accepted,
    'shinpei710/ccr-plugin-openai-res#2, https://platform.openai.com/docs/api-reference/responses/create',
    [
      { reasoning: { enabled: true } },
      { stop: ['x'] },
      plusItems({ type: 'message', role: 'assistant', content: [{ type: 'text', text: 'a' }] }),
      plusItems({ ...call, call_id: 'call_1', cache_control: { type: 'ephemeral' } }),
    ],
    ({ path, kind }) => {
      const param = path
        .filter((part) => !kinds.has(part))
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
        .join('')
        .slice(1);
      if (kind !== undefined)
        return {
          message: `Invalid value: '${kind}'. Supported values are: 'input_text', 'output_text', and 'refusal'.`,
          param,
          code: 'invalid_value',
        };
      return { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' };
    },
  ),
  {
    name: 'content of its role',
    source: 'https://platform.openai.com/docs/api-reference/responses/create#responses-create-input',
    bad: [
      plusItems({ type: 'message', role: 'assistant', content: [{ type: 'input_text', text: 'a' }] }),
      plusItems({ type: 'message', role: 'user', content: [{ type: 'output_text', text: 'a' }] }),
    ],
    violates: ({ body }) =>
      firstViolation(itemsOf(body), ({ role, content }, at) =>
        firstViolation(asObjects(content), ({ type }, place) => {
          const wrong = asText(role) === 'assistant' ? 'input_text' : 'output_text';
          return asText(type) === wrong
            ? {
                message: `Invalid value: '${wrong}'. Supported values are: ${wrong === 'input_text' ? "'output_text' and 'refusal'" : "'input_text', 'input_image', and 'input_file'"}.`,
                param: `input[${at}].content[${place}]`,
                code: 'invalid_value',
              }
            : undefined;
        }),
      ),
  },
];
