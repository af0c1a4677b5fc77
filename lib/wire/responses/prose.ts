/**
 * What the model says and thinks, as blocks of their own for each item, cut at the client's stop words.
 *
 * Reasoning that is nothing but encrypted waits behind a text until something else follows: as the last block of an
 * answer in words it would be all that Claude Code's `-p` prints, which is nothing (measured). There it is left out.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Writer } from '../../anthropic/writer.ts';
import type { Stops } from './stop-sequences.ts';

export interface Prose {
  /** More of the text that `speaker` names; another speaker's begins a block of its own. */
  say(speaker: string, type: 'text' | 'thinking', text: string): void;
  /** Signs the thinking of `speaker`, as a block of its own where something else was said since. */
  sign(speaker: string, signature: string): void;
  /** The same, but only where nothing else was said since. */
  signOpen(speaker: string, signature: string): void;
  /** Something else begins. */
  pause(): void;
  /** The end of the message; `calls` says whether the turn goes on after it. */
  end(calls: boolean): void;
  /** The stop word that ended the text, once one did. */
  stopped(): string | undefined;
}

export function proseOf(answer: Writer, stops: Stops, tell: (remark: Remark) => void): Prose {
  let speaking: string | undefined;
  let last: 'text' | 'thinking' | undefined;
  /** Signatures that stand behind a text. */
  let waiting: string[] = [];
  let opened = 0;

  function hush(): void {
    answer.prose('text', stops.end());
    speaking = undefined;
  }

  function pause(): void {
    hush();
    const held = waiting;
    waiting = [];
    for (const signature of held) open(true, signature);
  }

  function open(thinking: boolean, signature = ''): void {
    const block = thinking ? { type: 'thinking', thinking: '', signature } : { type: 'text', text: '' };
    answer.open(`prose of item ${opened++}`, block);
  }

  return {
    say(speaker, type, text) {
      if (text === '' || stops.met() !== undefined) return;
      if (speaker !== speaking) {
        pause();
        open(type === 'thinking');
      }
      speaking = speaker;
      last = type;
      answer.prose(type, type === 'text' ? stops.push(text) : text);
    },
    sign(speaker, signature) {
      if (stops.met() !== undefined) return;
      if (speaker === speaking) answer.signature(signature);
      else {
        hush();
        if (last === 'text') waiting.push(signature);
        else open(true, signature);
      }
      speaking = undefined;
    },
    signOpen(speaker, signature) {
      if (speaker === speaking) answer.signature(signature);
    },
    pause,
    end(calls) {
      if (calls || waiting.length === 0) return pause();
      hush();
      tell({ type: 'dropped', what: 'the encrypted reasoning behind the last words' });
    },
    stopped: () => stops.met(),
  };
}
