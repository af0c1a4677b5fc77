/** Headers: those that decide how a request or an answer is read stay. */
import type { Scrubber } from './scrubber.ts';

/** In lower case. */
const kept =
  /^(?:accept|accept-encoding|accept-language|content-type|content-length|content-encoding|transfer-encoding|connection|date|server|via|vary|user-agent|retry-after(?:-ms)?|x-should-retry|x-ratelimit-[\w-]*|ratelimit[\w-]*|anthropic-(?:version|beta|ratelimit-[\w-]*|dangerous-[\w-]*)|x-app|x-stainless-[\w-]*|x-occ-[\w-]*|cache-control|strict-transport-security|openai-(?:version|processing-ms|model)|x-claude-code-(?:request-class|hint|effort)[\w-]*)$/;

/** What `to-capture` writes for a credential. */
const hidden = '•••';

export function scrubHeaders(
  headers: Readonly<Record<string, string>>,
  scrubber: Scrubber,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (kept.test(name.toLowerCase()) || value === hidden) return [name, value];
      return [name, scrubber.scrub('id', value, (inner) => inner)];
    }),
  );
}
