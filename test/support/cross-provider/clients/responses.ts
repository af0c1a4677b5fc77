/** A client of Responses without stored answers, like Codex: it returns every output item as it was when it was done. */
import assert from 'node:assert/strict';
import { asObjects, asText, type LooseJson } from '../../loose-json.ts';
import { dataOf, goOn, picture, question, readTool, resultOf, type Conversation } from './conversation.ts';

export function responsesClient(): Conversation {
  const input: object[] = [user([{ type: 'input_text', text: question }])];
  let turns = 0;
  return {
    request: (model, stream) => ({
      path: '/v1/responses',
      body: {
        model,
        max_output_tokens: 1000,
        stream,
        store: false,
        include: ['reasoning.encrypted_content'],
        reasoning: { effort: 'medium', summary: 'auto' },
        tools: [{ type: 'function', strict: false, ...readTool }],
        input,
      },
    }),
    take(answer, stream) {
      const output = stream ? outputOf(answer) : asObjects((JSON.parse(answer) as LooseJson)['output']);
      input.push(...output);
      const calls = output.filter(({ type }) => asText(type) === 'function_call');
      for (const { call_id, arguments: text } of calls) {
        const result = resultOf(JSON.parse(asText(text)));
        input.push({ type: 'function_call_output', call_id: asText(call_id), output: result });
      }
      const image = { type: 'input_image', image_url: `data:image/png;base64,${picture}`, detail: 'auto' };
      const next = [{ type: 'input_text', text: goOn }, ...(++turns === 3 ? [image] : [])];
      if (calls.length === 0) input.push(user(next));
    },
  };
}

function user(content: object[]): object {
  return { type: 'message', role: 'user', content };
}

/** The items that were done, which the last event repeats. */
function outputOf(stream: string): LooseJson[] {
  const events = dataOf(stream).map((data) => JSON.parse(data) as LooseJson);
  const last = events.at(-1);
  assert.equal(asText(last?.['type']), 'response.completed', stream);
  const done = events.flatMap((event) =>
    asText(event['type']) === 'response.output_item.done' && event['item'] ? [event['item']] : [],
  );
  assert.deepEqual(last?.['response']?.['output'], done);
  return done;
}
