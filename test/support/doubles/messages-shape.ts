/** The fields of Messages requests, as Anthropic documents them. */
import { by, each, fields, type Shape } from './shapes.ts';

const cached = fields('', { cache_control: by('type', { ephemeral: fields('type ttl') }) });
const withCache = (names: string, nested: Readonly<Record<string, Shape>> = {}): Shape =>
  fields(names, { ...(cached !== 'any' && 'fields' in cached && cached.fields), ...nested });

/** The blocks and tools of https://docs.claude.com/en/api/messages; `more` are further fields at the top. */
export function messagesShape(more: string, nested: Readonly<Record<string, Shape>> = {}): Shape {
  const text = withCache('type text citations');
  const media = {
    image: withCache('type source'),
    document: withCache('type source title context citations'),
  };
  const result = by('type', {
    text,
    ...media,
    tool_reference: fields('type tool_name'),
    search_result: 'any',
  });
  return fields(`model max_tokens stream temperature top_p top_k stop_sequences ${more}`, {
    metadata: fields('user_id'),
    system: each(by('type', { text })),
    tool_choice: 'any',
    tools: each(
      by(
        'type',
        {
          custom: withCache(
            'type name description input_schema defer_loading strict eager_input_streaming input_examples allowed_callers',
          ),
          web_search_20250305: 'any',
        },
        'custom',
      ),
    ),
    messages: each(
      fields('role output_config', {
        content: each(
          by('type', {
            text,
            ...media,
            thinking: fields('type thinking signature'),
            redacted_thinking: fields('type data'),
            tool_use: withCache('type id name input caller'),
            tool_result: withCache('type tool_use_id is_error', { content: each(result) }),
            server_tool_use: 'any',
            web_search_tool_result: 'any',
          }),
        ),
      }),
    ),
    ...nested,
  });
}
