/** Rules about single fields and messages of Chat Completions requests that several vendors have, each in its words. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asText, type LooseJson } from '../loose-json.ts';
import { callsOf, eachMessage, messagesOf, toolsOf } from './chat-rules.ts';
import type { Incoming, Rule, Violation } from './double.ts';
import { aboutField, firstViolation } from './rules.ts';

/** A change of `goodChat`: one tool with these parameters; without `parameters` for undefined. */
export function withParameters(parameters: JsonObject | undefined, name = 'Read'): object {
  return {
    tools: [{ type: 'function', function: { name, ...(parameters !== undefined && { parameters }) } }],
  };
}

/** Only parts of type `text`. The position is that of the message. */
export function noPictures(source: string, words: (type: string, at: number) => Violation): Rule {
  return {
    name: 'no pictures',
    source,
    bad: {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }] },
      ],
    },
    violates: ({ body }) =>
      firstViolation(messagesOf(body), ({ content }, at) => {
        const other = toArray(content)
          .map((part) => asText(toObject(part)['type']))
          .find((type) => type !== 'text');
        return other === undefined ? undefined : words(other, at);
      }),
  };
}

/** No system message after the first message. */
export function systemFirst(source: string, violation: Violation): Rule {
  return {
    name: 'a system message is the first',
    source,
    bad: eachMessage((one) => (one['role'] === 'tool' ? { role: 'system', content: 'Reminder.' } : one)),
    violates: ({ body }) =>
      messagesOf(body).some(({ role }, at) => at > 0 && asText(role) === 'system') ? violation : undefined,
  };
}

/** One of these values of `reasoning_effort`. */
export function effortIn(
  values: readonly string[],
  source: string,
  bad: Rule['bad'],
  words: (value: string) => Violation,
): Rule {
  return aboutField('reasoning_effort', source, bad, (value) =>
    values.includes(asText(value)) ? undefined : words(asText(value)),
  );
}

/** No forced tool while the model thinks. */
export function noForcedTool(
  thinks: (body: LooseJson) => boolean,
  source: string,
  violation: Violation,
): Rule {
  return aboutField('tool_choice', source, { tool_choice: 'required' }, (choice, { body }) =>
    thinks(body) && choice !== 'auto' && choice !== 'none' ? violation : undefined,
  );
}

/** The parameters of every tool that do not keep to `accepts`; `words` gets their positions. */
export function parameters(
  name: string,
  source: string,
  bad: Rule['bad'],
  accepts: (parameters: unknown) => boolean,
  words: (positions: readonly number[]) => Violation,
): Rule {
  return {
    name,
    source,
    bad,
    violates({ body }) {
      const wrong = toolsOf(body).flatMap(({ parameters: given, at }) => (accepts(given) ? [] : [at]));
      return wrong.length === 0 ? undefined : words(wrong);
    },
  };
}

/** The reasoning of every message with calls is there: `isThere` says whether it is. */
export function reasoningOfCalls(
  source: string,
  isThere: (message: LooseJson) => boolean,
  thinks: (incoming: Incoming) => boolean,
  words: (at: number) => Violation,
): Rule {
  return {
    name: 'reasoning of turns with calls',
    source,
    bad: eachMessage(({ reasoning_content: _reasoning, ...one }) => one),
    violates: (incoming) =>
      firstViolation(messagesOf(incoming.body), (one, at) =>
        thinks(incoming) && callsOf(one).length > 0 && !isThere(one) ? words(at) : undefined,
      ),
  };
}

/** For `dress`: the event with `reasoning_content` under another name. */
export function reasoningAs(field: string, event: JsonObject, more: JsonObject = {}): JsonObject {
  const choice = toObject(toArray(event['choices'])[0]);
  const { reasoning_content: reasoning, ...delta } = toObject(choice['delta']);
  return reasoning === undefined
    ? event
    : { ...event, choices: [{ ...choice, delta: { ...delta, [field]: reasoning, ...more } }] };
}

/** The limit of the answer that a request sets, in tokens; 0 without one. */
export function answerLimit(body: LooseJson): number {
  return Number(body['max_tokens'] ?? body['max_completion_tokens'] ?? 0);
}
