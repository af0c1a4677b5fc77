/**
 * The order of Anthropic's prompt: tools, system, messages. A changed tool choice or thinking setting invalidates the messages
 * alone (platform.claude.com: prompt caching). Claude's deferred tools are not in the prefix (tool use with prompt caching).
 */
import { toArray, toObject, toText, type Json } from '../../json.ts';
import type { Route } from '../codec.ts';
import { messageParts, settingsPart, systemPart, type PromptPart } from '../prompt.ts';

export function messagesPrompt(body: unknown, { quirks }: Route): PromptPart[] {
  const { tools, system, tool_choice: choice, thinking, messages } = toObject(body);
  const inPrefix = (tool: Json): boolean =>
    !quirks.genuineSignatures || toObject(tool)['defer_loading'] !== true;
  return [
    ...toArray(tools).filter(inPrefix).map(toToolPart),
    ...systemPart(system),
    ...settingsPart([choice, thinking]),
    ...messageParts(toArray(messages), 'content'),
  ];
}

function toToolPart(value: Json): PromptPart {
  const { name, input_schema: schema } = toObject(value);
  return { kind: 'tool', name: toText(name), value, schema };
}
