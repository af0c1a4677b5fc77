/**
 * An emulated model that follows its instructions, as the best provider would: it reads the whole prompt, follows the system
 * prompt, keeps limits and stop sequences, calls tools with the arguments that it is given, and sees pictures. It
 * understands the questions of `occ doctor verify`, in every format, and is the measure for real providers.
 */
import { refuse, type Answer } from './answer.ts';
import { isObject, parseJson, toArray, toNumber, toObject, toText, type Json } from '../json.ts';
import { numberWords, wordsToNumber } from './number-words.ts';
import { coloursOf, pictureIn } from './picture.ts';
import type { ReceivedRequest } from './received-request.ts';
import { sampleOf } from './sample.ts';
import { call, callTogether, cut, finish, say, think, type Script, type Step } from './script.ts';

/** What the agent needs of a request. */
export type Obeyed = Pick<ReceivedRequest, 'body' | 'conversation'>;

/** Answers as the model with this id, and refuses any other. */
export function obedient(model: string): (request: Obeyed) => Answer {
  return (request) =>
    request.conversation.model === model
      ? { script: obey(request) }
      : refuse(404, { message: `the model ${request.conversation.model} does not exist` });
}

/** The script of an answer, within the limits of the request. */
export function obey(request: Obeyed): Script {
  const { conversation } = request;
  return limited(intended(request), conversation.stops, limitOf(request));
}

function intended({ body, conversation }: Obeyed): Script {
  const { prompt, done, tools } = conversation;
  const forced = forcedTool(body);
  const tool = tools.find(({ name }) => name === forced);
  if (tool) return [call(tool.name, sampleOf(tool.schema, 'noted'))];
  const everything = textsIn(body).join('\n');
  if (done.length > 0)
    return [
      say(/Receipt number: (\S+)/.exec(done.map(({ result }) => result?.text ?? '').join())?.[1] ?? 'none'),
    ];
  const order = /with exactly these arguments[\s\S]*?\n\n(\{[\s\S]*\})/.exec(prompt)?.[1];
  if (order !== undefined && tools[0]) return [call(tools[0].name, parseJson(order) ?? {})];
  const cities = /once for each of these cities: (.+?)\. /.exec(prompt)?.[1]?.split(', ');
  if (cities && tools[0]) {
    const { name } = tools[0];
    return [callTogether(...cities.map((city) => ({ name, input: { city } })))];
  }
  const weeks = toNumber(Number(/how many days are (\d+) weeks/.exec(prompt)?.[1] ?? Number.NaN));
  if (weeks !== undefined && !Number.isNaN(weeks))
    return [
      ...(wantsThinking(body) ? [think(`A week has 7 days, so this is 7 times ${weeks}.`)] : []),
      say(String(7 * weeks)),
    ];
  return [say(textFor(prompt, everything, body))];
}

function textFor(prompt: string, everything: string, body: Json): string {
  const repeated = /^Repeat the following sentence exactly[^\n]*\n\n([\s\S]+)$/.exec(prompt)?.[1];
  if (repeated !== undefined) return repeated;
  const last = wordsToNumber(/numbers from one to ([a-z -]+?) in English words/.exec(prompt)?.[1] ?? '');
  if (last !== undefined) return Array.from({ length: last }, (_, at) => numberWords(at + 1)).join(', ');
  const places = /What (?:is|are) the codes? of (?:the )?([^?]+)\?/.exec(prompt)?.[1];
  if (places !== undefined)
    return places
      .split(', the ')
      .map((place) => codeOf(place, everything))
      .join(' ');
  if (/picture/.test(prompt)) return coloursOf(pictureIn(body) ?? '')?.join(' ') ?? 'none';
  return 'Hello, it is good to see you here today.';
}

function codeOf(place: string, everything: string): string {
  return new RegExp(`The code of (?:the )?${place} is (\\S+?)\\.`).exec(everything)?.[1] ?? 'unknown';
}

/** Every text of a body, in order. */
function textsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return (isObject(value) ? Object.values(value) : toArray(value)).flatMap(textsIn);
}

/** The name of the tool that must be called. */
function forcedTool(body: Json): string | undefined {
  const request = toObject(body);
  const choice = toObject(request['tool_choice']);
  const named = toText(choice['name']) || toText(toObject(choice['function'])['name']);
  const calling = toObject(toObject(request['toolConfig'])['functionCallingConfig']);
  return named || toText(toArray(calling['allowedFunctionNames'])[0]) || undefined;
}

/** Whether the request asks for thinking, in the words of any format. */
function wantsThinking(body: Json): boolean {
  const request = toObject(body);
  const given = toObject(request['thinking'])['type'];
  if (given !== undefined) return given !== 'disabled';
  const config = toObject(toObject(request['generationConfig'])['thinkingConfig']);
  const reasoning = isObject(request['reasoning']) ? toText(request['reasoning']['effort']) || 'default' : '';
  const effort = toText(request['reasoning_effort']) || reasoning;
  return (
    (effort !== '' && effort !== 'none') || (Object.keys(config).length > 0 && config['thinkingBudget'] !== 0)
  );
}

/** The most output tokens that the request allows. */
function limitOf({ body }: Obeyed): number {
  const config = toObject(body['generationConfig']);
  const given = [
    body['max_tokens'],
    body['max_completion_tokens'],
    body['max_output_tokens'],
    config['maxOutputTokens'],
  ].find((value) => value !== undefined);
  return toNumber(given) ?? Infinity;
}

/** Characters of one token, as everywhere in the emulator. */
const perToken = 4;

/** Cuts text at the first stop sequence and at the limit. Calls are not cut. */
function limited(script: Script, stops: readonly string[], maxTokens: number): Script {
  let left = maxTokens * perToken;
  const steps: Step[] = [];
  for (const step of script) {
    if (step.type !== 'text' || typeof step.text !== 'string') {
      steps.push(step);
      continue;
    }
    const { text } = step;
    const found = stops
      .filter((stop) => text.includes(stop))
      .toSorted((a, b) => text.indexOf(a) - text.indexOf(b))[0];
    const whole = found === undefined ? text : text.slice(0, text.indexOf(found));
    if (whole.length > left) return [...steps, say([...cut(whole.slice(0, left))]), finish('length')];
    left -= whole.length;
    steps.push(say(whole));
    if (found !== undefined) return [...steps, finish('stop', found)];
  }
  return steps;
}
