/** Google's SDK. */
import assert from 'node:assert/strict';
import {
  ApiError,
  FinishReason,
  GoogleGenAI,
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  type Part,
} from '@google/genai';
import {
  askedModel,
  readTool,
  type Access,
  type Ask,
  type Dialect,
  type Heard,
  type Said,
} from './dialect.ts';

function client({ url, key, retries, fetch }: Access): GoogleGenAI {
  return new GoogleGenAI({
    apiKey: key,
    httpOptions: {
      baseUrl: url,
      ...(retries !== undefined && { retryOptions: { attempts: retries + 1, initialDelay: 0.01 } }),
      ...(fetch && { fetch }),
    },
  });
}

function toConfig({ tools, thinks, maxTokens, stop, schema, signal }: Ask): GenerateContentConfig {
  return {
    ...(tools && {
      tools: [
        {
          functionDeclarations: [
            {
              name: readTool.name,
              description: readTool.description,
              parametersJsonSchema: readTool.schema,
            },
          ],
        },
      ],
    }),
    ...(thinks && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(stop !== undefined && { stopSequences: [stop] }),
    ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
    ...(signal && { abortSignal: signal }),
  };
}

function toContent(said: Said): Content {
  if ('answer' in said) return { role: 'model', parts: said.answer.own as Part[] };
  if ('results' in said)
    return {
      role: 'user',
      parts: said.results.map(({ call, text }) => ({
        functionResponse: { id: call.id, name: call.name, response: { output: text } },
      })),
    };
  const picture = said.picture !== undefined && {
    inlineData: { mimeType: 'image/png', data: said.picture },
  };
  return { role: 'user', parts: [...(picture ? [picture] : []), { text: said.user }] };
}

async function ask(access: Access, asked: Ask): Promise<Heard> {
  const parameters = {
    model: askedModel,
    contents: asked.conversation.map(toContent),
    config: toConfig(asked),
  };
  const { models } = client(access);
  if (!asked.stream) return toHeard([await models.generateContent(parameters)]);
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await models.generateContentStream(parameters)) {
    chunks.push(chunk);
    const parts = chunk.candidates?.[0]?.content?.parts ?? [];
    for (const { text, thought } of parts) if (text && !thought) asked.onText?.(text);
  }
  return toHeard(chunks);
}

function toHeard(chunks: readonly GenerateContentResponse[]): Heard {
  const candidates = chunks.flatMap((chunk) => chunk.candidates ?? []);
  const parts = candidates.flatMap(({ content }) => content?.parts ?? []);
  const reason = candidates.findLast(({ finishReason }) => finishReason)?.finishReason;
  assert.ok(reason, 'an answer that has ended says why');
  const last = chunks.findLast(({ usageMetadata }) => usageMetadata);
  const usage = last?.usageMetadata;
  assert.ok(usage, 'an answer has its usage');
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall
      ? [{ id: functionCall.id ?? '', name: functionCall.name ?? '', input: functionCall.args }]
      : [],
  );
  return {
    text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
    thinking: parts.map(({ text, thought }) => (thought ? (text ?? '') : '')).join(''),
    calls,
    finish: finishOf(reason, calls.length > 0),
    usage: {
      input: usage.promptTokenCount ?? 0,
      cached: usage.cachedContentTokenCount ?? 0,
      output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
      reasoning: usage.thoughtsTokenCount ?? 0,
    },
    model: last.modelVersion ?? '',
    own: parts,
  };
}

/** Google has no reason of its own for calls. */
function finishOf(reason: FinishReason, called: boolean): Heard['finish'] {
  if (reason === FinishReason.MAX_TOKENS) return 'length';
  if (reason === FinishReason.STOP) return called ? 'tools' : 'stop';
  return 'refusal';
}

export const gemini: Dialect = {
  ask,
  error(thrown) {
    if (!(thrown instanceof ApiError)) return undefined;
    const { status, message } = thrown;
    const { error } = JSON.parse(message.slice(message.indexOf('{'))) as {
      error: { message: string; status: string; details: { requestId?: string }[] };
    };
    return {
      status,
      message: error.message,
      kind: 'ApiError',
      requestId: error.details.find(({ requestId }) => requestId)?.requestId,
      code: error.status,
    };
  },
  async models(access) {
    const ids: string[] = [];
    for await (const { name = '' } of await client(access).models.list())
      ids.push(name.replace(/^models\//, ''));
    return ids;
  },
  async count(access, text) {
    const { totalTokens = 0 } = await client(access).models.countTokens({
      model: askedModel,
      contents: text,
    });
    return totalTokens;
  },
};
