/** What Google's generateContent supports of the Messages API. */
import type { Support } from '../support.ts';

export const support: Support = {
  features: {
    tools: ['native'],
    thinking: ['native', 'thoughtSignature at its part, only to the model and provider that made it'],
    images: ['native', 'a text note for models without image input'],
    documents: ['native', 'a text note for models without document input'],
    toolErrors: ['converted', 'as a field of the response object'],
    systemMessages: ['converted', 'as a reminder in place'],
    toolSearch: ['converted', 'loaded tools become ordinary tools, after those sent before'],
    stopSequences: ['native', 'the first five'],
    webSearch: [
      'native',
      'Google Search if it is the only tool; otherwise a note tells the model that it cannot search',
    ],
    serverTools: ['no', 'a note tells the model that they are missing'],
    answerSchema: ['native', 'requested in the prompt for models without the field'],
    toolSchemas: ['converted', "reduced to Google's subset, $ref inlined"],
    cacheControl: ['no', 'these servers cache prefixes by themselves'],
  },
  returned: [
    [
      'thoughtSignature of a thought, a text, a call or an empty part; unknown fields of a call',
      'on the thinking block, or an empty one beside the part',
    ],
  ],
  served: {
    endpoints: [
      'POST /v1beta/models/{model}:generateContent',
      'POST /v1beta/models/{model}:streamGenerateContent',
      'POST /v1beta/models/{model}:countTokens',
      'GET /v1beta/models',
    ],
    special: [
      [
        'v1 or v1alpha in place of v1beta',
        "the same; GET /v1/models has Google's form for clients that send their key in Google's way",
      ],
      [
        'thoughts, if includeThoughts asks for them',
        'as parts, and in thoughtSignature what the model needs back',
      ],
      ['calls without ids', 'matched by their name and order'],
      ['googleSearch', "as the upstream's own search; urlContext and codeExecution are left out"],
      ['candidateCount above 1, cachedContent, files of Google, other modalities than text', 'refused'],
    ],
  },
};
