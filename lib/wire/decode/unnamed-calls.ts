/** Limits tool call arguments that arrive before the tool's name (L3) and rejects calls without a name (P5). */
import { maxHeldCharacters } from '../../anthropic/writer.ts';
import type { DecoderCore } from './core.ts';

/** Fails the turn when more than `maxHeldCharacters` characters of arguments wait for a name. */
export function limitUnnamedArguments({ fail }: Pick<DecoderCore, 'fail'>, waiting: number): void {
  if (waiting <= maxHeldCharacters) return;
  const message = 'the upstream sent arguments without end, and no name for them';
  fail('overflow', { type: 'api_error', message });
}

/** Drops the arguments when the turn was cut off, otherwise fails the turn. Returns true when it failed. */
export function rejectUnnamedCall(
  { answer, finish, drop }: Pick<DecoderCore, 'answer' | 'finish' | 'drop'>,
  kind: 'tool' | 'function',
): boolean {
  if (finish.isCut()) {
    drop(`arguments of a ${kind} call that was never named`);
    return false;
  }
  const message = `the upstream sent arguments of a ${kind} call without ever naming the ${kind}`;
  answer.fail('malformed', { type: 'api_error', message });
  return true;
}
