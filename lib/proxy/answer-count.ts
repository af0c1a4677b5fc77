/** Answers a request for a count of tokens in the client's format. */
import type { IncomingMessage } from 'node:http';
import { loadServed } from '../wire/served-formats.ts';
import type { ServedName } from '../wire/served-paths.ts';
import type { TokenCounter } from './count-tokens.ts';
import { partsOf, readGiven } from './given.ts';
import { readBody } from './inbound.ts';

/** Throws `Refused` for a body that is not a request of the format. */
export async function answerCount(
  req: IncomingMessage,
  name: ServedName,
  counter: TokenCounter,
): Promise<unknown> {
  const body = await readBody(req);
  const format = await loadServed(name);
  const { request } = readGiven(format, { ...partsOf(req.url), headers: req.headers, body });
  return format.count?.(await counter.count(request));
}
