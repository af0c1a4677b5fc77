/** Which scenario a request is, by its structure alone (contract 3, the table of scenarios). Pure. */
import { isBlock, toBlocks, type ContentBlock, type MessagesRequest } from '../../anthropic/request.ts';
import { tierOf } from './tiers.ts';

export type Scenario = 'long_context' | 'vision' | 'background' | 'think' | 'complex' | 'default';

export interface ScenarioMatch {
  scenario: Scenario;
  /** Why, in words a person can check. */
  reason: string;
}

export interface ScenarioFacts {
  /** The estimate of the whole request: system, tools and images counted. */
  inputTokens: number;
  /** Tokens above which a request is long. */
  longContextThreshold: number;
  /** What the client says of the request in `x-claude-code-request-class`, where it does. */
  requestClass?: string | undefined;
}

/** Classes of Claude Code's hint header that are chores beside the conversation. */
const auxiliary: ReadonlySet<string> = new Set([
  'auxiliary',
  'title',
  'summary',
  'classifier',
  'web_fetch',
  'background',
]);

/** A budget from which on thinking is asked for in earnest (contract 3). */
const thinkingBudget = 32_000;

export function readScenario(request: MessagesRequest, facts: ScenarioFacts): ScenarioMatch {
  const { inputTokens, longContextThreshold, requestClass } = facts;
  if (inputTokens > longContextThreshold) {
    return {
      scenario: 'long_context',
      reason: `about ${inputTokens} tokens, more than ${longContextThreshold}`,
    };
  }
  if (newImages(request)) return { scenario: 'vision', reason: 'a new image in the last user message' };
  if (requestClass && auxiliary.has(requestClass))
    return { scenario: 'background', reason: `request class ${requestClass}` };
  const chore = choreOf(request);
  if (chore) return { scenario: 'background', reason: chore };
  const tier = tierOf(request.model);
  if (tier === 'haiku') return { scenario: 'background', reason: 'tier haiku' };
  const effort = request.output_config?.effort;
  if (effort === 'xhigh' || effort === 'max') return { scenario: 'think', reason: `effort ${effort}` };
  const { thinking } = request;
  if (thinking?.type === 'enabled' && (thinking.budget_tokens ?? 0) >= thinkingBudget) {
    return { scenario: 'think', reason: `a thinking budget of ${thinking.budget_tokens}` };
  }
  if (tier === 'opus' || tier === 'fable') return { scenario: 'complex', reason: `tier ${tier}` };
  return { scenario: 'default', reason: tier ? `tier ${tier}` : 'nothing else applies' };
}

/** True when the last user message brings an image, also inside a tool result. */
export function newImages(request: MessagesRequest): boolean {
  const last = request.messages.findLast(({ role }) => role === 'user');
  return last !== undefined && toBlocks(last.content).some(holdsImage);
}

/** True when any message holds an image. */
export function anyImages(request: MessagesRequest): boolean {
  return request.messages.some(({ content }) => toBlocks(content).some(holdsImage));
}

function holdsImage(block: ContentBlock): boolean {
  if (block.type === 'image') return true;
  return isBlock(block, 'tool_result') && toBlocks(block.content).some(holdsImage);
}

/**
 * The chores Claude Code 2.1.330 was seen to send: a title, a page summary, a permission check. None has a tool of the
 * client's; what tells them from a plain question is a schema with a title, the classifier's stop sequences or its
 * thinking switched off, and the empty list of tools of a summary.
 */
function choreOf({
  tools,
  output_config,
  stop_sequences,
  messages,
  thinking,
}: MessagesRequest): string | undefined {
  if (tools !== undefined && tools.length > 0) return undefined;
  if (stop_sequences?.some((stop) => stop === '</severity>' || stop === '</block>'))
    return 'a permission check';
  if (thinking?.type === 'disabled') return 'thinking switched off, and no tools';
  const schema = output_config?.format?.schema;
  if (typeof schema === 'object' && schema !== null && JSON.stringify(schema).includes('"title"'))
    return 'a title';
  const single = messages.filter(({ role }) => role === 'user').length === 1;
  return tools !== undefined && thinking === undefined && single ? 'a summary without tools' : undefined;
}
