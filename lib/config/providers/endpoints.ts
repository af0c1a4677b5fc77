/**
 * Derives the endpoints of a provider from the URLs that the configuration has. OpenCode has two generations of
 * addresses; the base URL of another provider may or may not include the path of the wire format.
 */
import { wireFormats, type WireFormat } from '../../wire/codec.ts';

export type Endpoints = Partial<Record<WireFormat, string>>;

/** The paths of the current generation, below `https://opencode.ai/inference[/go]`. */
const consolePaths = {
  chat: '/openai/v1/chat/completions',
  messages: '/anthropic/v1/messages',
  responses: '/openai/v1/responses',
  gemini: '/google/v1beta/models',
} as const satisfies Record<WireFormat, string>;

/** The paths of the older generation, below `https://opencode.ai/zen[/go]/v1`. */
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
 * All four endpoints of a built-in provider. Missing ones are derived from the root of those given, else from the key:
 * `oc_sk_` keys belong to the current generation, every other key (or none) to the older one.
 */
export function deriveEndpoints(provider: BuiltIn, given: Endpoints, key: string | undefined): Endpoints {
  const found = wireFormats.map((format) => rootOf(format, given[format])).find((root) => root !== undefined);
  const generation = key?.startsWith('oc_sk_') ? 'console' : 'legacy';
  return { ...(found ?? endpointsBelow(roots[provider][generation], generation)), ...given };
}

/** The four endpoints below a root in OpenCode's layout. The emulator uses the current generation. */
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
 * Whether a Messages endpoint of OpenCode is of the current generation, which requires Bearer. The older one was
 * observed to reply "Missing API key" to anything but `x-api-key`.
 */
export function takesBearer(messagesUrl: string | undefined): boolean {
  return messagesUrl !== undefined && new URL(messagesUrl).pathname.endsWith(consolePaths.messages);
}

/** Appends the path of the format, unless the URL already ends in it. */
export function completeEndpoint(format: WireFormat, baseUrl: string): string {
  const url = new URL(baseUrl);
  const path = url.pathname.replace(/\/+$/, '');
  const suffix = legacyPaths[format];
  if (path.endsWith(suffix)) return baseUrl;
  // A base URL for Anthropic clients has no version, since the clients add /v1/messages; others include the version.
  const versioned = format !== 'messages' || /\/v\d+(?:beta)?$/.test(path);
  url.pathname = `${path}${versioned ? '' : '/v1'}${suffix}`;
  return url.href;
}
