/** The topics of `occ help`: reference pages that are generated from the data that the program itself uses. */

export interface Topic {
  summary: string;
  /** Loads the page, which renders its lines for a width. */
  load: () => Promise<(width: number) => string[] | Promise<string[]>>;
  /** Loads the part about one entry, such as a key; absent if a topic has no entries. The part throws for an unknown entry. */
  loadEntry?: () => Promise<(entry: string, width: number) => string[]>;
}

/** By name. A topic with the name of a command follows the help of that command. */
export const topics: Readonly<Record<string, Topic>> = {
  config: {
    summary: 'every key of the configuration',
    load: async () => (await import('./config-keys.ts')).renderConfigKeys,
    loadEntry: async () => (await import('./config-keys.ts')).renderConfigKey,
  },
  emulator: {
    summary: 'models that fail on purpose, and how to ask for other situations',
    load: async () => (await import('./emulator.ts')).renderEmulator,
  },
  environment: {
    summary: 'every environment variable',
    load: async () => (await import('./environment.ts')).renderEnvironment,
  },
  'exit-codes': {
    summary: 'every exit code',
    load: async () => (await import('./exit-codes.ts')).renderExitCodes,
  },
  formats: {
    summary: 'what each wire format supports, and what happens to requests that a provider refuses',
    load: async () => (await import('./formats.ts')).renderFormats,
  },
  routing: {
    summary: 'which model answers which request',
    load: async () => (await import('./routing.ts')).renderRouting,
  },
};
