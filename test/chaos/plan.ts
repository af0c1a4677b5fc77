/** What each model would say to each request: words that name both, so that a mixed or a short answer is known by sight. */
import type { Script } from '../../lib/emulator/script.ts';
import { callTogether, say, think } from '../../lib/emulator/script.ts';
import { chanceOf } from './random.ts';

export interface PlannedAnswer {
  thinking: string;
  text: string;
  calls: readonly { name: string; input: { [key: string]: unknown } }[];
}

export function plannedAnswer(seed: number, request: string, model: string): PlannedAnswer {
  const chance = chanceOf(seed, request, model);
  const words = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${model}/${request}/${kind}${i} é🙂 `).join('');
  const calls = chance.happens(0.4)
    ? Array.from({ length: chance.between(1, 3) }, (_, i) => ({
        name: 'Write',
        input: { by: model, to: request, number: i, content: words('c', chance.between(0, 30)) },
      }))
    : [];
  return {
    thinking: chance.happens(0.4) ? words('t', chance.between(1, 20)) : '',
    // Somebody has to say something.
    text: calls.length === 0 || chance.happens(0.7) ? words('w', chance.between(1, 60)) : '',
    calls,
  };
}

export function scriptOf({ thinking, text, calls }: PlannedAnswer): Script {
  return [
    ...(thinking === '' ? [] : [think(thinking)]),
    ...(text === '' ? [] : [say(text)]),
    ...(calls.length === 0 ? [] : [callTogether(...calls)]),
  ];
}
