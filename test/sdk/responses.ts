/** OpenAI's SDK with the Responses API. */
import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import {
  askedModel,
  readTool,
  Unfinished,
  type Access,
  type Ask,
  type Dialect,
  type Heard,
  type Said,
} from './dialect.ts';
import { client, models, toError } from './openai.ts';

type Input = OpenAI.Responses.ResponseInputItem;

function body({ conversation, tools, thinks, maxTokens, schema }: Ask) {
  return {
    model: askedModel,
    input: conversation.flatMap(toInput),
    store: false,
    include: ['reasoning.encrypted_content' as const],
    ...(tools && {
      tools: [
        {
          type: 'function' as const,
          name: readTool.name,
          description: readTool.description,
          parameters: readTool.schema,
          strict: false,
        },
      ],
    }),
    ...(thinks && { reasoning: { effort: 'high' as const, summary: 'auto' as const } }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(schema && {
      text: {
        format: { type: 'json_schema' as const, name: 'answer', strict: true, schema: { ...schema } },
      },
    }),
  };
}

function toInput(said: Said): Input[] {
  if ('answer' in said) return (said.answer.own as OpenAI.Responses.Response).output as Input[];
  if ('results' in said)
    return said.results.map(({ call, text }) => ({
      type: 'function_call_output',
      call_id: call.id,
      output: text,
    }));
  if (said.picture === undefined) return [{ role: 'user', content: said.user }];
  return [
    {
      role: 'user',
      content: [
        { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${said.picture}` },
        { type: 'input_text', text: said.user },
      ],
    },
  ];
}

async function ask(access: Access, asked: Ask): Promise<Heard> {
  const { stream, signal, onText } = asked;
  const options = signal ? { signal } : {};
  if (!stream) return toHeard(await client(access).responses.create(body(asked), options));
  const streamed = client(access).responses.stream(body(asked), options);
  if (onText) streamed.on('response.output_text.delta', ({ delta }) => onText(delta));
  return toHeard(await streamed.finalResponse());
}

function toHeard(response: OpenAI.Responses.Response): Heard {
  const { output, usage, status, error } = response;
  if (status !== 'completed' && status !== 'incomplete')
    throw new Unfinished(`the response is ${status}: ${error?.message}`);
  assert.ok(usage, 'an answer has its usage');
  const calls = output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) as unknown }]
      : [],
  );
  const thinking = output.flatMap((item) =>
    item.type === 'reasoning' ? item.summary.map(({ text }) => text) : [],
  );
  return {
    text: response.output_text,
    thinking: thinking.join(''),
    calls,
    finish:
      status === 'incomplete'
        ? response.incomplete_details?.reason === 'content_filter'
          ? 'refusal'
          : 'length'
        : calls.length > 0
          ? 'tools'
          : 'stop',
    usage: {
      input: usage.input_tokens,
      cached: usage.input_tokens_details.cached_tokens,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details.reasoning_tokens,
    },
    model: response.model,
    own: response,
  };
}

export const responses: Dialect = { ask, error: toError, models };
