/** The order of OpenAI's prompt: schema of the answer, tools, instructions, input (developers.openai.com: prompt caching). */
import { toArray, toObject, toText, type Json } from '../../json.ts';
import { messageParts, settingsPart, systemPart, type PromptPart } from '../prompt.ts';

export function responsesPrompt(body: unknown): PromptPart[] {
  const { text, tools, instructions, input } = toObject(body);
  return [
    ...settingsPart(toObject(text)['format']),
    ...toArray(tools).map(toToolPart),
    ...systemPart(instructions),
    ...messageParts(toArray(input), 'content'),
  ];
}

function toToolPart(value: Json): PromptPart {
  const { name, type, parameters: schema } = toObject(value);
  return { kind: 'tool', name: toText(name) || toText(type), value, schema };
}
