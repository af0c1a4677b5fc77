/** Rules about single fields and messages of Anthropic Messages requests that several servers have, each in its words. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText } from '../loose-json.ts';
import type { Rule, Violation } from './double.ts';
import { firstViolation } from './rules.ts';

/** Only users and assistants among the messages, as before system messages were allowed there. */
export function noSystemMessages(source: string, words: (at: number) => Violation): Rule {
  return {
    name: 'no system message among the messages',
    source,
    bad: (good) => ({
      ...good,
      messages: [...toArray(good['messages']), { role: 'system', content: 'Reminder.' }],
    }),
    violates: ({ body }) =>
      firstViolation(asObjects(body['messages']), ({ role }, at) =>
        asText(role) === 'system' ? words(at) : undefined,
      ),
  };
}

/** No tool that Anthropic's servers run. */
export function noServerTools(source: string, words: (type: string, at: number) => Violation): Rule {
  return {
    name: 'no server tools',
    source,
    bad: { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }] },
    violates: ({ body }) =>
      firstViolation(asObjects(body['tools']), ({ type }, at) =>
        ['', 'custom'].includes(asText(type)) ? undefined : words(asText(type), at),
      ),
  };
}

/** For `dress`: the events of a thinking block without a signature. */
export function unsigned(event: JsonObject): readonly JsonObject[] {
  if (toObject(event['delta'])['type'] === 'signature_delta') return [];
  const { signature: _signature, ...block } = toObject(event['content_block']);
  return [block['type'] === 'thinking' ? { ...event, content_block: block } : event];
}
