/** OpenAI's rules about tools and history in Chat Completions requests, which others in front of its models have, too. */
import { argumentsParse, ids, resultsFollow, resultsHaveCalls, toolsOf } from './chat-rules.ts';
import type { Rule } from './double.ts';
import { toolRules } from './openai-rules.ts';

export const chatToolRules: readonly Rule[] = toolRules(
  (body) =>
    toolsOf(body).map(({ name, parameters, at }) => ({ name, parameters, path: `tools[${at}].function` })),
  (parameters, name) => (good) => ({
    ...good,
    tools: parameters.map((one, at) => ({
      type: 'function',
      function: { name: name ?? `tool_${at}`, parameters: one },
    })),
  }),
);

export const chatHistoryRules: readonly Rule[] = [
  ids(/^.{1,40}$/, 'langmanus/langmanus#119, microsoft/autogen#6377', ({ length }, at) => ({
    message: `Invalid 'messages[${at}].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length ${length} instead.`,
    param: `messages[${at}].tool_calls[0].id`,
    code: 'string_above_max_length',
  })),
  argumentsParse('https://platform.openai.com/docs/guides/function-calling', (_, at) => ({
    message: `Invalid 'messages[${at}].tool_calls[0].function.arguments': expected a JSON object.`,
    param: `messages[${at}].tool_calls`,
  })),
  resultsFollow('router-for-me/CLIProxyAPI#2798, ogx-ai/ogx#3134', (missing, at) => ({
    message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.join(', ')}`,
    param: `messages.[${at + 1}].role`,
  })),
  resultsHaveCalls('https://platform.openai.com/docs/guides/function-calling', (_, at) => ({
    message:
      "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    param: `messages.[${at}].role`,
  })),
];
