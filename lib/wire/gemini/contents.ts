/**
 * Encodes the conversation as contents with alternating roles. The content after a function call holds its response, in
 * the same order, with id and name. The parts of a conversation are a prefix of the parts of every longer one, so that the
 * upstream's prompt cache applies.
 */
import { append } from '../../append.ts';
import { fieldsOf, withCallFields } from '../encode/attachments.ts';
import { argumentsText, toHistory, type Step } from '../encode/history.ts';
import { noOutput } from '../encode/notes.ts';
import {
  isBlock,
  toBlocks,
  type ContentBlock,
  type RequestMessage,
  type ToolResultBlock,
  type ToolUseBlock,
} from '../../anthropic/request.ts';
import { isBlank, joinTexts, wellFormedJson } from '../encode/text.ts';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../json.ts';
import type { Route } from '../codec.ts';
import { toUpstreamId } from '../tool-ids.ts';
import { toFunctionName } from './names.ts';
import { isText, toParts, type InputPart } from './parts.ts';
import { placeholderSignature, restored, signatureOf } from './signatures.ts';
import type { GeminiContent, GeminiFunctionResponse, GeminiPart } from './types.ts';

/** A conversation must begin with a non-empty user message. */
const openingText = '(the conversation begins here)';

export function toContents(messages: readonly RequestMessage[], route: Route): GeminiContent[] {
  const signed = withCallFields(messages, route).map((message) =>
    message.role === 'assistant' ? withSignatures(message, route) : message,
  );
  const contents: GeminiContent[] = [];
  const add = (role: GeminiContent['role'], parts: GeminiPart[]): void => {
    if (parts.length === 0) return;
    const last = contents.at(-1);
    if (last?.role === role) append(last.parts, parts);
    else contents.push({ role, parts });
  };
  for (const step of toHistory(signed, { reminders: true }).steps) {
    const parts = toStepParts(step, route);
    if (contents.length === 0 && step.role === 'assistant' && parts.length > 0)
      add('user', [{ text: openingText }]);
    add(step.role === 'assistant' ? 'model' : 'user', parts);
  }
  if (contents.length === 0) add('user', [{ text: openingText }]);
  return contents;
}

function withSignatures(message: RequestMessage, route: Route): RequestMessage {
  const blocks = toBlocks(message.content).filter((block) => isObject(block));
  return { ...message, content: restored(blocks, route) };
}

function toStepParts(step: Step, route: Route): GeminiPart[] {
  if (step.role === 'results') return toResults(step, route);
  return step.role === 'assistant' ? toModelParts(step.blocks, route) : toParts(step.blocks, route);
}

function toModelParts(blocks: readonly ContentBlock[], route: Route): GeminiPart[] {
  let first = true;
  return blocks.flatMap((block): GeminiPart[] => {
    const signature = signatureOf(block);
    const signed = signature === undefined ? {} : { thoughtSignature: signature };
    if (isBlock(block, 'tool_use')) {
      const { outer, inner } = fieldsOf(block);
      const isSigned = signature !== undefined || hasSignature(outer) || hasSignature(inner);
      const needsPlaceholder = !isSigned && first && route.quirks.signedCalls;
      first = false;
      return [
        {
          ...outer,
          functionCall: toCall(block, route),
          ...signed,
          ...(needsPlaceholder && { thoughtSignature: placeholderSignature }),
        },
      ];
    }
    // Only a signed part may be empty: Gemini sends a signature after a text in such a part.
    if (isBlock(block, 'thinking')) {
      const text = toText(block.thinking);
      return text === '' && signature === undefined ? [] : [{ text, thought: true, ...signed }];
    }
    // Other blocks belong to other servers, such as the results of their searches.
    if (!isBlock(block, 'text')) return [];
    const text = toText(block.text);
    return isBlank(text) && signature === undefined ? [] : [{ text, ...signed }];
  });
}

/** True for fields of a gateway that signs calls under a name of its own, such as `thought_signature`. */
function hasSignature(fields: JsonObject): boolean {
  return Object.keys(fields).some((name) => /signature/i.test(name));
}

function toCall(call: ToolUseBlock, route: Route): NonNullable<GeminiPart['functionCall']> {
  const args = parseJson(argumentsText(wellFormedJson(call.input)));
  return {
    ...fieldsOf(call).inner,
    id: toUpstreamId(call.id, route),
    name: toFunctionName(toText(call.name)),
    args: toObject(args),
  };
}

/** All responses first, then the media that cannot be part of a response, each with a label. */
function toResults({ results, calls }: Extract<Step, { role: 'results' }>, route: Route): GeminiPart[] {
  const responses: GeminiPart[] = [];
  const moved: GeminiPart[] = [];
  for (const [at, result] of results.entries()) {
    const { response, media } = toResponse(result, toText(calls[at]?.name), route);
    responses.push({ functionResponse: response });
    if (media.length === 0) continue;
    moved.push({ text: `[from the result of ${response.name}, call ${response.id}]` }, ...media);
  }
  return [...responses, ...moved];
}

function toResponse(
  result: ToolResultBlock,
  called: string,
  route: Route,
): { response: GeminiFunctionResponse; media: GeminiPart[] } {
  const parts = toParts(toBlocks(result.content), route);
  const texts = parts.filter(isText).map(({ text }) => text);
  const media = parts.filter((part): part is Exclude<InputPart, { text: string }> => !isText(part));
  const inside = route.quirks.mediaInResults;
  if (media.length > 0) texts.push(`[${countOf(media.length)} ${inside ? 'in this response' : 'below'}]`);
  const text = joinTexts(texts) || noOutput;
  return {
    response: {
      id: toUpstreamId(result.tool_use_id, route),
      name: toFunctionName(called),
      response: result.is_error === true ? { error: text } : { output: text },
      ...(inside && media.length > 0 && { parts: media }),
    },
    media: inside ? [] : media,
  };
}

function countOf(media: number): string {
  return media === 1 ? '1 image or file' : `${media} images or files`;
}
