/**
 * Writes text and thinking as blocks, one for each source, and ends the text at the client's stop sequences.
 *
 * Reasoning that is only encrypted is held back after a text until something else follows. As the last block it would be
 * all that Claude Code's `-p` prints, which is nothing (measured); in that case it is left out.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Writer } from '../../anthropic/writer.ts';
import type { StopSequences } from './stop-sequences.ts';

export interface ProseWriter {
  /** Writes text that comes from `source`: an item, or a part of one. Another source starts a new block. */
  write(source: string, type: 'text' | 'thinking', text: string): void;
  /** Signs the thinking of `source`, in a new block if its own block is no longer open. */
  sign(source: string, signature: string): void;
  /** Signs the thinking of `source` if its block is still open. */
  signIfOpen(source: string, signature: string): void;
  /** Ends the open block because a block of another type follows. */
  endBlock(): void;
  /** Ends the message; `calls` is true if it contains tool calls, so that the client continues the turn. */
  end(calls: boolean): void;
  /** The stop sequence that ended the text, if one did. */
  stopSequence(): string | undefined;
}

export function proseWriter(
  answer: Writer,
  stops: StopSequences,
  emit: (remark: Remark) => void,
): ProseWriter {
  /** The source of the open block. */
  let current: string | undefined;
  let last: 'text' | 'thinking' | undefined;
  /** Signatures that are held back after a text. */
  let held: string[] = [];
  let opened = 0;

  function flushText(): void {
    answer.prose('text', stops.end());
    current = undefined;
  }

  function endBlock(): void {
    flushText();
    const signatures = held;
    held = [];
    for (const signature of signatures) open(true, signature);
  }

  function open(thinking: boolean, signature = ''): void {
    const block = thinking ? { type: 'thinking', thinking: '', signature } : { type: 'text', text: '' };
    answer.open(`prose of item ${opened++}`, block);
  }

  return {
    write(source, type, text) {
      if (text === '' || stops.found() !== undefined) return;
      if (source !== current) {
        endBlock();
        open(type === 'thinking');
      }
      current = source;
      last = type;
      answer.prose(type, type === 'text' ? stops.push(text) : text);
    },
    sign(source, signature) {
      if (stops.found() !== undefined) return;
      if (source === current) answer.signature(signature);
      else {
        flushText();
        if (last === 'text') held.push(signature);
        else open(true, signature);
      }
      current = undefined;
    },
    signIfOpen(source, signature) {
      if (source === current) answer.signature(signature);
    },
    endBlock,
    end(calls) {
      if (calls || held.length === 0) return endBlock();
      flushText();
      emit({ type: 'dropped', what: 'the encrypted reasoning behind the last words' });
    },
    stopSequence: () => stops.found(),
  };
}
