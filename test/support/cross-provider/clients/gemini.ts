/** A client of generateContent, like Gemini CLI: it returns every part with its signature. */
import assert from 'node:assert/strict';
import { asObjects, asText, type LooseJson } from '../../loose-json.ts';
import { dataOf, goOn, picture, question, readTool, resultOf, type Conversation } from './conversation.ts';

export function geminiClient(): Conversation {
  const contents: object[] = [{ role: 'user', parts: [{ text: question }] }];
  let turns = 0;
  return {
    request: (model, stream) => ({
      path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      body: {
        contents,
        tools: [
          { functionDeclarations: [{ name: readTool.name, parametersJsonSchema: readTool.parameters }] },
        ],
        generationConfig: { maxOutputTokens: 1000, thinkingConfig: { includeThoughts: true } },
      },
    }),
    take(answer, stream) {
      const chunks = (stream ? dataOf(answer) : [answer]).map((data) => JSON.parse(data) as LooseJson);
      const candidates = chunks.flatMap((chunk) => asObjects(chunk['candidates']));
      assert(asText(candidates.at(-1)?.['finishReason']) === 'STOP', answer);
      const parts = candidates.flatMap((one) => asObjects(one['content']?.['parts']));
      contents.push({ role: 'model', parts });
      const results = parts.flatMap(({ functionCall }) => {
        if (!functionCall) return [];
        const { id, name, args } = functionCall;
        const response = { output: resultOf(args) };
        return [{ functionResponse: { ...(id && { id }), name, response } }];
      });
      const image = { inlineData: { mimeType: 'image/png', data: picture } };
      const next = [{ text: goOn }, ...(++turns === 3 ? [image] : [])];
      contents.push({ role: 'user', parts: results.length > 0 ? results : next });
    },
  };
}
