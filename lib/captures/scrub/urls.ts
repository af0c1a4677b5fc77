/** Addresses: the scheme and the words of an API's path stay, and so do the hosts of well-known providers. */
import { bundledHosts } from './known-hosts.ts';
import { isKnownWord } from './lexicon.ts';

/** Without its query. `changed` replaces the characters of a text. */
export function scrubbedUrl(url: string, changed: (text: string) => string): string {
  const match = /^(\w+:\/\/)([^/?#]*)([^?#]*)([^]*)$/.exec(url);
  if (!match) return changed(url);
  const [, scheme = '', host = '', path = '', rest = ''] = match;
  return scheme + scrubbedHost(host, changed) + scrubbedPath(path, changed) + changed(rest);
}

function scrubbedHost(host: string, changed: (text: string) => string): string {
  const [, name = host, port = ''] = /^(.*?)(:\d+)?$/.exec(host) ?? [];
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(name) || bundledHosts.has(name)) return host;
  // An address of numbers stays one.
  if (/^[\d.]+$/.test(name)) return name.replaceAll(/\d/g, '1') + port;
  return changed(name) + port;
}

function scrubbedPath(path: string, changed: (text: string) => string): string {
  return path.replaceAll(/[^/]+/g, (segment) =>
    segment.split(/[._:-]/).every((word) => isKnownWord(word, pathWords)) ? segment : changed(segment),
  );
}

const pathWords: ReadonlySet<string> = new Set(
  'v1 v2 v3 v4 v1beta v1beta1 anthropic openai zen go gemini google coding compatible deployments publishers inference'.split(
    ' ',
  ),
);
