/** Google's generateContent with Gemini 3: signed calls, a subset of OpenAPI as schema, results directly after calls. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Double, Violation } from './double.ts';
import { firstViolation, fits, onlyFields, schemasIn, wantsKey } from './rules.ts';
import { each, fields, type Shape } from './shapes.ts';

const window = 1_048_576;

/** https://ai.google.dev/api/caching#Schema */
const schemaFields = new Set(
  'type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum'.split(
    ' ',
  ),
);

/** https://ai.google.dev/api/caching#Part */
const part: Shape = fields(
  'text thought thoughtSignature executableCode codeExecutionResult videoMetadata partMetadata',
  {
    inlineData: fields('mimeType data displayName'),
    fileData: fields('mimeType fileUri'),
    functionCall: fields('id name args'),
    functionResponse: fields('id name response parts willContinue scheduling'),
  },
);
const content: Shape = fields('role', { parts: each(part) });

/** https://ai.google.dev/api/generate-content */
const accepted = fields('model cachedContent safetySettings labels', {
  contents: each(content),
  systemInstruction: content,
  tools: each(
    fields('googleSearch codeExecution urlContext googleMaps', {
      functionDeclarations: each(
        fields('name description parameters parametersJsonSchema behavior response responseJsonSchema'),
      ),
    }),
  ),
  toolConfig: fields('includeServerSideToolInvocations retrievalConfig', {
    functionCallingConfig: fields('mode allowedFunctionNames'),
  }),
  generationConfig: fields(
    'stopSequences responseMimeType responseSchema responseJsonSchema responseModalities candidateCount maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs speechConfig imageConfig mediaResolution',
    { thinkingConfig: fields('includeThoughts thinkingBudget thinkingLevel') },
  ),
});

const parameters: JsonObject = {
  type: 'OBJECT',
  properties: { path: { type: 'STRING' } },
  required: ['path'],
};
const standIn = 'skip_thought_signature_validator';

const good = {
  contents: [
    { role: 'user', parts: [{ text: 'Read it.' }] },
    {
      role: 'model',
      parts: [{ functionCall: { name: 'Read', args: { path: '/a' } }, thoughtSignature: standIn }],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'Read', response: { output: 'a' } } }] },
  ],
  tools: [{ functionDeclarations: [{ name: 'Read', description: 'Reads a file.', parameters }] }],
  generationConfig: {
    maxOutputTokens: 1000,
    thinkingConfig: { includeThoughts: true, thinkingLevel: 'high' },
  },
} satisfies JsonObject;

function turnsOf(body: LooseJson): { role: string; parts: LooseJson[] }[] {
  return asObjects(body['contents']).map(({ role, parts }) => ({
    role: asText(role),
    parts: asObjects(parts),
  }));
}

function declarations(body: LooseJson): LooseJson[] {
  return asObjects(body['tools']).flatMap((tool) => asObjects(tool['functionDeclarations']));
}

function withCall(...parts: JsonObject[]): object {
  return { contents: [good.contents[0], { role: 'model', parts }, good.contents[2]] };
}

function withParameters(schema: JsonObject, name = 'Read'): object {
  return { tools: [{ functionDeclarations: [{ name, parameters: schema }] }] };
}

const declared = 'GenerateContentRequest.tools[0].function_declarations';

export const gemini: Double = {
  name: 'gemini',
  format: 'gemini',
  model: 'gemini-3.5-pro',
  entry: { context_window: window, max_output_tokens: 65_536 },
  good: [good],
  envelope: ({ message, status = 400, code }) => ({
    status,
    body: { error: { code: status, message, status: code ?? 'INVALID_ARGUMENT' } },
  }),
  rules: [
    wantsKey('x-goog-api-key', 'https://ai.google.dev/gemini-api/docs/troubleshooting', {
      status: 403,
      code: 'PERMISSION_DENIED',
      message: "Method doesn't allow unregistered callers (callers without established identity).",
    }),
    onlyFields(
      accepted,
      'https://ai.google.dev/api/generate-content (the words of nanbingxyz/5ire#42)',
      [{ cache_control: {} }, withCall({ text: 'a', signature: 'b' })],
      ({ path }) => {
        const [name = '', ...rest] = path.toReversed();
        const at = rest
          .toReversed()
          .map((one) => (typeof one === 'number' ? `[${one}]` : `.${one}`))
          .join('')
          .slice(1);
        return {
          message: `Invalid JSON payload received. Unknown name "${name}"${at === '' ? '' : ` at '${at}'`}: Cannot find field.`,
        };
      },
    ),
    {
      name: 'schemas are a subset of OpenAPI',
      source: 'nanbingxyz/5ire#42, zed-industries/zed#45552, zendev-sh/zenflow#14, n8n-io/n8n#15553',
      bad: [
        withParameters({ type: 'object', properties: {}, additionalProperties: false }),
        withParameters({ type: 'object', properties: { a: { type: 'string', $ref: '#/$defs/a' } } }),
        withParameters({ type: 'object', properties: { a: { const: 1 } } }),
        withParameters({ type: 'object', properties: { a: { type: 'number', exclusiveMinimum: 0 } } }),
      ],
      violates: ({ body }) =>
        firstViolation(declarations(body), (tool, at) => {
          for (const [schema, path] of schemasIn(tool['parameters'])) {
            const wrong = Object.keys(schema).find((key) => !schemaFields.has(key));
            const place = `tools[0].function_declarations[${at}].parameters${protoPath(tool['parameters'], path)}`;
            if (wrong !== undefined)
              return {
                message: `Invalid JSON payload received. Unknown name "${wrong}" at '${place}': Cannot find field.`,
              };
            if (Array.isArray(schema['type']))
              return {
                message: `Invalid JSON payload received. Unknown name "type" at '${place}': Proto field is not repeating, cannot start list.`,
              };
          }
          return undefined;
        }),
    },
    {
      name: 'schemas are consistent',
      source: 'https://ai.google.dev/api/caching#Schema, zereight/gitlab-mcp#166',
      bad: [
        withParameters({ type: 'object', properties: { a: { type: 'array' } } }),
        withParameters({ type: 'object', properties: {}, required: ['b'] }),
        withParameters({ type: 'object', properties: { a: { type: 'integer', enum: [1, 2] } } }),
      ],
      violates: ({ body }) =>
        firstViolation(declarations(body), (tool, at) =>
          firstViolation([...schemasIn(tool['parameters'])], ([schema, path]) =>
            inconsistency(schema, `${declared}[${at}].parameters${protoPath(tool['parameters'], path)}`),
          ),
        ),
    },
    {
      name: 'names of tools',
      source: 'https://ai.google.dev/api/caching#FunctionDeclaration',
      bad: [
        withParameters(parameters, '1read'),
        withParameters(parameters, 'n'.repeat(129)),
        withParameters(parameters, 'a/b'),
      ],
      violates: ({ body }) =>
        firstViolation(declarations(body), ({ name }, at) =>
          /^[A-Za-z_][\w.:-]{0,127}$/.test(asText(name))
            ? undefined
            : {
                message: `* ${declared}[${at}].name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.`,
              },
        ),
    },
    {
      name: 'contents have parts',
      source: 'https://ai.google.dev/api/caching#Content',
      bad: [{ contents: [{ role: 'user', parts: [] }] }, { contents: [] }],
      violates({ body }) {
        const turns = turnsOf(body);
        if (turns.length === 0)
          return { message: '* GenerateContentRequest.contents: contents is not specified\n' };
        return firstViolation(turns, ({ parts }, at) =>
          parts.length > 0
            ? undefined
            : {
                message: `* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.\n`,
              },
        );
      },
    },
    {
      name: 'results directly after calls',
      source: 'https://ai.google.dev/gemini-api/docs/function-calling, google-gemini/gemini-cli#5443',
      bad: [
        { contents: good.contents.slice(0, 2).concat([{ role: 'user', parts: [{ text: 'And?' }] }]) },
        withCall(
          { functionCall: { name: 'Read', args: {} }, thoughtSignature: standIn },
          { functionCall: { name: 'Read', args: {} } },
        ),
      ],
      violates({ body }) {
        const turns = turnsOf(body);
        return firstViolation(turns, ({ parts }, at) => {
          const calls = parts.filter(({ functionCall }) => functionCall).length;
          const results = (turns[at + 1]?.parts ?? []).filter(
            ({ functionResponse }) => functionResponse,
          ).length;
          return calls === 0 || calls === results
            ? undefined
            : {
                message:
                  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
              };
        });
      },
    },
    {
      name: 'calls directly after a user or a result',
      source: 'https://ai.google.dev/gemini-api/docs/function-calling',
      bad: { contents: good.contents.slice(1) },
      violates: ({ body }) =>
        firstViolation(turnsOf(body), ({ role, parts }, at) =>
          role === 'model' &&
          parts.some(({ functionCall }) => functionCall) &&
          turnsOf(body)[at - 1]?.role !== 'user'
            ? {
                message:
                  'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
              }
            : undefined,
        ),
    },
    {
      name: 'signed calls of the current turn',
      source:
        'mpfaffenberger/code_puppy#165, lbjlaq/Antigravity-Manager#938, https://ai.google.dev/gemini-api/docs/thought-signatures',
      bad: withCall({ functionCall: { name: 'Read', args: {} } }),
      violates({ body }) {
        const turns = turnsOf(body);
        const begun = turns.findLastIndex(
          ({ role, parts }) =>
            role === 'user' &&
            parts.some(({ text }) => text !== undefined) &&
            !parts.some(({ functionResponse }) => functionResponse),
        );
        return firstViolation(turns, ({ parts }, at) => {
          const first = at > begun ? parts.find(({ functionCall }) => functionCall) : undefined;
          return !first || asText(first['thoughtSignature']) !== ''
            ? undefined
            : {
                message: `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${asText(first['functionCall']?.['name'])}\` , position ${at + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
              };
        });
      },
    },
    {
      name: 'signatures',
      source: 'charmbracelet/crush#1698, https://ai.google.dev/gemini-api/docs/thought-signatures (stand-in)',
      bad: withCall({ functionCall: { name: 'Read', args: {} }, thoughtSignature: 'c29tZW9uZQ==' }),
      violates: ({ body, seals }) =>
        firstViolation(
          turnsOf(body).flatMap(({ parts }) => parts),
          ({ thoughtSignature }) => {
            const seal = asText(thoughtSignature);
            return ['', standIn, 'context_engineering_is_the_way_to_go'].includes(seal) ||
              seals.verifies(seal)
              ? undefined
              : { message: 'Corrupted thought signature.' };
          },
        ),
    },
    fits(
      window,
      () => 0,
      'https://ai.google.dev/gemini-api/docs/long-context',
      (prompt) => ({
        message: `The input token count (${prompt}) exceeds the maximum number of tokens allowed (${window}).`,
      }),
    ),
  ],
  callId: (unique) => unique.toString(36).padStart(8, '0'),
  // The first call of an answer is signed; its thinking is a summary without a signature of its own.
  dress(event, { seals, thinking, calls }) {
    const candidate = toObject(toArray(event['candidates'])[0]);
    const { parts } = toObject(candidate['content']);
    const signed = toArray(parts).flatMap((one) => {
      const { thoughtSignature: had, ...rest } = toObject(one);
      if (rest['thought'] === true) return rest['text'] === '' ? [] : [rest];
      return [
        had === undefined ? rest : { ...rest, thoughtSignature: seals.make(`${thinking}${calls.length}`) },
      ];
    });
    return [{ ...event, candidates: [{ ...candidate, content: { role: 'model', parts: signed } }] }];
  },
};

function inconsistency(schema: JsonObject, path: string): Violation | undefined {
  const type = asText(schema['type']).toUpperCase();
  if (type === 'ARRAY' && schema['items'] === undefined)
    return { message: `* ${path}.items: missing field.\n` };
  if (schema['enum'] !== undefined && type !== 'STRING')
    return { message: `Invalid value at '${path}.enum[0]' (TYPE_STRING)` };
  const properties = toObject(schema['properties']);
  const missing = toArray(schema['required']).findIndex(
    (name) => typeof name !== 'string' || properties[name] === undefined,
  );
  return missing < 0 ? undefined : { message: `* ${path}.required[${missing}]: property is not defined.\n` };
}

/** The path as Protocol Buffers write it: `.properties[1].value.any_of[0]`. */
function protoPath(schema: unknown, path: readonly string[]): string {
  let here: JsonObject = toObject(schema);
  let written = '';
  for (let at = 0; at < path.length; at++) {
    const key = path[at] ?? '';
    const name = path[at + 1] ?? '';
    if (key === 'items' && !Array.isArray(here['items'])) {
      written += '.items';
      here = toObject(here['items']);
      continue;
    }
    const inner = here[key];
    const index = Array.isArray(inner) ? Number(name) : Object.keys(toObject(inner)).indexOf(name);
    written += Array.isArray(inner) ? `.any_of[${index}]` : `.${key}[${index}].value`;
    here = toObject(Array.isArray(inner) ? inner[index] : toObject(inner)[name]);
    at++;
  }
  return written;
}
