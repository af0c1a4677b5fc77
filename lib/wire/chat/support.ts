/** What Chat Completions supports of the Messages API. */
import type { Support } from '../support.ts';

export const support: Support = {
  features: {
    tools: ['native'],
    thinking: ['converted', 'as reasoning_content, as each family of models requires'],
    images: ['native', 'a text note for models without image input'],
    documents: ['native', 'a text note for models without document input'],
    toolErrors: ['converted', 'as text'],
    systemMessages: ['converted', 'in place, or as a reminder if the model would lose its cache'],
    toolSearch: ['converted', 'loaded tools become ordinary tools, after those sent before'],
    stopSequences: ['native', 'the decoder applies them for models without the field'],
    webSearch: ['no', 'a note tells the model that it cannot search'],
    serverTools: ['no', 'a note tells the model that they are missing'],
    answerSchema: ['native', 'requested in the prompt for models without the field'],
    toolSchemas: ['converted', 'adapted to each family of models'],
    cacheControl: ['partly', 'for models that need it; other servers cache prefixes by themselves'],
  },
  returned: [
    [
      'unknown fields of a call and of its function, such as extra_content and provider_specific_fields',
      'an empty thinking block beside the call',
    ],
    [
      'unknown fields of the message, such as reasoning_opaque, with its reasoning; reasoning_details',
      'a thinking block before the text or the calls',
    ],
  ],
  served: {
    endpoints: ['POST /v1/chat/completions', 'GET /v1/models'],
    special: [
      ['reasoning', 'as reasoning_content, and in reasoning_details what the model needs back'],
      ['custom tools; functions and function_call', 'as ordinary tools, and back again'],
      ['n above 1, logprobs, audio', 'refused'],
    ],
  },
};
