/** Recognizes the message with which Anthropic's API, and occ, refuse a request that exceeds the context window. */

/** True for the form that `promptTooLong` writes. Clients of Anthropic's API know the case by it; others need a code. */
export function isPromptTooLong(message: string): boolean {
  return message.startsWith('prompt is too long');
}
