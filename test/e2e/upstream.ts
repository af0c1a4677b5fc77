/** Emulated upstreams: OpenCode Go, as strict as the real gateway, and configurations that use it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { toArray, toObject, type JsonObject } from '../../lib/json.ts';

const ocGoCc = JSON.parse(
  readFileSync(fileURLToPath(new URL('../fixtures/seed-config.json', import.meta.url)), 'utf8'),
) as Record<string, Record<string, unknown>>;

/** A key in OpenCode's format that occurs in no other file, so that tests can search for it. */
export const key = 'sk-e2e0000000000000000000000000000000000000000';

/** The models of that configuration, with the format OpenCode Go serves each in. */
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

/** A configuration of oc-go-cc that uses the emulator instead of OpenCode Go; `changes` replace its keys. */
export function configFor(url: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...ocGoCc,
    opencode_go: {
      ...ocGoCc['opencode_go'],
      base_url: `${url}/zen/go/v1/chat/completions`,
      anthropic_base_url: `${url}/zen/go/v1/messages`,
    },
    ...changes,
  };
}

/** The model requests, in order. */
export function posts(emulator: Emulator): ReceivedRequest[] {
  return emulator.requests.filter(({ method }) => method === 'POST');
}

/** A configuration with OpenCode's providers on the emulator, and one model for every request. */
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
export function messagesOf(request: ReceivedRequest | undefined): JsonObject[] {
  return toArray(request?.body['messages']).map(toObject);
}

/** An answer with this body as an event stream. */
export function sse(body: string): Answer {
  return { reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body } };
}
