/**
 * An item of type `reasoning`. It comes as a summary, as the full text, or as both, of which the first that says anything
 * counts. The encrypted form is true only in the whole item: the one that is announced with it is another.
 */
import { tagSignature } from '../../anthropic/provenance.ts';
import { toText } from '../../json.ts';
import { textsIn, type Output, type Surroundings, type Voice } from './output-item.ts';
import { parts } from './item-texts.ts';
import { goesOn } from './replay.ts';

export function reasoningItem(key: string, { prose, origin, drop }: Surroundings): Output {
  let voice: Voice | undefined;
  let signed = false;
  let latest: number | undefined;
  // Each part is a block of its own; all but the last say that the item goes on.
  const texts = parts((text, part) => {
    if (latest !== undefined && latest !== part)
      prose.signOpen(`${key} ${latest}`, tagSignature(origin, goesOn));
    latest = part;
    prose.say(`${key} ${part}`, 'thinking', text);
  }, drop);

  function hears(speaking: Voice, text: string): boolean {
    if (text === '') return false;
    voice ??= speaking;
    if (voice === speaking) return true;
    drop(
      voice === 'summary' ? 'the full reasoning beside its summary' : 'a summary beside the full reasoning',
    );
    return false;
  }

  return {
    piece: (speaking, at, text) => void (hears(speaking, text) && texts.piece(at, text)),
    whole: (speaking, at, text) => void (hears(speaking, text) && texts.whole(at, text)),
    announced: () => {},
    complete(item) {
      for (const speaking of ['summary', 'content'] as const) {
        const given = textsIn(item[speaking]);
        if (hears(speaking, given.join(''))) texts.all(given);
      }
      const encrypted = toText(item['encrypted_content']);
      if (signed || encrypted === '') return;
      signed = true;
      prose.sign(`${key} ${latest ?? 0}`, tagSignature(origin, encrypted));
    },
    fits: (item) => voice === undefined || texts.fits(textsIn(item[voice === 'summary' ? voice : 'content'])),
    silent: () => false,
  };
}
