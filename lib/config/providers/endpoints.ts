/**
 * Derives the endpoints of a provider from the URLs that the configuration has. OpenCode has two generations of
 * addresses; the base URL of another provider may or may not include the path of the wire format.
 */
import { formats, wireFormats, type WireFormat } from '../../wire/formats.ts';

export type Endpoints = Partial<Record<WireFormat, string>>;

type Generation = 'console' | 'legacy';

/**
 * The path of a format below `https://opencode.ai/inference[/go]`, or in the older generation `…/zen[/go]/v1`; undefined if
 * OpenCode does not serve the format.
 */
function pathOf(format: WireFormat, generation: Generation): string | undefined {
  const { prefix, path } = formats[format];
  if (prefix === undefined) return undefined;
  return generation === 'console' ? prefix + path : path;
}

const roots = {
  'opencode-go': { console: 'https://opencode.ai/inference/go', legacy: 'https://opencode.ai/zen/go/v1' },
  'opencode-zen': { console: 'https://opencode.ai/inference', legacy: 'https://opencode.ai/zen/v1' },
} as const;

export type BuiltIn = keyof typeof roots;

/**
 * All endpoints of a built-in provider. Missing ones are derived from the root of those given, else from the key:
 * `oc_sk_` keys belong to the current generation, every other key (or none) to the older one.
 */
export function deriveEndpoints(provider: BuiltIn, given: Endpoints, key: string | undefined): Endpoints {
  const found = wireFormats.map((format) => rootOf(format, given[format])).find((root) => root !== undefined);
  const generation = key?.startsWith('oc_sk_') ? 'console' : 'legacy';
  return { ...(found ?? endpointsBelow(roots[provider][generation], generation)), ...given };
}

/** The endpoints of all formats that OpenCode serves, below a root in its layout. */
export function endpointsBelow(root: string, generation: Generation): Endpoints {
  return Object.fromEntries(
    wireFormats.flatMap((format) => {
      const path = pathOf(format, generation);
      return path === undefined ? [] : [[format, root + path]];
    }),
  );
}

function rootOf(format: WireFormat, url: string | undefined): Endpoints | undefined {
  if (url === undefined) return undefined;
  const { origin, pathname } = new URL(url);
  for (const generation of ['console', 'legacy'] as const) {
    const path = pathOf(format, generation);
    if (path !== undefined && pathname.endsWith(path))
      return endpointsBelow(origin + pathname.slice(0, -path.length), generation);
  }
  return undefined;
}

/**
 * Whether a Messages endpoint of OpenCode is of the current generation, which requires Bearer. The older one was
 * observed to reply "Missing API key" to anything but `x-api-key`.
 */
export function takesBearer(messagesUrl: string | undefined): boolean {
  const path = pathOf('messages', 'console');
  if (messagesUrl === undefined || path === undefined) return false;
  return new URL(messagesUrl).pathname.endsWith(path);
}

/** Appends the path of the format, unless the URL already ends in it. */
export function completeEndpoint(format: WireFormat, baseUrl: string): string {
  const url = new URL(baseUrl);
  const path = url.pathname.replace(/\/+$/, '');
  const { path: suffix, version = '' } = formats[format];
  if (path.endsWith(suffix)) return baseUrl;
  const versioned = /\/v\d+(?:beta)?$/.test(path);
  url.pathname = `${path}${versioned ? '' : version}${suffix}`;
  return url.href;
}
