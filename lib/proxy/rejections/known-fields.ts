/** Fields whose refusal is answered better than by leaving them out, by their folded name. */
import type { Change } from './changes.ts';

/** A change of the route's quirks. */
export const quirks = (changed: Extract<Change, { kind: 'quirks' }>['quirks']): Change => ({
  kind: 'quirks',
  quirks: changed,
});

/** Fields that hold signatures or encrypted reasoning. */
export const sealFields: ReadonlySet<string> = new Set(['encryptedcontent', 'signature', 'thoughtsignature']);

const noThinking: readonly Change[] = [{ kind: 'no_thinking' }];
const otherMaxTokens: readonly Change[] = [
  quirks({ maxTokensField: 'max_completion_tokens' }),
  quirks({ maxTokensField: 'max_tokens' }),
];
const inPrompt: readonly Change[] = [quirks({ jsonSchema: false })];

const noThinkingFields: readonly Change[] = [quirks({ thinking: 'none' })];

/**
 * Names of thinking that were not sent: it has a name in each format, and gateways refuse it by the one that they translate it
 * to (BerriAI/litellm#30218).
 */
export const synonyms: Readonly<Record<string, readonly Change[]>> = {
  reasoningeffort: noThinkingFields,
  reasoning: noThinkingFields,
  thinking: noThinkingFields,
  enablethinking: noThinkingFields,
};

/** What is tried before the field is left out. */
export const particulars: Readonly<Record<string, readonly Change[]>> = {
  maxtokens: otherMaxTokens,
  maxcompletiontokens: otherMaxTokens,
  responseformat: inPrompt,
  jsonschema: inPrompt,
  responseschema: inPrompt,
  responsejsonschema: inPrompt,
  parallel: [quirks({ parallelToolCalls: false })],
  paralleltoolcalls: [quirks({ parallelToolCalls: false })],
  cachecontrol: [quirks({ cacheControl: false })],
  promptcachekey: [quirks({ promptCacheKey: false })],
  toolchoice: [quirks({ forcedToolChoice: false })],
  thinking: noThinking,
  budgettokens: noThinking,
  imageurl: [{ kind: 'lacks', capability: 'images' }],
  inputimage: [{ kind: 'lacks', capability: 'images' }],
  image: [{ kind: 'lacks', capability: 'images' }],
  inputfile: [{ kind: 'lacks', capability: 'documents' }],
  document: [{ kind: 'lacks', capability: 'documents' }],
  websearch: [quirks({ webSearch: false })],
  websearchpreview: [quirks({ webSearch: false })],
  googlesearch: [quirks({ webSearch: false })],
};
