/**
 * A client of Chat Completions that returns reasoning as OpenRouter documents it: `reasoning_details` unchanged, and
 * `reasoning_content` where there is some. Fields of a call that it does not know go back with it.
 */
import assert from 'node:assert/strict';
import { asObjects, asText, type LooseJson } from '../../loose-json.ts';
import { dataOf, goOn, picture, question, readTool, resultOf, type Conversation } from './conversation.ts';

export function chatClient(): Conversation {
  const messages: object[] = [{ role: 'user', content: question }];
  let turns = 0;
  return {
    request: (model, stream) => ({
      path: '/v1/chat/completions',
      body: {
        model,
        max_tokens: 1000,
        stream,
        ...(stream && { stream_options: { include_usage: true } }),
        reasoning_effort: 'medium',
        tools: [{ type: 'function', function: readTool }],
        messages,
      },
    }),
    take(answer, stream) {
      const message = stream ? joined(answer) : wholeIn(answer);
      messages.push(message);
      const calls = asObjects(message['tool_calls']);
      for (const one of calls) {
        const args: unknown = JSON.parse(asText(one['function']?.['arguments']));
        messages.push({ role: 'tool', tool_call_id: asText(one['id']), content: resultOf(args) });
      }
      const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } };
      const next = ++turns === 3 ? [{ type: 'text', text: goOn }, image] : goOn;
      if (calls.length === 0) messages.push({ role: 'user', content: next });
    },
  };
}

function wholeIn(answer: string): LooseJson {
  const [choice] = asObjects((JSON.parse(answer) as LooseJson)['choices']);
  assert(choice?.['message'], answer);
  return choice['message'];
}

/** The message of a stream, which has to end with `[DONE]`. */
function joined(stream: string): LooseJson {
  const all = dataOf(stream);
  assert.equal(all.at(-1), '[DONE]', stream);
  const message: Record<string, unknown> = { role: 'assistant' };
  const calls: Record<string, unknown>[] = [];
  const details: Record<string, unknown>[] = [];
  const append = (to: Record<string, unknown>, name: string, value: unknown): void =>
    void (to[name] = typeof value === 'string' && typeof to[name] === 'string' ? to[name] + value : value);
  for (const data of all.slice(0, -1)) {
    const chunk = JSON.parse(data) as LooseJson;
    assert.equal(chunk['error'], undefined, data);
    for (const choice of asObjects(chunk['choices'])) {
      const {
        tool_calls,
        reasoning_details,
        role: _role,
        ...texts
      } = (choice['delta'] ?? {}) as Record<string, unknown>;
      for (const [name, value] of Object.entries(texts)) if (value !== null) append(message, name, value);
      for (const piece of asObjects(tool_calls)) {
        const { index, function: made, ...fields } = piece as Record<string, unknown>;
        const call = (calls[Number(index)] ??= { function: {} });
        Object.assign(call, fields);
        const target = call['function'] as Record<string, unknown>;
        for (const [name, value] of Object.entries(made ?? {})) append(target, name, value);
      }
      // A detail arrives in pieces that have the same index and type.
      for (const piece of asObjects(reasoning_details) as Record<string, unknown>[]) {
        const last = details.at(-1);
        if (!last || last['index'] !== piece['index'] || last['type'] !== piece['type']) {
          details.push({ ...piece });
          continue;
        }
        for (const [name, value] of Object.entries(piece))
          if (name === 'text' || name === 'summary' || name === 'data') append(last, name, value);
          else last[name] = value;
      }
    }
  }
  if (calls.length > 0) message['tool_calls'] = calls;
  if (details.length > 0) message['reasoning_details'] = details;
  return message as LooseJson;
}
