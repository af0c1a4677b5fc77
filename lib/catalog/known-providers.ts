/** Providers that `occ config init` can set up by name. Any other one needs its URL. */
import { globalKeyVariables } from '../config/file/schema.ts';

export interface KnownProvider {
  /** As entries of the configuration name it. */
  name: string;
  /** As its makers write it. */
  title: string;
  summary: string;
  /** Absent for the built-in providers, whose URLs occ knows. */
  baseUrl?: string;
  /** Variables that hold its key by custom, the usual one first. */
  keyVariables: readonly string[];
}

const openCode = ['OPENCODE_API_KEY', ...globalKeyVariables.filter((name) => name !== 'OPENCODE_API_KEY')];

/** URLs and variables are those of each provider's documentation. */
export const knownProviders: readonly KnownProvider[] = [
  {
    name: 'opencode-go',
    title: 'OpenCode Go',
    summary: 'a monthly plan for open models',
    keyVariables: openCode,
  },
  {
    name: 'opencode-zen',
    title: 'OpenCode Zen',
    summary: 'pay as you go',
    keyVariables: openCode,
  },
  {
    name: 'openrouter',
    title: 'OpenRouter',
    summary: 'pay as you go, models of many providers',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
  },
  {
    name: 'deepseek',
    title: 'DeepSeek',
    summary: 'pay as you go',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
  },
];

/** A variable that holds a key, and the providers that it may belong to. */
export interface FoundKey {
  variable: string;
  providers: readonly KnownProvider[];
}

/** The first variable of each provider that is set. Values are not read. */
export function keysIn(env: Readonly<Record<string, string | undefined>>): FoundKey[] {
  const found = new Map<string, KnownProvider[]>();
  for (const provider of knownProviders) {
    const variable = provider.keyVariables.find((name) => env[name]);
    if (variable !== undefined) found.set(variable, [...(found.get(variable) ?? []), provider]);
  }
  return [...found].map(([variable, providers]) => ({ variable, providers }));
}
