/** What Anthropic wants back of thinking: genuine signatures, and a thought before the last calls while thinking is enabled. */
import { asObjects, asText } from '../loose-json.ts';
import type { Rule } from './double.ts';
import { blocksOf, toolUse, withAssistant } from './messages-rules.ts';
import { firstViolation } from './rules.ts';

export const signedThinking: readonly Rule[] = [
  {
    name: 'signatures',
    source: 'Wei-Shaw/sub2api#1776',
    bad: [
      withAssistant({ type: 'thinking', thinking: 'Hm.', signature: 'c29tZW9uZQ==' }, toolUse),
      withAssistant({ type: 'thinking', thinking: 'Hm.', signature: '' }, toolUse),
      withAssistant({ type: 'redacted_thinking', data: 'c29tZW9uZQ==' }, toolUse),
    ],
    violates: ({ body, seals }) =>
      firstViolation(blocksOf(body), ({ block, type, path }) => {
        if (type === 'redacted_thinking')
          return seals.verifies(asText(block['data']))
            ? undefined
            : { message: `${path}: Invalid \`data\` in \`redacted_thinking\` block` };
        // Thinking may be omitted from a block, never changed.
        const text = asText(block['thinking']);
        return type !== 'thinking' ||
          seals.verifies(asText(block['signature']), text === '' ? undefined : text)
          ? undefined
          : { message: `${path}: Invalid \`signature\` in \`thinking\` block` };
      }),
  },
  {
    name: 'thinking before the last call',
    source: 'anomalyco/opencode#3077',
    bad: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    violates({ body }) {
      if (asText(body['thinking']?.['type']) !== 'enabled') return undefined;
      const messages = asObjects(body['messages']);
      const last = messages.findLastIndex(({ role }) => asText(role) === 'assistant');
      const blocks = blocksOf(body).filter(({ message }) => message === last);
      const first = blocks[0]?.type ?? 'thinking';
      return blocks.some(({ type }) => type === 'tool_use') && !/^(redacted_)?thinking$/.test(first)
        ? {
            message: `messages.${last}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`,
          }
        : undefined;
    },
  },
];
