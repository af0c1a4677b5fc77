/** What OpenAI Responses supports of the Messages API. */
import type { Support } from '../support.ts';

export const support: Support = {
  features: {
    tools: ['native'],
    thinking: [
      'native',
      'as summaries; encrypted_content is sent only to the model and provider that made it',
    ],
    images: ['native', 'a text note for models without image input'],
    documents: ['native', 'a text note for models without document input'],
    toolErrors: ['converted', 'as text'],
    systemMessages: ['native', 'kept in place, or sent as a reminder'],
    toolSearch: ['converted', 'loaded tools become ordinary tools, after those sent before'],
    stopSequences: ['converted', 'the decoder ends the answer at the first match'],
    webSearch: [
      'native',
      'where the upstream has one; otherwise a note tells the model that it cannot search',
    ],
    serverTools: ['no', 'a note tells the model that they are missing'],
    answerSchema: ['native', 'requested in the prompt for models without the field'],
    toolSchemas: ['converted', 'adapted, with strict: false'],
    cacheControl: ['converted', 'as the prompt_cache_key of the conversation'],
  },
  returned: [
    ['encrypted_content; unknown fields of reasoning', 'on the thinking block; an empty one after it'],
    [
      'phase and other unknown fields of a message; unknown fields of a call',
      'an empty thinking block before the text or the call',
    ],
    [
      'items of other types with encrypted_content, such as compaction',
      'an empty thinking block in their place',
    ],
  ],
  served: {
    endpoints: ['POST /v1/responses', 'GET /v1/models'],
    special: [
      ['reasoning items', 'with a summary, and in encrypted_content what the model needs back'],
      ['custom tools, namespaces, local_shell', 'as ordinary tools, and back again'],
      ['web_search', "as the upstream's own search; other tools of OpenAI's servers are left out"],
      [
        'previous_response_id, conversation, background, prompt, item_reference',
        'refused: occ stores no answers',
      ],
    ],
  },
};
