/** The answer of each model to each request. Its text names both, so that mixed and incomplete answers are detected. */
import type { Script } from '../../lib/emulator/script.ts';
import { callTogether, say, think } from '../../lib/emulator/script.ts';
import { randomFrom } from './random.ts';

export interface PlannedAnswer {
  thinking: string;
  text: string;
  calls: readonly { name: string; input: { [key: string]: unknown } }[];
}

export function plannedAnswer(seed: number, request: string, model: string): PlannedAnswer {
  const random = randomFrom(seed, request, model);
  const words = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${model}/${request}/${kind}${i} é🙂 `).join('');
  const calls = random.happens(0.4)
    ? Array.from({ length: random.between(1, 3) }, (_, i) => ({
        name: 'Write',
        input: { by: model, to: request, number: i, content: words('c', random.between(0, 30)) },
      }))
    : [];
  return {
    thinking: random.happens(0.4) ? words('t', random.between(1, 20)) : '',
    // An answer without calls needs a text.
    text: calls.length === 0 || random.happens(0.7) ? words('w', random.between(1, 60)) : '',
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
