/** What the model says and thinks, as blocks of their own for each item, cut at the client's stop words. */
import type { Writer } from '../../anthropic/writer.ts';
import type { Stops } from './stops.ts';

export interface Prose {
  /** More of the text that `speaker` names; another speaker's begins a block of its own. */
  say(speaker: string, type: 'text' | 'thinking', text: string): void;
  /** Signs the thinking of `speaker`, as a block of its own where something else was said since. */
  sign(speaker: string, signature: string): void;
  /** The same, but only where nothing else was said since. */
  signOpen(speaker: string, signature: string): void;
  /** Something else begins, or the end. */
  pause(): void;
  /** The stop word that ended the text, once one did. */
  stopped(): string | undefined;
}

export function proseOf(answer: Writer, stops: Stops): Prose {
  let speaking: string | undefined;
  let opened = 0;

  function pause(): void {
    answer.prose('text', stops.end());
    speaking = undefined;
  }

  function open(thinking: boolean, signature = ''): void {
    pause();
    const block = thinking ? { type: 'thinking', thinking: '', signature } : { type: 'text', text: '' };
    answer.open(`prose of item ${opened++}`, block);
  }

  return {
    say(speaker, type, text) {
      if (text === '' || stops.met() !== undefined) return;
      if (speaker !== speaking) open(type === 'thinking');
      speaking = speaker;
      answer.prose(type, type === 'text' ? stops.push(text) : text);
    },
    sign(speaker, signature) {
      if (stops.met() !== undefined) return;
      if (speaker === speaking) answer.signature(signature);
      else open(true, signature);
      speaking = undefined;
    },
    signOpen(speaker, signature) {
      if (speaker === speaking) answer.signature(signature);
    },
    pause,
    stopped: () => stops.met(),
  };
}
