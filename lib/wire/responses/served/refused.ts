/** Refuses what no upstream can answer: what needs a server that remembers answers, and what cannot be repeated. */
import type { Json, JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';

/** Refuses what needs stored answers: this proxy stores none. */
export function refuseStored(body: JsonObject): void {
  for (const [name, why] of Object.entries(refused)) {
    const value = body[name];
    if (value !== undefined && value !== null && value !== false) throw new Unservable(why, name);
  }
}

const refused: Readonly<Record<string, string>> = {
  previous_response_id:
    'previous_response_id refers to a stored answer, but this proxy stores none. Send the whole conversation as `input`, with the items of earlier answers.',
  conversation:
    'conversation refers to a stored conversation, but this proxy stores none. Send the whole conversation as `input`.',
  background:
    'background answers must be stored until they are fetched, but this proxy stores none. Set `stream` to true instead.',
  prompt:
    'prompt names a template at OpenAI, which no other upstream has. Send its text as `instructions` and `input`.',
};

/** Fields that every response repeats. */
const repeated = ['tools', 'tool_choice', 'text', 'metadata', 'instructions', 'reasoning'] as const;

/** Levels of nesting. No schema has as many, and printing takes some of the stack for each. */
const deepest = 200;

/** Refuses a field that is nested so deeply that a response could not repeat it. */
export function refuseDeep(body: JsonObject): void {
  for (const name of repeated)
    if (isDeeper(body[name], deepest))
      throw new Unservable(`${name} has more than ${deepest} levels of nesting.`, name);
}

function isDeeper(value: Json | undefined, levels: number): boolean {
  let level: (Json | undefined)[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
