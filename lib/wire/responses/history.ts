/**
 * Encodes the conversation as input items. The items of a conversation are a prefix of the items of every longer one, so
 * that the upstream's prompt cache applies.
 */
import { append } from '../../append.ts';
import { attachmentIn, fieldsOf } from '../encode/attachments.ts';
import { argumentsText, resultText, type Step } from '../encode/history.ts';
import { failedResult } from '../encode/notes.ts';
import {
  isBlock,
  toBlocks,
  type ContentBlock,
  type ToolResultBlock,
  type ToolUseBlock,
} from '../../anthropic/request.ts';
import { isBlank, joinTexts, wellFormedJson } from '../encode/text.ts';
import { toUpstreamId } from '../tool-ids.ts';
import { toUpstreamName } from '../tool-names.ts';
import { toText } from '../../json.ts';
import type { Route } from '../codec.ts';
import { inputText, isText, toParts } from './content.ts';
import { attachments, phaseOf, replay } from './replay.ts';
import type { FunctionCall, FunctionCallOutput, InputItem, InputPart } from './types.ts';

export function toItems(steps: readonly Step[], route: Route): InputItem[] {
  const items: InputItem[] = [];
  /** Images and files that cannot be part of a result: they move to the next user message. */
  let media: InputPart[] = [];
  const addMessage = (role: 'user' | 'system', content: InputPart[]): void => {
    if (content.length > 0) items.push({ type: 'message', role, content });
  };

  steps.forEach((step, index) => {
    switch (step.role) {
      case 'results': {
        for (const [at, result] of step.results.entries()) {
          const { item, moved } = toOutput(result, step.calls[at], route);
          items.push(item);
          append(media, moved);
        }
        if (steps[index + 1]?.role === 'user') return;
        addMessage('user', media);
        media = [];
        return;
      }
      case 'assistant':
        append(items, toTurn(step.blocks, route));
        return;
      case 'user':
        addMessage('user', [...media, ...toParts(step.blocks, route)]);
        media = [];
        return;
      default:
        addMessage('system', toParts(step.blocks, route).filter(isText));
    }
  });
  return items;
}

/** One assistant turn: reasoning, text and calls become separate items, in their order. */
function toTurn(blocks: readonly ContentBlock[], route: Route): InputItem[] {
  const items: InputItem[] = [];
  const thoughts = replay(route);
  const restore = attachments(items);
  for (const block of blocks) {
    const attached = attachmentIn(block, route);
    if (attached) restore.take(attached);
    else if (isBlock(block, 'thinking')) {
      const item = thoughts.add(block);
      if (item) items.push(item);
    } else if (isBlock(block, 'tool_use')) items.push(toCall(block, route));
    else if (isBlock(block, 'text') && !isBlank(toText(block.text))) {
      const part = { type: 'output_text' as const, text: block.text, annotations: [] as [] };
      const phase = phaseOf(block);
      if (phase !== undefined) restore.take({ message: { phase } });
      restore.addText(part);
    }
  }
  return items;
}

function toCall(call: ToolUseBlock, route: Route): FunctionCall {
  return {
    ...fieldsOf(call).outer,
    type: 'function_call',
    call_id: toUpstreamId(call.id, route),
    name: toUpstreamName(toText(call.name)),
    arguments: argumentsText(wellFormedJson(call.input)),
  };
}

/** The output of a call. If the upstream takes only text in a result, its images and files are in `moved`, with a label. */
function toOutput(
  result: ToolResultBlock,
  call: ToolUseBlock | undefined,
  route: Route,
): { item: FunctionCallOutput; moved: InputPart[] } {
  const id = toUpstreamId(result.tool_use_id, route);
  const parts = toParts(toBlocks(result.content), route);
  const media = parts.filter((part) => !isText(part));
  const texts = parts.filter(isText).map(({ text }) => text);
  const item = (output: string | InputPart[]): FunctionCallOutput => ({
    type: 'function_call_output',
    call_id: id,
    output,
  });
  if (media.length === 0) return { item: item(resultText(result, joinTexts(texts))), moved: [] };
  if (route.quirks.mediaInResults) {
    const failed = result.is_error === true ? [inputText(failedResult)] : [];
    return { item: item([...failed, ...parts]), moved: [] };
  }
  texts.push(`[${countOf(media.length)} in the next user message]`);
  const label = `[from the result of ${toUpstreamName(toText(call?.name))}, call ${id}]`;
  return { item: item(resultText(result, joinTexts(texts))), moved: [inputText(label), ...media] };
}

function countOf(media: number): string {
  return media === 1 ? '1 image or file follows' : `${media} images or files follow`;
}
