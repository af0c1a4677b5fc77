/** Anthropic's SDK. */
import Anthropic from '@anthropic-ai/sdk';
import {
  askedModel,
  readTool,
  type Access,
  type Ask,
  type Dialect,
  type Heard,
  type Said,
} from './dialect.ts';

function client({ url, key, retries = 0, fetch }: Access): Anthropic {
  return new Anthropic({ baseURL: url, apiKey: key, maxRetries: retries, ...(fetch && { fetch }) });
}

function body({ conversation, tools, thinks, maxTokens = 4000, stop, schema }: Ask) {
  return {
    model: askedModel,
    max_tokens: maxTokens,
    messages: conversation.map(toParam),
    ...(tools && {
      tools: [{ name: readTool.name, description: readTool.description, input_schema: readTool.schema }],
    }),
    ...(thinks && { thinking: { type: 'enabled' as const, budget_tokens: 2000 } }),
    ...(stop !== undefined && { stop_sequences: [stop] }),
    ...(schema && { output_config: { format: { type: 'json_schema' as const, schema: { ...schema } } } }),
  };
}

function toParam(said: Said): Anthropic.MessageParam {
  if ('answer' in said) return { role: 'assistant', content: (said.answer.own as Anthropic.Message).content };
  if ('results' in said)
    return {
      role: 'user',
      content: said.results.map(({ call, text }) => ({
        type: 'tool_result',
        tool_use_id: call.id,
        content: text,
      })),
    };
  if (said.picture === undefined) return { role: 'user', content: said.user };
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: said.picture };
  return {
    role: 'user',
    content: [
      { type: 'image', source },
      { type: 'text', text: said.user },
    ],
  };
}

async function ask(access: Access, asked: Ask): Promise<Heard> {
  const { stream, signal, onText } = asked;
  const options = signal ? { signal } : {};
  if (!stream) return toHeard(await client(access).messages.create(body(asked), options));
  const streamed = client(access).messages.stream(body(asked), options);
  if (onText) streamed.on('text', onText);
  return toHeard(await streamed.finalMessage());
}

function toHeard(message: Anthropic.Message): Heard {
  const { content, usage } = message;
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thinking: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
    ),
    finish: finishes[message.stop_reason ?? ''] ?? 'stop',
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      cached,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    },
    model: message.model,
    own: message,
  };
}

const finishes: Readonly<Record<string, Heard['finish']>> = {
  tool_use: 'tools',
  max_tokens: 'length',
  refusal: 'refusal',
};

export const messages: Dialect = {
  ask,
  error(thrown) {
    if (!(thrown instanceof Anthropic.APIError)) return undefined;
    const { status, message, requestID, type } = thrown as InstanceType<typeof Anthropic.APIError>;
    return {
      status,
      message,
      kind: thrown.constructor.name,
      requestId: requestID ?? undefined,
      code: type ?? undefined,
    };
  },
  async models(access) {
    return (await client(access).models.list()).data.map(({ id }) => id);
  },
  async count(access, text) {
    const counted = await client(access).messages.countTokens({
      model: askedModel,
      messages: [{ role: 'user', content: text }],
    });
    return counted.input_tokens;
  },
};
