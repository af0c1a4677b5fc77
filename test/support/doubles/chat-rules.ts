/** Rules about Chat Completions requests, and requests that every vendor of the format accepts. */
import { parseJson, toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Rule, Violation } from './double.ts';
import { firstViolation } from './rules.ts';
import { by, each, fields, type Shape } from './shapes.ts';

/** A tool loop that is one step old, whose ids every vendor accepts, with the fields that every vendor has. */
export const goodChat = {
  model: 'model',
  stream: true,
  max_tokens: 1000,
  messages: [
    { role: 'system', content: 'You are helpful.' },
    { role: 'user', content: 'Read it.' },
    {
      role: 'assistant',
      content: 'I read.',
      tool_calls: [
        { id: 'abcdefgh1', type: 'function', function: { name: 'Read', arguments: '{"path":"/a"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'abcdefgh1', content: 'content of a' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'Read',
        description: 'Reads a file.',
        parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      },
    },
  ],
} satisfies JsonObject;

export function messagesOf(body: LooseJson): LooseJson[] {
  return asObjects(body['messages']);
}

export function callsOf(message: LooseJson): LooseJson[] {
  return asObjects(message['tool_calls']);
}

/** The fields of a request: those at the top, and those that messages have beyond the common ones, by role. */
export function chatShape(top: string, more: Readonly<Record<'assistant' | 'user' | 'tool', string>>): Shape {
  const call = fields('id type', { function: fields('name arguments') });
  return fields(top, {
    tools: each(fields('type', { function: fields('name description strict parameters') })),
    messages: each(
      by('role', {
        system: fields(`role content ${more.user}`),
        developer: fields(`role content ${more.user}`),
        user: fields(`role content ${more.user}`),
        assistant: fields(`role content ${more.assistant}`, { tool_calls: each(call) }),
        tool: fields(`role content tool_call_id ${more.tool}`),
      }),
    ),
  });
}

/** A change of `goodChat`: each message, as `change` returns it. */
export function eachMessage(change: (message: JsonObject) => JsonObject): (good: JsonObject) => object {
  return (good) => ({ ...good, messages: toArray(good['messages']).map((one) => change(toObject(one))) });
}

/** A change of `goodChat`: more messages at its end. */
export function plusMessages(...more: JsonObject[]): (good: JsonObject) => object {
  return (good) => ({ ...good, messages: [...toArray(good['messages']), ...more] });
}

/** The ids of calls and results match a pattern. */
export function ids(pattern: RegExp, source: string, words: (id: string, at: number) => Violation): Rule {
  return {
    name: 'ids',
    source,
    bad: eachMessage((message) => ({
      ...message,
      ...(message['role'] === 'tool' && { tool_call_id: `call_${'x'.repeat(90)}.1` }),
      ...(message['tool_calls'] && {
        tool_calls: [{ ...toObject(toArray(message['tool_calls'])[0]), id: `call_${'x'.repeat(90)}.1` }],
      }),
    })),
    violates: ({ body }) =>
      firstViolation(messagesOf(body), (message, at) => {
        const found = [...callsOf(message).map(({ id }) => id), message['tool_call_id']]
          .filter((id) => id !== undefined)
          .map(asText);
        const wrong = found.find((id) => !pattern.test(id));
        return wrong === undefined ? undefined : words(wrong, at);
      }),
  };
}

/** Every call has its result among the tool messages directly after it. */
export function resultsFollow(
  source: string,
  words: (missing: readonly string[], at: number) => Violation,
): Rule {
  return {
    name: 'results follow their calls',
    source,
    bad: (good) => ({ ...good, messages: toArray(good['messages']).slice(0, -1) }),
    violates({ body }) {
      const messages = messagesOf(body);
      return firstViolation(messages, (message, at) => {
        const missing = new Set(callsOf(message).map(({ id }) => asText(id)));
        for (const next of messages.slice(at + 1)) {
          if (asText(next['role']) !== 'tool') break;
          missing.delete(asText(next['tool_call_id']));
        }
        return missing.size > 0 ? words([...missing], at) : undefined;
      });
    },
  };
}

/** Every result has its call in the assistant message before it. */
export function resultsHaveCalls(source: string, words: (id: string, at: number) => Violation): Rule {
  return {
    name: 'results have calls',
    source,
    bad: plusMessages({ role: 'tool', tool_call_id: 'abcdefgh2', content: 'b' }),
    violates({ body }) {
      let known: string[] = [];
      return firstViolation(messagesOf(body), (message, at) => {
        const role = asText(message['role']);
        if (role === 'assistant') known = callsOf(message).map(({ id }) => asText(id));
        else if (role !== 'tool') known = [];
        const id = asText(message['tool_call_id']);
        return role === 'tool' && !known.includes(id) ? words(id, at) : undefined;
      });
    },
  };
}

/** No message of `role` directly after a message of `after`. */
export function notAfter(
  role: string,
  after: string,
  source: string,
  words: (at: number) => Violation,
): Rule {
  const earlier: Record<string, JsonObject[]> = {
    assistant: [{ role: 'assistant', content: 'Done.' }],
    tool: [],
  };
  return {
    name: `no ${role} after ${after}`,
    source,
    bad: plusMessages(...(earlier[after] ?? [{ role: after, content: 'Go.' }]), { role, content: 'Next.' }),
    violates({ body }) {
      const messages = messagesOf(body);
      return firstViolation(messages, (message, at) =>
        asText(message['role']) === role && asText(messages[at - 1]?.['role']) === after
          ? words(at)
          : undefined,
      );
    },
  };
}

/** The arguments of every call are the text of a JSON object. */
export function argumentsParse(source: string, words: (id: string, at: number) => Violation): Rule {
  return {
    name: 'arguments parse',
    source,
    bad: eachMessage((message) =>
      message['tool_calls']
        ? {
            ...message,
            tool_calls: [{ id: 'abcdefgh1', type: 'function', function: { name: 'Read', arguments: '' } }],
          }
        : message,
    ),
    violates: ({ body }) =>
      firstViolation(messagesOf(body), (message, at) => {
        const broken = callsOf(message).find(
          (call) => typeof parseJson(asText(call['function']?.['arguments'])) !== 'object',
        );
        return broken && words(asText(broken['id']), at);
      }),
  };
}

/** Assistant messages have content or calls. */
export function assistantHasContent(source: string, words: (at: number) => Violation): Rule {
  return {
    name: 'assistants have content or calls',
    source,
    bad: plusMessages({ role: 'assistant', content: '' }, { role: 'user', content: 'And?' }),
    violates: ({ body }) =>
      firstViolation(messagesOf(body), (message, at) => {
        const empty = message['content'] === undefined || !hasText(message['content']);
        return asText(message['role']) === 'assistant' && empty && callsOf(message).length === 0
          ? words(at)
          : undefined;
      }),
  };
}

function hasText(content: unknown): boolean {
  return typeof content === 'string' ? content !== '' : Array.isArray(content) && content.length > 0;
}

/** The tools of the request, as the vendor numbers them. */
export function toolsOf(body: LooseJson): { name: string; parameters: unknown; at: number }[] {
  return asObjects(body['tools']).map(({ function: tool }, at) => ({
    name: asText(tool?.['name']),
    parameters: tool?.['parameters'],
    at,
  }));
}
