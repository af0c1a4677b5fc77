/**
 * Which URL speaks which format, where only some were given. OpenCode has two generations of addresses (project facts,
 * `upstream` section 1), and other providers have a base URL with or without the format's own ending.
 */
import { wireFormats, type WireFormat } from '../../wire/codec.ts';

export type Endpoints = Partial<Record<WireFormat, string>>;

/** The paths of the present generation, below `https://opencode.ai/inference[/go]`. */
const consolePaths = {
  chat: '/openai/v1/chat/completions',
  messages: '/anthropic/v1/messages',
  responses: '/openai/v1/responses',
  gemini: '/google/v1beta/models',
} as const satisfies Record<WireFormat, string>;

/** The paths of the older one, below `https://opencode.ai/zen[/go]/v1`. */
const legacyPaths = {
  chat: '/chat/completions',
  messages: '/messages',
  responses: '/responses',
  gemini: '/models',
} as const satisfies Record<WireFormat, string>;

const roots = {
  'opencode-go': { console: 'https://opencode.ai/inference/go', legacy: 'https://opencode.ai/zen/go/v1' },
  'opencode-zen': { console: 'https://opencode.ai/inference', legacy: 'https://opencode.ai/zen/v1' },
} as const;

export type BuiltIn = keyof typeof roots;

/**
 * All four endpoints of a built-in provider. Given ones win; missing ones are derived from the root of those given,
 * else from the key: `oc_sk_` keys belong to the Console, every other key (and none) to the older addresses.
 */
export function deriveEndpoints(provider: BuiltIn, given: Endpoints, key: string | undefined): Endpoints {
  const found = wireFormats.map((format) => rootOf(format, given[format])).find((root) => root !== undefined);
  const generation = key?.startsWith('oc_sk_') ? 'console' : 'legacy';
  return { ...(found ?? endpointsBelow(roots[provider][generation], generation)), ...given };
}

/** The four endpoints below a root in OpenCode's layout; the emulator uses the present one. */
export function endpointsBelow(
  root: string,
  generation: 'console' | 'legacy' = 'console',
): Record<WireFormat, string> {
  const paths = generation === 'console' ? consolePaths : legacyPaths;
  return {
    chat: root + paths.chat,
    messages: root + paths.messages,
    responses: root + paths.responses,
    gemini: root + paths.gemini,
  };
}

function rootOf(format: WireFormat, url: string | undefined): Record<WireFormat, string> | undefined {
  if (url === undefined) return undefined;
  const { origin, pathname } = new URL(url);
  for (const [generation, paths] of [
    ['console', consolePaths],
    ['legacy', legacyPaths],
  ] as const) {
    if (!pathname.endsWith(paths[format])) continue;
    return endpointsBelow(origin + pathname.slice(0, -paths[format].length), generation);
  }
  return undefined;
}

/**
 * Whether a Messages endpoint of OpenCode is of the present generation, which takes Bearer; the older one answers
 * "Missing API key" to anything but `x-api-key` (observed).
 */
export function takesBearer(messagesUrl: string | undefined): boolean {
  return messagesUrl !== undefined && new URL(messagesUrl).pathname.endsWith(consolePaths.messages);
}

/** A custom provider's endpoint: as it is when its path ends in the format's suffix, else with the suffix. */
export function completeEndpoint(format: WireFormat, baseUrl: string): string {
  const url = new URL(baseUrl);
  const path = url.pathname.replace(/\/+$/, '');
  const suffix = legacyPaths[format];
  if (path.endsWith(suffix)) return baseUrl;
  // Anthropic's clients add /v1/messages themselves; other bases name the version already.
  const versioned = format !== 'messages' || /\/v\d+(?:beta)?$/.test(path);
  url.pathname = `${path}${versioned ? '' : '/v1'}${suffix}`;
  return url.href;
}
