/** Decides the scenario of a request by its structure alone. The first rule that matches applies. Pure. */
import { answerSchema } from '../../anthropic/answer-schema.ts';
import { isBlock, toBlocks, type ContentBlock, type MessagesRequest } from '../../anthropic/request.ts';
import { tierLike, tierOf } from './tiers.ts';

export type Scenario = 'long_context' | 'vision' | 'background' | 'think' | 'complex' | 'default';

/** When each scenario applies, in words and in the order of the rules. */
export const scenarioRules: Readonly<Record<Scenario, string>> = {
  long_context: 'more estimated tokens than models.long_context.context_threshold',
  vision: 'a new image in the last user message',
  background: 'the haiku tier, and work beside the conversation: titles, page summaries, permission checks',
  think:
    "effort xhigh or max, or a thinking budget of at least 32,000 tokens that is not the client's default",
  complex: 'the opus and fable tiers',
  default: 'everything else, including the sonnet tier',
};

export interface ScenarioMatch {
  scenario: Scenario;
  /** Why, in words a user can check. */
  reason: string;
}

export interface ScenarioFacts {
  /** The estimate of the whole request: system, tools and images counted. */
  inputTokens: number;
  /** A request with more tokens is long. */
  longContextThreshold: number;
  /** The client's `x-claude-code-request-class` header, if there is one. */
  requestClass?: string | undefined;
  /** A thinking budget that says nothing, because every ordinary turn of the client has it, in tokens. */
  ordinaryThinking?: number | undefined;
}

/** Classes of Claude Code's hint header for background work beside the conversation. */
const auxiliary: ReadonlySet<string> = new Set([
  'auxiliary',
  'title',
  'summary',
  'classifier',
  'web_fetch',
  'background',
]);

/** The smallest thinking budget, in tokens, that selects `think`. */
const thinkingBudget = 32_000;

/** The first scenario that fits, and why: long_context, vision, background, think, complex, else default. */
export function readScenario(request: MessagesRequest, facts: ScenarioFacts): ScenarioMatch {
  const { inputTokens, longContextThreshold, requestClass, ordinaryThinking = 0 } = facts;
  if (inputTokens > longContextThreshold) {
    return {
      scenario: 'long_context',
      reason: `about ${inputTokens} tokens, more than ${longContextThreshold}`,
    };
  }
  if (newImages(request)) return { scenario: 'vision', reason: 'a new image in the last user message' };
  if (requestClass && auxiliary.has(requestClass))
    return { scenario: 'background', reason: `request class ${requestClass}` };
  const chore = choreOf(request, ordinaryThinking > 0);
  if (chore) return { scenario: 'background', reason: chore };
  const tier = tierOf(request.model) ?? tierLike(request.model);
  if (tier === 'haiku') return { scenario: 'background', reason: 'tier haiku' };
  const effort = request.output_config?.effort;
  if (effort === 'xhigh' || effort === 'max') return { scenario: 'think', reason: `effort ${effort}` };
  const { thinking } = request;
  const budget = thinking?.type === 'enabled' ? (thinking.budget_tokens ?? 0) : 0;
  if (budget >= thinkingBudget && budget > ordinaryThinking) {
    return { scenario: 'think', reason: `a thinking budget of ${budget}` };
  }
  if (tier === 'opus' || tier === 'fable') return { scenario: 'complex', reason: `tier ${tier}` };
  return { scenario: 'default', reason: tier ? `tier ${tier}` : 'nothing else applies' };
}

/** Whether the last user message has an image, also inside a tool result. */
export function newImages(request: MessagesRequest): boolean {
  const last = request.messages.findLast(({ role }) => role === 'user');
  return last !== undefined && toBlocks(last.content).some(holdsImage);
}

/** Whether any message has an image. */
export function anyImages(request: MessagesRequest): boolean {
  return request.messages.some(({ content }) => toBlocks(content).some(holdsImage));
}

function holdsImage(block: ContentBlock): boolean {
  if (block.type === 'image') return true;
  return isBlock(block, 'tool_result') && toBlocks(block.content).some(holdsImage);
}

/**
 * The background work of Claude Code 2.1.330 (measured): a title, a page summary, a permission check. None has client tools.
 * They differ from a plain question by a schema with a title, the classifier's stop sequences or disabled thinking, and the
 * empty tool list of a summary. `thinks`: every ordinary turn of the client thinks. Then a summary is one without it, and so is
 * a permission check, whose only tool must be called (Qwen Code 0.24).
 */
function choreOf(request: MessagesRequest, thinks: boolean): string | undefined {
  const { tools, tool_choice, stop_sequences, messages, thinking } = request;
  if (tools !== undefined && tools.length > 0) {
    const forced = tool_choice?.type === 'any' || tool_choice?.type === 'tool';
    return thinks && thinking === undefined && forced && tools.length === 1
      ? 'a permission check'
      : undefined;
  }
  if (stop_sequences?.some((stop) => stop === '</severity>' || stop === '</block>'))
    return 'a permission check';
  if (thinking?.type === 'disabled') return 'thinking switched off, and no tools';
  const schema = answerSchema(request);
  if (schema !== undefined && JSON.stringify(schema).includes('"title"')) return 'a title';
  const single = messages.filter(({ role }) => role === 'user').length === 1;
  return (tools !== undefined || thinks) && thinking === undefined && single
    ? 'a summary without tools'
    : undefined;
}
