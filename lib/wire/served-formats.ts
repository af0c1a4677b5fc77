/** Loads the formats that clients speak. Anthropic's is here with the code of a request, the others with their first one. */
import type { ServedFormat } from './served.ts';
import type { ServedName } from './served-paths.ts';
import { served as messages } from './messages/served/index.ts';

const loads: Readonly<Record<ServedName, () => Promise<ServedFormat>>> = {
  chat: async () => (await import('./chat/served/index.ts')).served,
  messages: () => Promise.resolve(messages),
  responses: async () => (await import('./responses/served/index.ts')).served,
  gemini: async () => (await import('./gemini/served/index.ts')).served,
};

const loaded = new Map<string, ServedFormat>([['messages', messages]]);

/** Loads a format. */
export async function loadServed(name: ServedName): Promise<ServedFormat> {
  const served = loaded.get(name) ?? (await loads[name]());
  loaded.set(name, served);
  return served;
}

/** The format, if it was loaded. */
export function loadedServed(name: string): ServedFormat | undefined {
  return loaded.get(name);
}
