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
};
