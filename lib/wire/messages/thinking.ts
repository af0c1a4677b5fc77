/** What the thinking of a request requires of the rest of it: thoughts in the history, and fields that depend on it. */
import type { ContentBlock, RequestMessage, ThinkingConfig } from '../../anthropic/request.ts';
import { isObject, toArray, toText } from '../../json.ts';
import type { Route } from '../codec.ts';

/**
 * With a thinking budget, Claude requires a turn with tool results to start with its thinking. If another model started the
 * turn there is none, so thinking is disabled until the turn ends; it is adaptive for models that cannot disable it.
 */
export function allowedThinking(
  messages: readonly RequestMessage[],
  thinking: ThinkingConfig,
  { quirks }: Route,
): ThinkingConfig {
  if (!quirks.genuineSignatures || thinking.type !== 'enabled') return thinking;
  const hasResults = blocksOf(messages.at(-1)).some(({ type }) => type === 'tool_result');
  const [first] = blocksOf(messages.findLast(({ role }) => role === 'assistant'));
  if (!hasResults || (first && isThought(first))) return thinking;
  return { type: quirks.thinkingAlwaysOn ? 'adaptive' : 'disabled' };
}

/**
 * The messages with a thinking block at the start of each turn with calls that has none, for upstreams that require one
 * while thinking is not disabled (`quirks.replayReasoning`). They do not check its signature.
 */
export function withRequiredThoughts(
  messages: RequestMessage[],
  thinking: ThinkingConfig | undefined,
  { quirks }: Route,
): RequestMessage[] {
  if (quirks.replayReasoning === 'never' || thinking?.type === 'disabled') return messages;
  const thought = { type: 'thinking', thinking: quirks.reasoningPlaceholder, signature: '' };
  return messages.map((message) => {
    const blocks = message.role === 'assistant' ? blocksOf(message) : [];
    const isMissing = blocks.some(({ type }) => type === 'tool_use') && !blocks.some(isThought);
    return isMissing ? { ...message, content: [thought, ...blocks] } : message;
  });
}

/**
 * The client's `context_management` without the edits of thinking, when its thinking is not sent: "`clear_thinking_20251015`
 * strategy requires `thinking` to be enabled or adaptive" (Wei-Shaw/sub2api#599).
 */
export function toContextManagement(
  given: unknown,
  requested: ThinkingConfig | undefined,
  sent: ThinkingConfig | undefined,
): unknown {
  if (!isOn(requested) || isOn(sent) || !isObject(given)) return given;
  const edits = toArray(given['edits']);
  const kept = edits.filter((edit) => !isObject(edit) || !toText(edit['type']).startsWith('clear_thinking_'));
  if (kept.length === edits.length) return given;
  const { edits: _edits, ...rest } = given;
  if (kept.length > 0) return { ...rest, edits: kept };
  return Object.keys(rest).length > 0 ? rest : undefined;
}

function isOn(thinking: ThinkingConfig | undefined): boolean {
  return thinking !== undefined && thinking.type !== 'disabled';
}

function isThought({ type }: ContentBlock): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

function blocksOf(message: RequestMessage | undefined): ContentBlock[] {
  return Array.isArray(message?.content) ? message.content : [];
}
