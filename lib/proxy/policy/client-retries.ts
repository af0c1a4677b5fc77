/**
 * What known clients make of a status, where it differs from Claude Code. Measured with opencode 1.18.33, pi 1.6.0, Qwen Code
 * 0.24.4, Gemini CLI 0.61.0 and Codex 0.171.0; `test/fixtures/client-requests/README.md` has the times. Pure.
 */
import type { Refusal } from './verdict.ts';

/** They repeat a 429 for minutes, whatever `x-should-retry` says, and end at any other status below 500. */
const repeatAnyway = /^(?:opencode|pi|QwenCode|GeminiCLI[\w-]*|claude-cli\/0\.)[/.\d]/;

/** They end at a 429 that names no time. */
const needTime = /^codex[\w-]*\//;

/** In place of a 429 that trying again cannot help: the plan or the balance is used up. */
const paymentRequired = 402;

/** Seconds after which a client may try a short outage again. */
const soon = 3;

/** The refusal with the status and the time that this client understands as Claude Code does those of the original. */
export function forClient(refusal: Refusal, userAgent: string): Refusal {
  const { status, permanent, retryAfter } = refusal;
  if (status !== 429) return refusal;
  if (permanent) return repeatAnyway.test(userAgent) ? { ...refusal, status: paymentRequired } : refusal;
  return retryAfter === undefined && needTime.test(userAgent) ? { ...refusal, retryAfter: soon } : refusal;
}
