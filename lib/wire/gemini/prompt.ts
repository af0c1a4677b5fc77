/** The order of Gemini's prompt, as far as Google says: contents last (ai.google.dev/gemini-api/docs/caching). */
import { toArray, toObject, toText, type Json } from '../../json.ts';
import { messageParts, systemPart, type PromptPart } from '../prompt.ts';

export function geminiPrompt(body: unknown): PromptPart[] {
  const { tools, systemInstruction, contents } = toObject(body);
  return [
    ...toArray(tools).flatMap(toToolParts),
    ...systemPart(toObject(systemInstruction)['parts']),
    ...messageParts(toArray(contents), 'parts'),
  ];
}

function toToolParts(tool: Json): PromptPart[] {
  const { functionDeclarations: declared, ...own } = toObject(tool);
  if (declared === undefined)
    return Object.entries(own).map(([name, schema]) => ({ kind: 'tool', name, value: tool, schema }));
  return toArray(declared).map((value) => {
    const { name, parameters: schema } = toObject(value);
    return { kind: 'tool', name: toText(name), value, schema };
  });
}
