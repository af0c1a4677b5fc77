/** The emulator posing as OpenCode Go, as strict as the real gateway, under the configuration of the design document. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { toArray, toObject, type JsonObject } from '../../lib/json.ts';

const seed = JSON.parse(
  readFileSync(fileURLToPath(new URL('../fixtures/seed-config.json', import.meta.url)), 'utf8'),
) as Record<string, Record<string, unknown>>;

/** A key in OpenCode's spelling that no other file holds, so that it can be searched for. */
export const key = 'sk-e2e0000000000000000000000000000000000000000';

/** The models the seed configuration names, each in the format Go serves it in. */
const models = {
  'deepseek-v4-flash': ['chat'],
  'deepseek-v4-pro': ['chat'],
  'mimo-v2.5': ['chat'],
  'mimo-v2.5-pro': ['chat'],
  'minimax-m3': ['messages'],
} as const;

export function startGo(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ strict: true, models, ...options });
}

/** The seed configuration, asking the emulator instead of the real service; `changes` are laid over it. */
export function seedFor(url: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...seed,
    opencode_go: {
      ...seed['opencode_go'],
      base_url: `${url}/zen/go/v1/chat/completions`,
      anthropic_base_url: `${url}/zen/go/v1/messages`,
    },
    ...changes,
  };
}

/** The bodies of the model requests, in their order. */
export function posts(emulator: Emulator): ReceivedRequest[] {
  return emulator.requests.filter(({ method }) => method === 'POST');
}

/** OpenCode's providers as the emulator plays them, and one model of theirs for everything. */
export function openCode({ url }: Emulator, provider: string, model: string): object {
  const urls = {
    base_url: `${url}/v1/chat/completions`,
    anthropic_base_url: `${url}/v1/messages`,
    api_key: key,
  };
  return {
    opencode_go: urls,
    opencode_zen: urls,
    models: { default: { provider, model_id: model } },
  };
}

/** The messages of a request in chat or messages. */
export function messagesOf(asked: ReceivedRequest | undefined): JsonObject[] {
  return toArray(asked?.body['messages']).map(toObject);
}

/** A stream as an upstream sent it. */
export function sse(body: string): Answer {
  return { reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body } };
}
