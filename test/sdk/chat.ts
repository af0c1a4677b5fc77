/** OpenAI's SDK with Chat Completions. */
import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import {
  askedModel,
  readTool,
  type Access,
  type Ask,
  type Dialect,
  type Heard,
  type Said,
} from './dialect.ts';
import { client, models, toError } from './openai.ts';

type Param = OpenAI.ChatCompletionMessageParam;

/** The fields for reasoning, which OpenAI's types do not have and many clients keep. */
interface Reasoning {
  reasoning_content?: string | null;
  reasoning_details?: unknown[];
}

function body({ conversation, tools, thinks, maxTokens, stop, schema }: Ask) {
  return {
    model: askedModel,
    messages: conversation.flatMap(toParams),
    ...(tools && {
      tools: [
        {
          type: 'function' as const,
          function: { name: readTool.name, description: readTool.description, parameters: readTool.schema },
        },
      ],
    }),
    ...(thinks && { reasoning_effort: 'high' as const }),
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
    ...(stop !== undefined && { stop: [stop] }),
    ...(schema && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', strict: true, schema: { ...schema } },
      },
    }),
  };
}

function toParams(said: Said): Param[] {
  if ('answer' in said) return [said.answer.own as Param];
  if ('results' in said)
    return said.results.map(({ call, text }) => ({ role: 'tool', tool_call_id: call.id, content: text }));
  if (said.picture === undefined) return [{ role: 'user', content: said.user }];
  const url = `data:image/png;base64,${said.picture}`;
  return [
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url } },
        { type: 'text', text: said.user },
      ],
    },
  ];
}

async function ask(access: Access, asked: Ask): Promise<Heard> {
  const { stream, signal, onText } = asked;
  const options = signal ? { signal } : {};
  if (!stream) {
    const whole = await client(access).chat.completions.create(body(asked), options);
    return toHeard(whole, whole.choices[0]?.message as Reasoning);
  }
  const kept = { reasoning_content: '', reasoning_details: [] as unknown[] };
  const streamed = client(access).chat.completions.stream(
    { ...body(asked), stream_options: { include_usage: true } },
    options,
  );
  // OpenAI's helper joins only the fields it knows. Clients that keep reasoning join its fields themselves.
  streamed.on('chunk', ({ choices }) => {
    const delta = choices[0]?.delta as Reasoning | undefined;
    kept.reasoning_content += delta?.reasoning_content ?? '';
    kept.reasoning_details.push(...(delta?.reasoning_details ?? []));
  });
  if (onText) streamed.on('content', onText);
  return toHeard(await streamed.finalChatCompletion(), kept);
}

function toHeard(whole: OpenAI.ChatCompletion, reasoning: Reasoning): Heard {
  const [choice] = whole.choices;
  assert.ok(choice);
  const { content, tool_calls: calls = [], refusal } = choice.message;
  const finish = { stop: 'stop', tool_calls: 'tools', length: 'length', content_filter: 'refusal' } as const;
  const { usage } = whole;
  assert.ok(usage, 'an answer has its usage');
  const { reasoning_content: thinking, reasoning_details: details = [] } = reasoning;
  return {
    text: content ?? '',
    thinking: thinking ?? '',
    calls: calls.map((call) => {
      assert.equal(call.type, 'function');
      assert.ok('function' in call);
      return { id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) as unknown };
    }),
    finish: finish[choice.finish_reason as keyof typeof finish],
    usage: {
      input: usage.prompt_tokens,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
      output: usage.completion_tokens,
      reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    },
    model: whole.model,
    own: {
      role: 'assistant',
      content,
      refusal,
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(thinking && { reasoning_content: thinking }),
      ...(details.length > 0 && { reasoning_details: details }),
    },
  };
}

export const chat: Dialect = { ask, error: toError, models };
