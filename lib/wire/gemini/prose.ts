/**
 * Text and thoughts on their way to the client, each with the signature it may have (P10).
 *
 * A signature of a text waits until something else follows, for it travels in a block of its own, and one at the very end
 * of an answer in words would be the last block: Claude Code's `-p` would print that and not the answer (measured). There
 * it is left out; Google asks for it back, but does not insist.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Origin } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { carry, type Place } from './signatures.ts';

export interface Prose {
  write(type: 'text' | 'thinking', text: string, signature: string): void;
  /** The signature of the call that begins, or has just ended. */
  call: (id: string, signature: string) => void;
  /** Something that is no prose follows. */
  interrupt(): void;
  /** The end of the message; `calls` says whether the turn goes on after it. */
  end(calls: boolean): void;
}

export function prose(writer: Writer, origin: Origin, tell: (remark: Remark) => void): Prose {
  let last: 'text' | 'thinking' | undefined;
  let waiting: { place: Exclude<Place, { on: 'call' }>; signature: string } | undefined;

  function sign(place: Place, signature: string): void {
    writer.signature(carry(origin, place, signature));
    last = undefined;
  }

  function settle(): void {
    const held = waiting;
    waiting = undefined;
    if (held) sign(held.place, held.signature);
  }

  function wait(place: Exclude<Place, { on: 'call' }>, signature: string): void {
    if (waiting) tell({ type: 'dropped', what: 'the first of two thought signatures of one text' });
    waiting = { place, signature };
  }

  function text(words: string, signature: string): void {
    if (words === '')
      return signature === '' ? undefined : wait({ on: 'text', length: 0, after: 0 }, signature);
    // A text that begins with the part that is signed: the signature goes before it.
    const begins = last !== 'text' && signature !== '';
    if (begins) {
      settle();
      sign({ on: 'next', length: words.length }, signature);
    }
    if (waiting?.place.on === 'text') waiting.place.after += words.length;
    else settle();
    writer.prose('text', words);
    last = 'text';
    if (signature !== '' && !begins) wait({ on: 'text', length: words.length, after: 0 }, signature);
  }

  function thinking(words: string, signature: string): void {
    if (words === '' && signature === '') return;
    if (words === '' && last !== 'thinking') return wait({ on: 'thought', length: 0 }, signature);
    settle();
    writer.prose('thinking', words);
    last = 'thinking';
    if (signature !== '') sign({ on: 'thought', length: words.length }, signature);
  }

  return {
    write: (type, words, signature) => (type === 'text' ? text : thinking)(words, signature),
    call(id, signature) {
      settle();
      sign({ on: 'call', id }, signature);
    },
    interrupt() {
      settle();
      last = undefined;
    },
    end(calls) {
      if (!waiting) return;
      // Encrypted thoughts alone are content (P2); a signature that stands on no word at all is an empty answer (P6).
      if (calls || (waiting.place.on === 'thought' && writer.written() === 0)) return settle();
      tell({ type: 'dropped', what: 'the thought signature behind the last words' });
    },
  };
}
