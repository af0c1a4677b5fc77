/**
 * Converts the conversation to Chat Completions messages. To keep the upstream's prefix cache valid, a longer conversation
 * starts with exactly the messages of the shorter one (P12). The exceptions are thinking being switched on or off, and the
 * first turn with reasoning: both change earlier messages.
 */
import { append } from '../../append.ts';
import { attachmentIn, fieldsOf } from '../encode/attachments.ts';
import { argumentsText, resultText, type Step } from '../encode/history.ts';
import { originOf, readSignature } from '../../anthropic/provenance.ts';
import {
  isBlock,
  toBlocks,
  type ContentBlock,
  type ThinkingBlock,
  type ToolResultBlock,
  type ToolUseBlock,
} from '../../anthropic/request.ts';
import { toUpstreamId } from '../tool-ids.ts';
import { toUpstreamName } from '../tool-names.ts';
import { isBlank, joinTexts, wellFormedJson } from '../encode/text.ts';
import { isObject, parseJson, toText } from '../../json.ts';
import type { Route } from '../codec.ts';
import { isMarker, isText, textOf, toContent, toParts } from './content.ts';
import type { ChatAssistantMessage, ChatMessage, ChatPart, ChatTextPart, ChatToolMessage } from './types.ts';

/**
 * The assistant message before user text that follows a tool result, or user text after which the assistant said nothing, for
 * servers that require one.
 */
const bridges: Readonly<Partial<Record<ChatMessage['role'], string>>> = {
  tool: 'I have the results.',
  user: '(no answer)',
};

/** `thinks` is true when thinking is on for this request. */
export function toMessages(steps: readonly Step[], route: Route, thinks: boolean): ChatMessage[] {
  const replayReasoning =
    thinks || steps.some((step) => step.role === 'assistant' && step.blocks.some(hasThought));
  const messages: ChatMessage[] = [];
  /** Images and files of tool results. A tool message cannot contain them, so they follow in a user message. */
  let media: ChatPart[] = [];

  const addUser = (parts: ChatPart[]): void => {
    if (parts.length === 0) return;
    const bridge = route.quirks.userAfterTool ? undefined : bridges[messages.at(-1)?.role ?? 'system'];
    if (bridge !== undefined) messages.push({ role: 'assistant', content: bridge });
    messages.push({ role: 'user', content: toContent(parts, route) });
  };

  steps.forEach((step, index) => {
    if (step.role === 'results') {
      for (const [at, result] of step.results.entries()) {
        const { message, moved } = toToolMessage(result, step.calls[at], route);
        messages.push(message);
        append(media, moved);
      }
      if (steps[index + 1]?.role === 'user') return;
      addUser(media);
      media = [];
      return;
    }
    if (step.role === 'assistant') {
      const message = toAssistant(step.blocks, route, replayReasoning);
      if (message) messages.push(message);
      return;
    }
    const parts = toParts(step.blocks, route);
    if (step.role === 'user') {
      addUser([...media, ...parts]);
      media = [];
      return;
    }
    const texts = parts.filter(isText);
    if (texts.length > 0) messages.push({ role: 'system', content: toContent(texts, route) });
  });
  const last = messages.at(-1);
  if (last?.role === 'assistant' && route.quirks.assistantPrefix) last.prefix = true;
  return messages;
}

function hasThought(block: ContentBlock): boolean {
  return isBlock(block, 'thinking') && !isBlank(toText(block.thinking));
}

/** Undefined for a turn without content for this model. */
function toAssistant(
  blocks: readonly ContentBlock[],
  route: Route,
  replayReasoning: boolean,
): ChatAssistantMessage | undefined {
  const calls = blocks.filter((block) => isBlock(block, 'tool_use'));
  const content = textOf(blocks);
  const details = blocks
    .filter((block) => isBlock(block, 'thinking'))
    .flatMap((block) => detailsOf(block, route));
  if (calls.length === 0 && content === '' && details.length === 0) return undefined;
  const reasoning = replayReasoning ? reasoningOf(blocks, route, calls.length > 0) : undefined;
  return {
    role: 'assistant',
    content,
    ...messageFields(blocks, route),
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(calls.length > 0 && { tool_calls: calls.map((call, at) => toCall(call, route, at === 0)) }),
  };
}

/** The reasoning that this turn must include. Reasoning of another model is accepted, because it is plain text. */
function reasoningOf(blocks: readonly ContentBlock[], { quirks }: Route, calls: boolean): string | undefined {
  if (quirks.replayReasoning === 'never') return undefined;
  const thoughts = blocks.filter((block) => isBlock(block, 'thinking'));
  const text = joinTexts(thoughts.map((block) => toText(block.thinking)));
  if (text !== '') return text;
  return quirks.replayReasoning === 'always' || calls ? quirks.reasoningPlaceholder : undefined;
}

/**
 * What this upstream attached to the message (P11), and its own reasoning under the name that it used, which GitHub Copilot
 * expects beside `reasoning_opaque` (anomalyco/opencode#8900).
 */
function messageFields(blocks: readonly ContentBlock[], route: Route): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const block of blocks) {
    const attached = attachmentIn(block, route);
    if (!isObject(attached?.['message'])) continue;
    const name = toText(attached['reasoning']);
    const reasoning = name === '' ? '' : ownReasoning(blocks, route);
    for (const [field, value] of Object.entries(attached['message'])) fields.set(field, value);
    if (reasoning !== '') fields.set(name, reasoning);
  }
  return Object.fromEntries(fields);
}

function ownReasoning(blocks: readonly ContentBlock[], route: Route): string {
  const own = blocks
    .filter((block) => isBlock(block, 'thinking'))
    .filter(({ signature }) => readSignature(signature)?.origin === originOf(route));
  return own.map(({ thinking }) => toText(thinking)).join('');
}

/** The `reasoning_details` that this upstream sent, unchanged (P10). */
function detailsOf(block: ThinkingBlock, { format, provider, modelId }: Route): unknown[] {
  const tag = readSignature(block.signature);
  if (!tag || tag.origin !== originOf({ format, provider, modelId })) return [];
  const details = parseJson(tag.payload);
  return Array.isArray(details) ? details : [];
}

/**
 * Google's documented stand-in for the signature of a call that Gemini did not make, in the field of its OpenAI-compatible
 * endpoint: https://ai.google.dev/gemini-api/docs/thought-signatures.
 */
export const placeholderSignature = { google: { thought_signature: 'skip_thought_signature_validator' } };

function toCall(
  call: ToolUseBlock,
  route: Route,
  first: boolean,
): NonNullable<ChatAssistantMessage['tool_calls']>[number] {
  const { outer, inner } = fieldsOf(call);
  const isSigned = Object.keys(outer).length + Object.keys(inner).length > 0;
  return {
    ...outer,
    ...(first && route.quirks.signedCalls && !isSigned && { extra_content: placeholderSignature }),
    id: toUpstreamId(call.id, route),
    type: 'function',
    function: {
      ...inner,
      name: toUpstreamName(toText(call.name)),
      arguments: argumentsText(wellFormedJson(call.input)),
    },
  };
}

/** The tool message for a result, and its images and files after a label that names the call. */
function toToolMessage(
  result: ToolResultBlock,
  call: ToolUseBlock | undefined,
  route: Route,
): { message: ChatToolMessage; moved: ChatPart[] } {
  const id = toUpstreamId(result.tool_use_id, route);
  const parts = toParts(toBlocks(result.content), route);
  const media = parts.filter((part) => !isText(part));
  const texts = parts.filter(isText).map(({ text }) => text);
  const name = toUpstreamName(toText(call?.name));
  if (media.length > 0) texts.push(`[${countOf(media.length)} in the next user message]`);
  const text = resultText(result, joinTexts(texts));
  const marker = result['cache_control'];
  // See `toContent`: the form must not depend on the mark.
  const content: string | ChatTextPart[] = route.quirks.cacheControl
    ? [{ type: 'text', text, ...(isMarker(marker) && { cache_control: marker }) }]
    : text;
  const label: ChatTextPart = { type: 'text', text: `[from the result of ${name}, call ${id}]` };
  return {
    message: { role: 'tool', tool_call_id: id, content },
    moved: media.length > 0 ? [label, ...media] : [],
  };
}

function countOf(media: number): string {
  return media === 1 ? '1 image or file follows' : `${media} images or files follow`;
}
