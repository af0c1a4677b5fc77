/** Refuses what needs a server that remembers answers: this proxy stores none. */
import type { JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';

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
