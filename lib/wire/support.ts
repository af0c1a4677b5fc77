/** What a wire format supports of the Messages API, in words for users. Each format declares it in its `support.ts`. */

/** The parts of the Messages API that formats differ in, with their titles. */
export const features = {
  tools: 'text, tools, parallel tools',
  thinking: 'thinking, and thinking sent back',
  images: 'images, also in tool results',
  documents: 'PDF documents',
  toolErrors: 'is_error of a tool result',
  systemMessages: 'system messages within the conversation',
  toolSearch: 'tool search',
  stopSequences: 'stop sequences',
  webSearch: 'web search',
  serverTools: 'other server tools of Anthropic',
  answerSchema: 'JSON schema of the answer',
  toolSchemas: 'tool schemas',
  cacheControl: 'cache_control',
} as const;

export type Feature = keyof typeof features;

/**
 * - `native`: the format has it.
 * - `converted`: occ expresses it by other means.
 * - `partly`: only some models have it.
 * - `no`: it is not sent; the log names it.
 */
export type Level = 'native' | 'converted' | 'partly' | 'no';

export interface Support {
  /** The level, and how, in words that follow it: `['converted', 'as text']`. */
  features: Readonly<Record<Feature, readonly [Level, how?: string]>>;
  /** Opaque data of an answer that is returned in the next request, and how it travels through the client. */
  returned: readonly (readonly [what: string, how: string])[];
  /** The format as clients speak it. */
  served: {
    /** With `{model}` where the id of a model stands. */
    endpoints: readonly string[];
    /** What the format has and other formats have not, and what occ does about it. */
    special: readonly (readonly [what: string, how: string])[];
  };
}
