/** The schema of `quirks`: names and types come from the defaults in lib/wire/quirks.ts. */
import { defaultQuirks, type Quirks } from '../../wire/quirks.ts';
import { quirkDescriptions } from './quirk-descriptions.ts';
import { count, typed, type Schema } from './schema-node.ts';

const quirkChoices: Record<string, readonly (string | number)[]> = {
  thinking: ['none', 'configured', 'effort', 'type', 'type_and_effort', 'claude', 'adaptive', 'budget'],
  replayReasoning: ['never', 'always', 'tool_calls'],
  effortWithTools: ['free', 'omit', 'none'],
  midSystem: ['system', 'user'],
  leakedCalls: ['none', 'dsml', 'kimi', 'minimax', 'tool_call'],
  topK: ['free', 'omit'],
  maxTokensField: ['max_tokens', 'max_completion_tokens'],
  schema: ['full', 'moonshot', 'no_ranges'],
  toolIds: ['free', 'mistral'],
};

/** Every quirk with the type of its default. */
export const quirks = typed<Partial<Quirks>>({
  type: 'object',
  description: 'How the model deviates from its wire format; each field overrides the catalogue.',
  properties: Object.fromEntries(
    Object.entries(defaultQuirks).map(([name, value]): [string, Schema] => {
      const description = quirkDescriptions[name as keyof Quirks];
      if (name === 'temperature' || name === 'topP')
        return [name, { type: ['string', 'number'], description }];
      if (typeof value === 'number') return [name, count(description)];
      const choices = quirkChoices[name];
      return [
        name,
        { ...(choices ? { type: 'string', enum: choices } : { type: typeof value }), description },
      ];
    }),
  ),
});
