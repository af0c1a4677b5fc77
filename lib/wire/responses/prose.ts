/**
 * Writes text and thinking as blocks, one for each source, and ends the text at the client's stop sequences.
 *
 * Reasoning that is only encrypted is held back after a text until something else follows. As the last block it would be
 * all that Claude Code's `-p` prints, which is nothing (measured); in that case it is left out.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Writer } from '../../anthropic/writer.ts';
import type { StopSequences } from '../decode/stop-sequences.ts';

export interface ProseWriter {
  /** Writes text that comes from `source`: an item, or a part of one. Another source starts a new block. */
  write(source: string, type: 'text' | 'thinking', text: string): void;
  /** Signs the thinking of `source`, in a new block if its own block is no longer open. */
  sign(source: string, signature: string): void;
  /** Signs the thinking of `source` if its block is still open. */
  signIfOpen(source: string, signature: string): void;
  /** Writes a block that carries what was attached to the block that follows it (P11). */
  carry(signature: string): void;
  /**
   * Writes a block with this signature as soon as anything follows. At the end of the message it is left out, and `what`
   * is reported: see the head of this file.
   */
  hold(signature: string, what: string): void;
  /** Number of text blocks so far. */
  texts(): number;
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
  let held: { signature: string; what: string }[] = [];
  let opened = 0;
  let texts = 0;

  function flushText(): void {
    answer.prose('text', stops.end());
    current = undefined;
  }

  function endBlock(): void {
    flushText();
    const blocks = held;
    held = [];
    for (const { signature } of blocks) open(true, signature);
  }

  function open(thinking: boolean, signature = ''): void {
    if (!thinking) texts++;
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
        if (last === 'text') held.push({ signature, what: 'the encrypted reasoning' });
        else open(true, signature);
      }
      current = undefined;
    },
    signIfOpen(source, signature) {
      if (source === current) answer.signature(signature);
    },
    carry(signature) {
      if (stops.found() !== undefined) return;
      endBlock();
      answer.carry(signature);
    },
    hold(signature, what) {
      if (stops.found() === undefined) held.push({ signature, what });
    },
    texts: () => texts,
    endBlock,
    end(calls) {
      if (calls || held.length === 0) return endBlock();
      flushText();
      for (const what of new Set(held.map((one) => one.what)))
        emit({ type: 'dropped', what: `${what} after the last text` });
    },
    stopSequence: () => stops.found(),
  };
}
