/** The part of the configuration's description that says what an entry may say about its model. */
import type { ThinkingConfig } from '../../anthropic/request.ts';
import { wireFormats, type WireFormat } from '../../wire/formats.ts';
import {
  choice,
  count,
  flag,
  object,
  ref,
  text,
  typed,
  word,
  type Schema,
  type SchemaOf,
} from './schema-node.ts';
import { quirks } from './schema-quirks.ts';

/** The names that OpenAI's and Anthropic's formats have in oc-go-cc and routatic-proxy. */
export const formatAliases: Readonly<Record<'openai' | 'anthropic', WireFormat>> = {
  openai: 'chat',
  anthropic: 'messages',
};

export const wireFormat = choice(
  [...wireFormats, 'openai', 'anthropic', 'auto'],
  'The wire format: openai means chat, anthropic means messages, auto leaves it to the catalogue.',
);

export const described = <S extends Schema>(description: string, schema: S): S => ({
  ...schema,
  description,
});
export const blankIsUnset = <S extends Schema>(schema: S): S => ({ ...schema, blankIsUnset: true });
const tokens = (description: string): SchemaOf<number> => blankIsUnset(count(description, 0));

const dollars = (description: string): SchemaOf<number> => typed({ type: 'number', minimum: 0, description });

/** What an entry may say about its model, whatever names the model. */
export const modelFields = {
  family: blankIsUnset(
    word(
      'The family whose rules apply, if the id does not name it: claude, claude-sonnet-4-6, deepseek. Any other word means that no family applies.',
    ),
  ),
  temperature: typed<number>({
    type: 'number',
    minimum: 0,
    maximum: 2,
    description: 'Replaces the temperature that the client requests.',
  }),
  max_tokens: tokens('The longest response in tokens; larger values of the client are reduced to it.'),
  reasoning_effort: blankIsUnset(word('Replaces the effort that the client requests; sent unchanged.')),
  thinking: typed<ThinkingConfig>({
    type: 'object',
    description: 'Replaces the thinking that the client requests: { "type": "enabled" }.',
    required: ['type'],
    properties: {
      type: {
        type: 'string',
        enum: ['enabled', 'adaptive', 'disabled'],
        description: 'The kind of thinking.',
      },
      budget_tokens: count('Tokens for thinking.'),
      display: text('How thinking is displayed.'),
    },
  }),
  context_threshold: tokens('For models.long_context: requests with more input tokens use this model.'),
  context_window: tokens('The context window in tokens, input and output together.'),
  context_margin: count('Tokens of the context window that a request must leave free.', 0),
  max_output_tokens: tokens('The most tokens that the model can generate.'),
  supports_tools: flag('Whether the model can call tools.'),
  vision: flag('Whether the model accepts images.'),
  price: described(
    'What the model costs in US dollars per million tokens, where occ does not know it or you pay another price.',
    object({
      input: dollars('Input.'),
      output: dollars('Output.'),
      cache_read: dollars('Input that is read from a cache; the price of input by default.'),
      cache_write: dollars('Input that is written to a cache; the price of input by default.'),
    }),
  ),
  wire_format: wireFormat,
  anthropic_tools_disabled: flag('The same as wire_format "chat".'),
  quirks: described('How the model deviates from its wire format.', ref('quirks', quirks)),
};
