/** One proxy for each upstream format, whose upstream answers by the name of a scene that the prompt begins with. */
import type { Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import type { Script } from '../../lib/emulator/script.ts';
import { modelOf, proxyOver, token, type ProxyOptions, type ProxyUnderTest } from '../support/proxy.ts';
import type { Format } from '../support/turns.ts';
import type { Access } from './dialect.ts';

/** The answers of a scene: the first one to the prompt, the second one to the results of calls. */
export type Scene = readonly (Answer | Script)[];

export interface Stage {
  over: ProxyUnderTest;
  access: Access;
  /** The latest request for an answer that the upstream received. */
  latest(): ReceivedRequest;
}

/** A model that wants its reasoning back, as DeepSeek's do. */
const chatQuirks = { replayReasoning: 'always', thinking: 'effort' } as const;

export async function stage(
  format: Format,
  scenes: Readonly<Record<string, Scene>>,
  options: ProxyOptions = {},
): Promise<Stage> {
  const entry = { wire_format: format, ...(format === 'chat' && { quirks: chatQuirks }) };
  const script = ({ conversation }: ReceivedRequest): Answer | Script => {
    const scene = scenes[/^(?:\[\w+\]\s*)?(\w+)/.exec(conversation.prompt)?.[1] ?? ''];
    const answer = scene?.[conversation.done.some(({ result }) => result) ? 1 : 0];
    return answer ?? [];
  };
  const over = await proxyOver({
    models: [modelOf('first', entry), modelOf('second', { ...entry, provider: 'other' })],
    ...options,
    emulator: { script },
    change: (settings) => ({ ...settings, circuitBreaker: { failures: 1000, resetMs: 1000 } }),
  });
  return {
    over,
    access: { url: over.url, key: token },
    latest() {
      const found = over.emulator.requests.findLast((request) => request.format !== undefined);
      if (!found) throw new Error('the upstream received no request');
      return found;
    },
  };
}
