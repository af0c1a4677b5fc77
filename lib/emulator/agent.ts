/** The small deterministic agent behind the emulator. */
import type { Answer } from './answer.ts';
import type { Conversation } from './conversation.ts';
import { say } from './script.ts';

export function decide(_conversation: Conversation): Answer {
  return { script: [say("This is occ's built-in emulator, not a model.")] };
}
