/** Values that are in force although neither the file nor a default of the schema has the key. Pure. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { renderPath, type Segment } from './json-path.ts';
import { timeouts } from './schema.ts';

export interface Implied {
  segments: readonly Segment[];
  /** Null for a limit that does not exist. */
  value: Json;
  /** The key that it follows. */
  follows?: string;
}

/** `tree` is the effective configuration. */
export function impliedValues(tree: JsonObject): Implied[] {
  const { providers } = tree;
  const custom = isObject(providers) ? Object.keys(providers).map((name) => ['providers', name]) : [];
  const sections = [['opencode_go'], ['opencode_zen'], ['openrouter'], ...custom];
  return [
    // A file with models has no fallbacks unless it lists them.
    ...(tree['fallbacks'] === undefined ? [{ segments: ['fallbacks'], value: {} }] : []),
    ...sections.flatMap((section) => impliedTimeouts(tree, section)),
  ];
}

function impliedTimeouts(tree: JsonObject, section: readonly string[]): Implied[] {
  const given = section.reduce<Json | undefined>(
    (value, name) => (isObject(value) ? value[name] : undefined),
    tree,
  );
  if (!isObject(given)) return [];
  const headersMs = given['timeout_ms'] ?? timeouts.timeout_ms.default;
  const all: [key: keyof typeof timeouts, value: Json, follows?: keyof typeof timeouts][] = [
    ['timeout_ms', headersMs],
    ['first_event_timeout_ms', headersMs, 'timeout_ms'],
    ['stream_idle_timeout_ms', timeouts.stream_idle_timeout_ms.default],
    ['streaming_timeout_ms', null],
  ];
  return all
    .filter(([key]) => given[key] === undefined)
    .map(([key, value, follows]): Implied => {
      const segments = [...section, key];
      return follows === undefined
        ? { segments, value }
        : { segments, value, follows: renderPath([...section, follows]) };
    });
}
