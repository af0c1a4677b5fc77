/** The text of an error as the client shows it. Pure. */
import { printable } from '../../printable.ts';
import { toShown, withNextStep } from './next-step.ts';
import type { Refusal } from './verdict.ts';

/**
 * Without what a terminal would act on; with the next step and the request's id, unless the client acts on the words. Without a
 * command of its own, `occ why` is next.
 */
export function shownMessage({ message, next, forClient }: Refusal, requestId: string): string {
  return printable(
    forClient ? message : toShown(withNextStep(message, next ?? `occ why ${requestId}`, requestId)),
  );
}
