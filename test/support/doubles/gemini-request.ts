/** Google's generateContent requests: their fields, a request that is accepted, and how to read one. */
import type { JsonObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import { each, fields, type Shape } from './shapes.ts';

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
export const geminiShape = fields('model cachedContent safetySettings labels', {
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

export const parameters: JsonObject = {
  type: 'OBJECT',
  properties: { path: { type: 'STRING' } },
  required: ['path'],
};
/** What Google accepts in place of a signature. */
export const standIn = 'skip_thought_signature_validator';

export const goodGemini = {
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

export function turnsOf(body: LooseJson): { role: string; parts: LooseJson[] }[] {
  return asObjects(body['contents']).map(({ role, parts }) => ({
    role: asText(role),
    parts: asObjects(parts),
  }));
}

export function declarations(body: LooseJson): LooseJson[] {
  return asObjects(body['tools']).flatMap((tool) => asObjects(tool['functionDeclarations']));
}

export function withCall(...parts: JsonObject[]): object {
  return { contents: [goodGemini.contents[0], { role: 'model', parts }, goodGemini.contents[2]] };
}

export function withParameters(schema: JsonObject, name = 'Read'): object {
  return { tools: [{ functionDeclarations: [{ name, parameters: schema }] }] };
}
