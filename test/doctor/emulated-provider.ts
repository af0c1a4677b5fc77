/** An emulator configured to look like opencode-go: it answers doctor's prompts like a capable model, with faults on demand. */
import type { TestContext } from 'node:test';
import { failing, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import type { Faults } from '../../lib/emulator/faults.ts';
import type { RespondOptions } from '../../lib/emulator/respond.ts';
import { call, callTogether, drip, say, think, type Script } from '../../lib/emulator/script.ts';
import { promptCache } from '../../lib/emulator/prompt/cache.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';

export interface ProviderOptions extends RespondOptions {
  /** Replaces the answer of the capable model. */
  answer?: (request: ReceivedRequest) => Answer | Script | undefined;
  /** Faults in every answer. */
  faults?: Faults;
}

/** Closed after the test. Strict: it refuses what the real gateway refuses, such as a request without a key. */
export async function startProvider(t: TestContext, options: ProviderOptions = {}): Promise<Emulator> {
  const { answer, faults = {}, ...rest } = options;
  const emulator = await startEmulator({
    strict: true,
    models: { 'glm-5.3': ['chat'], 'minimax-m3': ['messages'], 'claude-haiku-4-5': ['messages'] },
    quota: { rolling: 12, weekly: 30, monthly: 8 },
    promptCache: promptCache(),
    ...rest,
    script: (request) => failing(answer?.(request) ?? capable(request), faults),
  });
  t.after(() => emulator.close());
  return emulator;
}

/** A model that does what the prompts ask for. */
export function capable({ conversation }: ReceivedRequest): Script {
  const { prompt, done, tools } = conversation;
  if (done.length > 0) return [say('It is sunny in Paris, and 21 degrees.')];
  if (tools.length > 0 && /twice/.test(prompt)) {
    return [
      callTogether(
        { name: 'get_weather', input: { city: 'Paris' } },
        { name: 'get_weather', input: { city: 'Rome' } },
      ),
    ];
  }
  if (tools.length > 0) return [call('get_weather', { city: 'Paris' })];
  if (/number alone/.test(prompt)) return [think('37 times 7 is 259.'), say('259')];
  if (prompt.startsWith('Count')) return [...drip(3, 50), say('and so on')];
  return [say('Hello, it is good to see you here today.')];
}

/** A configuration with one chat and one messages model of this emulator as opencode-go. */
export function goConfig(url: string, more: object = {}): object {
  return {
    api_key: 'sk-test-0123456789abcdef',
    models: {
      default: { provider: 'opencode-go', model_id: 'glm-5.3' },
      long_context: { provider: 'opencode-go', model_id: 'minimax-m3' },
    },
    opencode_go: {
      base_url: `${url}/zen/go/v1/chat/completions`,
      anthropic_base_url: `${url}/zen/go/v1/messages`,
      ...more,
    },
  };
}
