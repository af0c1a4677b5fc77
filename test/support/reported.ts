/** What reports of users have in common: how a vendor's words are wrapped on their way, and turns of Claude Code. */
import { events, json, type Responder } from './scripted-upstream.ts';
import { asObjects, asText, type LooseJson } from './loose-json.ts';

/** The ways in which gateways pass on a vendor's message, each as the body of a refusal. */
export const envelopes = {
  'the vendor itself': (message: string, code: string | null = null) => ({
    error: { message, type: 'invalid_request_error', param: null, code },
  }),
  'Anthropic’s form': (message: string) => ({
    type: 'error',
    error: { type: 'invalid_request_error', message },
    request_id: 'req_011CT',
  }),
  'flat, as vLLM and SGLang': (message: string) => ({
    object: 'error',
    message,
    type: 'BadRequestError',
    param: null,
    code: 400,
  }),
  'a text alone, as Ollama': (message: string) => ({ error: message }),
  'detail, as FastAPI': (message: string) => ({ detail: message }),
  'OpenRouter, metadata.raw': (message: string, code: string | null = null) => ({
    error: {
      message: 'Provider returned error',
      code: 400,
      metadata: {
        raw: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } }),
        provider_name: 'Vendor',
      },
    },
    user_id: 'user_2x',
  }),
  'LiteLLM, JSON in a sentence': (message: string, code: string | null = null) => ({
    error: {
      message: `litellm.BadRequestError: VendorException - ${JSON.stringify({ error: { message, type: 'invalid_request_error', code } })}. Received Model Group=group\nAvailable Model Group Fallbacks=None`,
      type: null,
      param: null,
      code: '400',
    },
  }),
  'OpenCode Go': (message: string) => ({
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: `Error from provider (Console Go): Upstream request failed: [invalid_request_error] ${message}`,
    },
  }),
} as const satisfies Record<string, (message: string, code?: string | null) => object>;

/** The ways in which an error arrives before content. */
export const deliveries: Record<string, (body: object) => Responder> = {
  'status 400': (body) => json(400, body),
  'status 200, JSON': (body) => json(200, body),
  'status 200, a stream': (body) => events(`data: ${JSON.stringify(body)}\n\n`),
};

export const readTool = {
  name: 'Read',
  description: 'Reads a file',
  input_schema: {
    type: 'object',
    properties: { file_path: { type: 'string' } },
    required: ['file_path'],
  },
};

/** A turn of Claude Code after a tool call: the result, and a reminder beside it in the same user message. */
export const reminded = {
  tools: [readTool],
  messages: [
    { role: 'user', content: 'first question' },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_01A', name: 'Read', input: { file_path: '/a' } }],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_01A', content: 'the file' },
        { type: 'text', text: '<system-reminder>be brief</system-reminder>' },
      ],
    },
  ],
};

/** The roles of a chat request, in order. */
export function rolesOf(body: LooseJson): string[] {
  return asObjects(body['messages']).map(({ role }) => asText(role));
}

/** The names of its places where one role follows another: `tool>user`. */
export function pairsOf(body: LooseJson): string[] {
  const roles = rolesOf(body);
  return roles.slice(1).map((role, i) => `${roles[i]}>${role}`);
}
