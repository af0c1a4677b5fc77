/** What Anthropic's own format supports, at providers other than Anthropic too. */
import type { Support } from '../support.ts';

export const support: Support = {
  features: {
    tools: ['native'],
    thinking: ['native', 'signatures are sent only to the model and provider that made them'],
    images: ['native', 'a text note for models without image input'],
    documents: ['native', 'a text note for models without document input'],
    toolErrors: ['native'],
    systemMessages: ['native', 'for Claude and unknown models; otherwise sent as a reminder'],
    toolSearch: ['native', 'for Claude and unknown models; otherwise loaded tools become ordinary tools'],
    stopSequences: ['native'],
    webSearch: ['partly', 'Claude only; a note tells other models that they cannot search'],
    serverTools: ['partly', 'Claude only; a note tells other models that they are missing'],
    answerSchema: ['native', 'for Claude; otherwise requested in the prompt'],
    toolSchemas: ['native', 'invalid ones are adapted'],
    cacheControl: ['native'],
  },
  returned: [
    ['signature; the data of redacted thinking', "in place, tagged with the origin except for Claude's"],
    ['unknown fields of a call', 'an empty thinking block before the call'],
  ],
  served: {
    endpoints: ['POST /v1/messages', 'POST /v1/messages/count_tokens', 'GET /v1/models'],
    special: [['files, containers and batches that Anthropic keeps', 'not offered']],
  },
};
