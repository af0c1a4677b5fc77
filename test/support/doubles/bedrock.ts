/** Claude at Bedrock behind a gateway for Messages: a flat error, AWS's validator, no beta that it does not know. */
import { isObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Double, Rule, Violation } from './double.ts';
import {
  blocksOf,
  extraInputs,
  goodMessages,
  isThinking,
  pairs,
  toolUse,
  withAssistant,
  withSchema,
} from './messages-rules.ts';
import { messagesShape } from './messages-shape.ts';
import { aboutField, fits, firstViolation, inOtherWords, wantsKey } from './rules.ts';
import { fields } from './shapes.ts';
import { signedThinking } from './signed-thinking.ts';

const window = 200_000;
const maxOutput = 64_000;

/** router-for-me/CLIProxyAPI#4750 tried each. */
const betas = new Set([
  'claude-code-20250219',
  'interleaved-thinking-2025-05-14',
  'context-management-2025-06-27',
  'structured-outputs-2025-12-15',
]);

const accepted = messagesShape('anthropic_version', {
  thinking: fields('type budget_tokens display'),
  output_config: fields('effort format'),
  context_management: 'any',
});

const fromModel = ({ message }: Violation): Violation => ({
  message: `The model returned the following errors: ${message}`,
});

/** Places in the form of AWS's validator, which counts from 1. */
function names(body: LooseJson): [place: string, name: string][] {
  const tools = asObjects(body['tools']).map(({ name }, at): [string, string] => [
    `toolConfig.tools.${at + 1}.member.toolSpec.name`,
    asText(name),
  ]);
  const uses = blocksOf(body).flatMap(({ block, type, path }): [string, string][] => {
    const [, message, , content] = path.split('.').map(Number);
    const place = `messages.${(message ?? 0) + 1}.member.content.${(content ?? 0) + 1}.member.toolUse.name`;
    return type === 'tool_use' ? [[place, asText(block['name'])]] : [];
  });
  return [...tools, ...uses];
}

function unmet(name: string): string[] {
  const long = name.length > 64 ? ['have length less than or equal to 64'] : [];
  const odd = /^[a-zA-Z0-9_-]+$/.test(name) ? [] : ['satisfy regular expression pattern: [a-zA-Z0-9_-]+'];
  return long.concat(odd);
}

const constraints: Rule = {
  name: 'names of tools',
  source: 'openclaw/openclaw#12892, NousResearch/hermes-agent#54863',
  bad: [withSchema({ type: 'object' }, 'n'.repeat(65)), withSchema({ type: 'object' }, 'files.read')],
  violates({ body }) {
    const found = names(body).flatMap(([place, name]) =>
      unmet(name).map((words) => `${place}' failed to satisfy constraint: Member must ${words}`),
    );
    const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected`;
    return found.length === 0
      ? undefined
      : { message: `${count}: ${found.map((one) => `Value at '${one}`).join('; ')}` };
  },
};

export const bedrock: Double = {
  name: 'bedrock',
  format: 'messages',
  model: 'us.anthropic.claude-sonnet-4-6-v1:0',
  entry: { context_window: window, max_output_tokens: maxOutput },
  good: [
    goodMessages,
    { ...goodMessages, thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
  ],
  // charmbracelet/crush#946
  envelope: ({ message, status = 400 }) => ({
    status,
    body: { message },
    headers: { 'x-amzn-errortype': status === 400 ? 'ValidationException' : 'AccessDeniedException' },
  }),
  rules: [
    wantsKey('x-api-key', 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html', {
      status: 403,
      message: 'Authentication failed: Please make sure your API Key is valid.',
    }),
    {
      name: 'no unknown beta',
      source: 'router-for-me/CLIProxyAPI#4750, anthropics/claude-code#49370, anthropics/claude-code#82549',
      bad: [],
      badHeaders: { 'x-api-key': 'k', 'anthropic-beta': 'claude-code-20250219,oauth-2025-04-20' },
      violates: ({ headers }) =>
        String(headers['anthropic-beta'] ?? '')
          .split(',')
          .some((beta) => beta.trim() !== '' && !betas.has(beta.trim()))
          ? { message: 'invalid beta flag' }
          : undefined,
    },
    aboutField(
      'context_management',
      'Wei-Shaw/sub2api#2726',
      { context_management: { edits: [] } },
      (_, { headers }) =>
        String(headers['anthropic-beta'] ?? '').includes('context-management-2025-06-27')
          ? undefined
          : { message: 'context_management: Extra inputs are not permitted' },
    ),
    {
      name: 'no newer fields of tools',
      source: 'anthropics/claude-code#82549, anthropics/claude-code#11678',
      bad: [
        { tools: [{ name: 'Read', input_schema: { type: 'object' }, defer_loading: true }] },
        { tools: [{ name: 'Read', input_schema: { type: 'object' }, input_examples: [] }] },
      ],
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), (tool, at) => {
          const field = ['defer_loading', 'eager_input_streaming', 'input_examples', 'strict'].find(
            (name) => tool[name] !== undefined,
          );
          return field === undefined
            ? undefined
            : { message: `tools.${at}.custom.${field}: Extra inputs are not permitted` };
        }),
    },
    extraInputs(accepted, 'anthropics/claude-code#146, BerriAI/litellm#26240', [
      { metadata: { user_id: 'x', session: 'y' } },
      { system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', scope: 'global' } }] },
    ]),
    constraints,
    {
      name: 'tools beside calls',
      source: 'patriceckhart/zot#18, vxcontrol/pentagi#196, nearai/ironclaw#1710',
      bad: { tools: [] },
      violates: ({ body }) =>
        asObjects(body['tools']).length === 0 &&
        blocksOf(body).some(({ type }) => /^tool_(use|result)$/.test(type))
          ? {
              message:
                'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
            }
          : undefined,
    },
    {
      name: 'no blank text',
      source: 'langchain-ai/langchainjs#5960, NousResearch/hermes-agent#55092',
      bad: withAssistant({ type: 'text', text: ' ' }, toolUse),
      violates: ({ body }) =>
        firstViolation(blocksOf(body), ({ block, type, path }) =>
          type === 'text' && asText(block['text']).trim() === ''
            ? {
                message: `The text field in the ContentBlock object at ${path} is blank. Add text to the text field, and try again.`,
              }
            : undefined,
        ),
    },
    ...pairs('camel-ai/camel#3954, Just-Curieous/Curie#16, OpenHands/OpenHands#4912', {
      missing: (ids, at) => ({
        message: `Expected toolResult blocks at messages.${at + 1}.content for the following Ids: ${ids.join(', ')}`,
      }),
      unexpected: (_, path) => ({
        message: `The number of toolResult blocks at ${path.replace(/\.\d+$/, '')} exceeds the number of toolUse blocks of previous turn.`,
      }),
    }),
    ...signedThinking.map((rule) => inOtherWords(rule, fromModel)),
    aboutField(
      'top_p',
      'BerriAI/litellm#15070, aws-samples/bedrock-access-gateway#191',
      { temperature: 0.5, top_p: 0.9 },
      (_, { body }) =>
        body['temperature'] === undefined
          ? undefined
          : fromModel({
              message:
                '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
            }),
    ),
    aboutField(
      'max_tokens',
      'charmbracelet/crush#946, sigoden/aichat#813',
      { max_tokens: maxOutput + 1 },
      (value) =>
        Number(value) > maxOutput
          ? {
              message: `The maximum tokens you requested exceeds the model limit of ${maxOutput}. Try again with a maximum tokens value that is lower than ${maxOutput}.`,
            }
          : undefined,
    ),
    fits(
      window,
      () => 0,
      'continuedev/continue#9592, aws-samples/bedrock-chat#95',
      () => fromModel({ message: 'Input is too long for requested model.' }),
    ),
  ],
  thinks: ({ body }) => isThinking(body),
  callId: (unique) => `toolu_bdrk_01${unique.toString(36).padStart(20, 'A')}`,
  // Its own measurements in the last event: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
  dress: (event) => [
    event['type'] === 'message_stop' && isObject(event)
      ? { ...event, 'amazon-bedrock-invocationMetrics': { inputTokenCount: 10, outputTokenCount: 5 } }
      : event,
  ],
};
