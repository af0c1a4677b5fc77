/** Checks a generateContent request against the format's rules; returns a sentence for each broken one. */
import { isObject } from '../../../lib/json.ts';
import type { GeminiContent, GeminiPart, GeminiRequest } from '../../../lib/wire/gemini/types.ts';
import { brokenSchema } from './schema-rules.ts';

type Rule = (kept: boolean, name: string) => void;

const functionName = /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/;
const media: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/heic',
  'image/heif',
  'application/pdf',
]);

export function brokenRules(body: GeminiRequest): string[] {
  const broken: string[] = [];
  const rule: Rule = (kept, name) => void (kept || broken.push(name));
  const { contents, systemInstruction, tools, toolConfig, generationConfig, ...rest } = body;
  rule(Object.keys(rest).length === 0, `no field beyond the known: ${Object.keys(rest).join()}`);
  rule(contents.length > 0, 'contents are not empty');
  rule(contents[0]?.role === 'user', 'the first content is from the user');
  rule(systemInstruction === undefined || systemInstruction.parts.length > 0, 'system is not empty');
  rule(systemInstruction?.parts.every(({ text }) => text !== '') ?? true, 'no empty system part');
  for (const [at, content] of contents.entries()) checkContent(content, at, contents, rule);
  checkTools(tools, toolConfig, rule);
  const { thinkingConfig, stopSequences = [], maxOutputTokens = 1 } = generationConfig ?? {};
  rule(stopSequences.length <= 5, 'at most five stop sequences');
  rule(maxOutputTokens >= 1 && Number.isInteger(maxOutputTokens), 'maxOutputTokens');
  rule(
    thinkingConfig?.thinkingBudget === undefined || thinkingConfig.thinkingLevel === undefined,
    'a level or a budget',
  );
  rule(/^(?:MINIMAL|LOW|MEDIUM|HIGH)$/.test(thinkingConfig?.thinkingLevel ?? 'LOW'), 'a known level');
  if (generationConfig?.responseSchema)
    for (const why of brokenSchema(generationConfig.responseSchema)) rule(false, `answer: ${why}`);
  rule(wellFormed(body), 'no lone surrogate');
  return broken;
}

function wellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => wellFormed(key) && wellFormed(item));
}

function checkTools(tools: GeminiRequest['tools'], config: GeminiRequest['toolConfig'], rule: Rule): void {
  rule(tools === undefined || tools.length === 1, 'one list of tools');
  const functions = (tools ?? []).flatMap((tool) =>
    'functionDeclarations' in tool ? tool.functionDeclarations : [],
  );
  const names = functions.map(({ name }) => name);
  rule(new Set(names).size === names.length, 'each function once');
  for (const { name, parameters } of functions) {
    rule(functionName.test(name), `function name ${name}`);
    if (!parameters) continue;
    rule(
      parameters.type === 'OBJECT' && parameters.properties !== undefined,
      `parameters of ${name} are an object`,
    );
    for (const why of brokenSchema(parameters)) rule(false, `${name}: ${why}`);
  }
  if (!config) return;
  const { mode, allowedFunctionNames: allowed } = config.functionCallingConfig;
  rule(names.length > 0, 'a function choice requires functions');
  rule(allowed === undefined || mode === 'ANY', 'names are allowed in mode ANY only');
  rule(allowed?.every((name) => names.includes(name)) ?? true, 'allowed names are declared');
}

function checkContent(
  content: GeminiContent,
  at: number,
  contents: readonly GeminiContent[],
  rule: Rule,
): void {
  const { role, parts } = content;
  const here = `content ${at} (${role})`;
  rule(parts.length > 0, `${here}: has parts`);
  rule(contents[at + 1]?.role !== role, `${here}: roles alternate`);
  for (const part of parts) checkPart(part, role, here, rule);
  const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
  const responses = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
  const callsBefore = (contents[at - 1]?.parts ?? []).flatMap(({ functionCall }) => functionCall ?? []);
  const answers = (contents[at + 1]?.parts ?? []).flatMap(({ functionResponse }) => functionResponse ?? []);
  const keys = (list: readonly { id: string; name: string }[]): string =>
    list.map(({ id, name }) => `${id} ${name}`).join();
  if (calls.length > 0) rule(keys(calls) === keys(answers), `${here}: each call is answered next, in order`);
  if (responses.length > 0)
    rule(keys(responses) === keys(callsBefore), `${here}: responses answer the calls before`);
  rule(
    parts.slice(0, responses.length).every(({ functionResponse }) => functionResponse),
    `${here}: responses come first`,
  );
  rule(new Set(calls.map(({ id }) => id)).size === calls.length, `${here}: ids once`);
}

function checkPart(part: GeminiPart, role: string, here: string, rule: Rule): void {
  const { text, inlineData, functionCall, functionResponse, thought, thoughtSignature, ...rest } = part;
  const kinds = [text, inlineData, functionCall, functionResponse].filter((kind) => kind !== undefined);
  // Only a call returns with fields that the upstream attached to it.
  const others = functionCall ? [] : Object.keys(rest);
  rule(kinds.length === 1 && others.length === 0, `${here}: one kind a part`);
  rule(text !== '' || thoughtSignature !== undefined, `${here}: no empty part`);
  rule(
    role === 'model' || (thought ?? thoughtSignature ?? functionCall) === undefined,
    `${here}: the model's own`,
  );
  rule(role === 'user' || functionResponse === undefined, `${here}: the user answers`);
  rule(thoughtSignature !== '', `${here}: no empty signature`);
  if (inlineData) checkMedia(inlineData, here, rule);
  if (functionCall) {
    rule(functionName.test(functionCall.name), `${here}: name ${functionCall.name}`);
    rule(isObject(functionCall.args), `${here}: arguments are an object`);
    rule(functionCall.id !== '' && functionCall.id.length <= 64, `${here}: id ${functionCall.id}`);
  }
  if (!functionResponse) return;
  const { name, response, parts = [] } = functionResponse;
  rule(functionName.test(name), `${here}: name ${name}`);
  const [only, ...more] = Object.entries<string>(response);
  const [key, words] = only ?? ['', ''];
  rule(more.length === 0 && /^(?:output|error)$/.test(key) && words !== '', `${here}: output or error`);
  for (const { inlineData: held } of parts) checkMedia(held, here, rule);
}

function checkMedia({ mimeType, data }: { mimeType: string; data: string }, here: string, rule: Rule): void {
  rule(media.has(mimeType), `${here}: takes no ${mimeType}`);
  rule(/^[A-Za-z0-9+/=]+$/.test(data), `${here}: base64`);
}
