/** Arguments that wait for the name of their call: they are bounded (L3), and without a name the call must not run (P5). */
import { longestWait } from '../../anthropic/writer.ts';
import type { DecoderCore } from './core.ts';

/** Fails the turn when more characters wait for a name than may. */
export function limitUnnamedArguments({ fail }: Pick<DecoderCore, 'fail'>, waiting: number): void {
  if (waiting <= longestWait) return;
  const message = 'the upstream sent arguments without end, and no name for them';
  fail('overflow', { type: 'api_error', message });
}

/** The name never came. In a turn that was cut its arguments are left out, else the turn fails; true when it did. */
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
