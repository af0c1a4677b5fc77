/** The order of OpenAI's prompt: schema of the answer, tools, messages (developers.openai.com: prompt caching). */
import { toArray, toObject, toText, type Json } from '../../json.ts';
import { messageParts, settingsPart, systemPart, type PromptPart } from '../prompt.ts';

export function chatPrompt(body: unknown): PromptPart[] {
  const { response_format: format, tools, messages } = toObject(body);
  const [first, ...rest] = toArray(messages);
  const system = toObject(first)['role'] === 'system';
  return [
    ...settingsPart(format),
    ...toArray(tools).map(toToolPart),
    ...(system ? systemPart(toObject(first)['content']) : []),
    ...messageParts(system ? rest : toArray(messages), 'content'),
  ];
}

function toToolPart(value: Json): PromptPart {
  const { name, parameters: schema } = toObject(toObject(value)['function']);
  return { kind: 'tool', name: toText(name), value, schema };
}
