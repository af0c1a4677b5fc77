/**
 * Writes text and thoughts with their signatures (P10).
 *
 * A text's signature needs a thinking block of its own, and is held until something else follows. As the last block it
 * would be all that Claude Code's `-p` prints (measured); there it is left out. Google recommends returning the
 * signature but does not require it.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Origin } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { carry, type Place } from './signatures.ts';

export interface ProseWriter {
  write(type: 'text' | 'thinking', text: string, signature: string): void;
  /** Writes the signature of the call that begins or has just ended. */
  signCall: (id: string, signature: string) => void;
  /** Another block follows. */
  interrupt(): void;
  /** Ends the message; `calls` is true if it contains tool calls, so that the client continues the turn. */
  end(calls: boolean): void;
}

export function proseWriter(writer: Writer, origin: Origin, emit: (remark: Remark) => void): ProseWriter {
  let last: 'text' | 'thinking' | undefined;
  let held: { place: Exclude<Place, { on: 'call' }>; signature: string } | undefined;

  function sign(place: Place, signature: string): void {
    writer.signature(carry(origin, place, signature));
    last = undefined;
  }

  function writeHeld(): void {
    const pending = held;
    held = undefined;
    if (pending) sign(pending.place, pending.signature);
  }

  function hold(place: Exclude<Place, { on: 'call' }>, signature: string): void {
    if (held) emit({ type: 'dropped', what: 'the first of two thought signatures of one text' });
    held = { place, signature };
  }

  function writeText(text: string, signature: string): void {
    if (text === '')
      return signature === '' ? undefined : hold({ on: 'text', length: 0, after: 0 }, signature);
    // The signed part starts a text block, so the signature goes before it.
    const startsBlock = last !== 'text' && signature !== '';
    if (startsBlock) {
      writeHeld();
      sign({ on: 'next', length: text.length }, signature);
    }
    if (held?.place.on === 'text') held.place.after += text.length;
    else writeHeld();
    writer.prose('text', text);
    last = 'text';
    if (signature !== '' && !startsBlock) hold({ on: 'text', length: text.length, after: 0 }, signature);
  }

  function writeThinking(text: string, signature: string): void {
    if (text === '' && signature === '') return;
    if (text === '' && last !== 'thinking') return hold({ on: 'thought', length: 0 }, signature);
    writeHeld();
    writer.prose('thinking', text);
    last = 'thinking';
    if (signature !== '') sign({ on: 'thought', length: text.length }, signature);
  }

  return {
    write: (type, text, signature) => (type === 'text' ? writeText : writeThinking)(text, signature),
    signCall(id, signature) {
      writeHeld();
      sign({ on: 'call', id }, signature);
    },
    interrupt() {
      writeHeld();
      last = undefined;
    },
    end(calls) {
      if (!held) return;
      // A thought that is only a signature is content (P2); a text signature without any text is an empty answer (P6).
      if (calls || (held.place.on === 'thought' && writer.written() === 0)) return writeHeld();
      emit({ type: 'dropped', what: 'the thought signature after the last text' });
    },
  };
}
