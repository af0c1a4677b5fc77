/** Code that Google ran, and its output, as text: Anthropic's API has no such blocks. */
import { isObject, toText, type JsonObject } from '../../json.ts';

/** Undefined for a part without code. */
export function codeText({ executableCode, codeExecutionResult }: JsonObject): string | undefined {
  if (isObject(executableCode)) {
    const language = toText(executableCode['language']).toLowerCase();
    return `\n\`\`\`${language === 'language_unspecified' ? '' : language}\n${toText(executableCode['code'])}\n\`\`\`\n`;
  }
  if (!isObject(codeExecutionResult)) return undefined;
  return `\n\`\`\`\n${toText(codeExecutionResult['output'])}\n\`\`\`\n`;
}
