/** What Claude Code does with an error of class `client`, whose words pass to it as they are. Pure. */
import type { FailureClass } from './failures.ts';

/** What is known of an error that the client received. */
interface ReceivedError {
  message: string;
  permanent: boolean;
  class?: FailureClass;
}

/**
 * Words after which the client changes its request by itself: a prompt that is too long makes it compact; after a 400 about
 * one of its newer features it sends the request without it (measured, 2.1.332: at most 6 requests within half a second).
 */
const actedOn =
  /prompt is too long|thinking|\bdefer_loading\b|tool.?reference|tool.?search|context_management|\boutput_config\b|\beffort\b|\bbetas?\b/i;

/** Whether the client sends a changed request after the error. */
export function actsOnWords({ class: failure, message }: ReceivedError): boolean {
  return failure === 'client' && actedOn.test(message);
}

/** Whether the client sends another request by itself. After an invalid request it only does so if it can change something. */
export function asksAgain(error: ReceivedError): boolean {
  return !error.permanent && (error.class !== 'client' || actsOnWords(error));
}
