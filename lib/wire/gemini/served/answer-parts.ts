/**
 * Turns the blocks of an answer into Google's parts. Thinking is sealed into the signature of the part that follows it
 * (`seal.ts`), which is where Gemini signs and what clients return.
 */
import { cutsTurn, type AnswerBlock, type StopReason, type StreamEvent } from '../../../anthropic/events.ts';
import { parseJson, toText, type JsonObject } from '../../../json.ts';
import { callPart, textPart, thoughtPart, type PartText } from './chunk.ts';
import { foundPages } from './found-pages.ts';
import { sealBlocks } from './seal.ts';

export interface AnswerParts {
  /** The parts that an event completes. */
  step(event: StreamEvent): PartText[];
  /** The parts that were held until the end. */
  end(reason: StopReason | null): PartText[];
  /** What a web search found. */
  grounding(): JsonObject | undefined;
}

interface OpenBlock {
  block: AnswerBlock;
  pieces: string[];
}

export function answerParts(includesThoughts: boolean): AnswerParts {
  /** The thinking since the last part. */
  let thinking: JsonObject[] = [];
  let open: OpenBlock | undefined;
  /** A call without arguments: complete if anything but a cut follows. */
  let waiting: { id: string; name: string } | undefined;
  const found = foundPages();

  function takeSeal(call?: string): string | undefined {
    if (thinking.length === 0) return undefined;
    const blocks = thinking;
    thinking = [];
    return sealBlocks(blocks, call);
  }

  function call(id: string, name: string, args: string): PartText[] {
    // A call that is not whole leaves the thinking for the next part.
    if (callPart(id, name, args) === undefined) return [];
    return [callPart(id, name, args, takeSeal(id)) ?? ''];
  }

  function settle(): PartText[] {
    if (!waiting) return [];
    const { id, name } = waiting;
    waiting = undefined;
    return call(id, name, '{}');
  }

  function delta(event: Extract<StreamEvent, { type: 'content_block_delta' }>): PartText[] {
    const { delta } = event;
    switch (delta.type) {
      case 'text_delta':
        return delta.text === '' ? [] : [textPart(delta.text, takeSeal())];
      case 'thinking_delta':
        open?.pieces.push(delta.thinking);
        return includesThoughts && delta.thinking !== '' ? [thoughtPart(delta.thinking)] : [];
      case 'signature_delta':
        if (open) open.block.signature = delta.signature;
        return [];
      case 'input_json_delta':
        open?.pieces.push(delta.partial_json);
        return [];
      default:
        return [];
    }
  }

  function stop(): PartText[] {
    if (!open) return [];
    const { block, pieces } = open;
    open = undefined;
    const joined = pieces.join('');
    switch (block.type) {
      case 'thinking': {
        const text = toText(block.thinking) + joined;
        thinking.push({ type: 'thinking', thinking: text, signature: toText(block.signature) });
        return [];
      }
      case 'redacted_thinking':
        thinking.push({ type: 'redacted_thinking', data: toText(block.data) });
        return [];
      case 'tool_use': {
        const id = toText(block.id);
        const name = toText(block.name);
        if (joined.trim() !== '') return call(id, name, joined);
        waiting = { id, name };
        return [];
      }
      default:
        found.add(joined.trim() === '' ? block : { ...block, input: parseJson(joined) });
        return [];
    }
  }

  return {
    step(event) {
      switch (event.type) {
        case 'content_block_start':
          open = { block: { ...event.content_block }, pieces: [] };
          return settle();
        case 'content_block_delta':
          return delta(event);
        case 'content_block_stop':
          return stop();
        default:
          return [];
      }
    },
    end(reason) {
      const held = cutsTurn(reason) ? [] : settle();
      const seal = takeSeal();
      return seal === undefined ? held : [...held, textPart('', seal)];
    },
    grounding: () => found.metadata(),
  };
}
