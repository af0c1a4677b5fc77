/** Checks a Chat Completions request against the protocol's rules; returns a sentence for each broken one. */
import { isObject } from '../../../lib/json.ts';
import type { ChatMessage, ChatRequest } from '../../../lib/wire/chat/types.ts';

export function brokenRules(body: ChatRequest): string[] {
  const broken: string[] = [];
  const rule = (kept: boolean, name: string): void => {
    if (!kept) broken.push(name);
  };
  rule(body.stream && body.stream_options?.include_usage === true, 'usage is requested');
  rule(body.tools === undefined || body.tools.length > 0, 'tools is not empty');
  for (const { function: tool } of body.tools ?? []) {
    rule(/^[A-Za-z0-9_-]{1,64}$/.test(tool.name), `tool name ${tool.name}`);
    rule(tool.parameters['type'] === 'object', `schema of ${tool.name} is an object`);
    rule(isObject(tool.parameters['properties']), `schema of ${tool.name} has properties`);
    rule(!JSON.stringify(tool.parameters).includes('"$schema"'), `schema of ${tool.name} names no draft`);
  }
  rule(
    new Set(body.tools?.map((tool) => tool.function.name)).size === (body.tools?.length ?? 0),
    'tools once',
  );
  rule(wellFormed(body), 'no lone surrogate');
  body.messages.forEach((message, at) => checkMessage(message, at, body.messages, rule));
  return broken;
}

/** No string has a lone surrogate, also not in the arguments of a call, which are JSON inside JSON. */
function wellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) =>
    key === 'arguments' ? wellFormed(JSON.parse(String(item))) : wellFormed(key) && wellFormed(item),
  );
}

function checkMessage(
  message: ChatMessage,
  at: number,
  messages: readonly ChatMessage[],
  rule: (kept: boolean, name: string) => void,
): void {
  const here = `message ${at} (${message.role})`;
  switch (message.role) {
    case 'assistant': {
      rule(typeof message.content === 'string', `${here}: content is a string`);
      const calls = message.tool_calls ?? [];
      rule(message.tool_calls === undefined || calls.length > 0, `${here}: tool_calls is not empty`);
      rule(
        message.content !== '' || calls.length > 0 || message.reasoning_details !== undefined,
        `${here}: is not empty`,
      );
      const answered = messages.slice(at + 1, at + 1 + calls.length);
      rule(
        calls.every(({ id }, n) => answered[n]?.role === 'tool' && answered[n].tool_call_id === id),
        `${here}: each call is answered next, in order`,
      );
      for (const {
        id,
        function: { arguments: text, name },
      } of calls) {
        rule(/^[A-Za-z0-9_-]{1,64}$/.test(id), `${here}: id ${id}`);
        rule(/^[A-Za-z0-9_-]{1,64}$/.test(name), `${here}: name ${name}`);
        rule(isObject(JSON.parse(text)), `${here}: arguments are an object`);
      }
      break;
    }
    case 'tool': {
      const call = messages.slice(0, at).findLast(({ role }) => role !== 'tool');
      const ids = call?.role === 'assistant' ? (call.tool_calls ?? []).map(({ id }) => id) : [];
      rule(ids.includes(message.tool_call_id), `${here}: answers a call of the message before`);
      rule(message.content.length > 0, `${here}: content is not empty`);
      break;
    }
    case 'user':
    case 'system':
      rule(message.content.length > 0, `${here}: content is not empty`);
      break;
  }
}
