/** Azure OpenAI with a deployment of GPT-4o: no reasoning, short descriptions of tools, prompt and answer share the window. */
import { answerLimit } from './chat-field-rules.ts';
import { goodChat } from './chat-rules.ts';
import { chatHistoryRules, chatToolRules } from './chat-tool-rules.ts';
import type { Double } from './double.ts';
import { openAiFields } from './openai-chat.ts';
import { openAiError } from './openai-rules.ts';
import { asObjects, asText } from '../loose-json.ts';
import { firstViolation, tokensIn, wantsKey } from './rules.ts';

const window = 128_000;
const maxOutput = 16_384;
const known = new Set(
  `messages tools ${openAiFields}`
    .split(' ')
    .filter((field) => !/^(reasoning_effort|verbosity)$/.test(field)),
);

export const azure: Double = {
  name: 'azure',
  format: 'chat',
  model: 'my-gpt-4o-deployment',
  good: [goodChat, { ...goodChat, temperature: 0.5, top_p: 0.9, stop: ['x'] }],
  envelope: openAiError,
  rules: [
    wantsKey('authorization', 'https://learn.microsoft.com/azure/ai-foundry/openai/reference', {
      status: 401,
      message:
        'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
      code: '401',
    }),
    {
      name: 'only known fields',
      source: 'anomalyco/opencode#12113, earendil-works/pi#9645',
      bad: [{ reasoning_effort: 'low' }, { thinking: { type: 'enabled' }, top_k: 40 }],
      violates({ body }) {
        const unknown = Object.keys(body).filter((field) => !known.has(field));
        if (unknown.length === 0) return undefined;
        const many = unknown.length > 1 ? 's' : '';
        return { message: `Unrecognized request argument${many} supplied: ${unknown.join(', ')}` };
      },
    },
    {
      name: 'a limit of the answer',
      source: 'charmbracelet/catwalk#41',
      bad: { max_tokens: 20_000 },
      violates({ body }) {
        const answer = answerLimit(body);
        return answer > maxOutput
          ? {
              message: `max_tokens is too large: ${answer}. This model supports at most ${maxOutput} completion tokens, whereas you provided ${answer}.`,
              param: 'max_tokens',
              code: 'invalid_value',
            }
          : undefined;
      },
    },
    {
      name: 'descriptions of at most 1024 characters',
      source:
        'OpenHands/OpenHands#4838, langchain-ai/open_deep_research#80, modelcontextprotocol/servers#799',
      bad: { tools: [{ type: 'function', function: { name: 'Read', description: 'd'.repeat(1025) } }] },
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), ({ function: tool }, at) => {
          const { length } = asText(tool?.['description']);
          return length > 1024
            ? {
                message: `Invalid 'tools[${at}].function.description': string too long. Expected a string with maximum length 1024, but got a string with length ${length} instead.`,
                param: `tools[${at}].function.description`,
                code: 'string_above_max_length',
              }
            : undefined;
        }),
    },
    ...chatToolRules,
    ...chatHistoryRules,
    {
      name: 'the prompt fits the window',
      source: 'https://platform.openai.com/docs/guides/error-codes (context_length_exceeded)',
      bad: { messages: [{ role: 'user', content: 'many words '.repeat(window) }] },
      violates({ body }) {
        const prompt = tokensIn(body);
        return prompt < window
          ? undefined
          : {
              message: `This model's maximum context length is ${window} tokens. However, your messages resulted in ${prompt} tokens. Please reduce the length of the messages.`,
              param: 'messages',
              code: 'context_length_exceeded',
            };
      },
    },
    {
      name: 'the answer fits what is left',
      source: 'langroid/langroid#820, mckaywrigley/chatbot-ui#102',
      bad: (good) => ({
        ...good,
        max_tokens: 16_000,
        messages: [{ role: 'user', content: 'a word '.repeat(68_000) }],
      }),
      violates({ body }) {
        const [prompt, answer] = [tokensIn(body), answerLimit(body)];
        return prompt + answer <= window
          ? undefined
          : {
              message: `This model's maximum context length is ${window} tokens. However, you requested ${prompt + answer} tokens (${prompt} in the messages, ${answer} in the completion). Please reduce the length of the messages or completion.`,
              param: 'messages',
              code: 'context_length_exceeded',
            };
      },
    },
  ],
  thinks: () => false,
  callId: (unique) => `call_${unique.toString(36).padStart(24, '0')}`,
  // The first event has no choices, only what its filter says of the prompt:
  // https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming
  dress(event) {
    const first = JSON.stringify(event['choices']).includes('"role"');
    const filter = { prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] };
    return first ? [{ ...event, choices: [], ...filter }, event] : [event];
  },
};
