/** One cell of the matrix: a request, or the requests of a conversation, sent to one double through the proxy, each twice. */
import { isDeepStrictEqual } from 'node:util';
import type { ClientResponse } from '../proxy.ts';
import { clientContent } from '../client-content.ts';
import { sdkMessage } from '../sdk-message.ts';
import { firstLoss } from './conserved.ts';
import type { Block } from './conversations.ts';
import type { Double } from './double.ts';
import type { ProxyOverDoubles } from './proxy.ts';
import type { Recorded } from './serve.ts';

export interface Sent {
  response: ClientResponse;
  /** The names of the rules that refused, before the answer or the failure. */
  refusals: string[];
  /** What the double accepted. */
  accepted: Recorded | undefined;
}

/** Sends one request and reads the whole answer. */
export async function sendOnce(over: ProxyOverDoubles, body: object): Promise<Sent> {
  const before = over.recorded.length;
  const response = await over.send(body, { headers: sessionHeader });
  const attempts = over.recorded.slice(before);
  return {
    response,
    refusals: attempts.flatMap(({ refused }) => (refused ? [refused.rule] : [])),
    accepted: attempts.find(({ refused }) => !refused),
  };
}

const sessionHeader = { 'x-claude-code-session-id': 'e632a778-aff0-4214-802d-e5ef8851b3b7' };

/**
 * How it went: `ok` without a refusal, `n` after n of them, `full` when the client learns that its prompt does not fit,
 * `refused` when a refusal reached the client, `again` when the second time is refused too, `lost` when the double did not
 * get everything.
 */
export interface Verdict {
  kind: 'ok' | 'full' | 'refused' | 'again' | 'lost' | 'failed';
  refusals: number;
  why?: string;
}

/** Sends it, and if it was answered once more. */
export async function judge(
  over: ProxyOverDoubles,
  double: Double,
  body: object,
): Promise<{ verdict: Verdict; first: Sent }> {
  const first = await sendOnce(over, body);
  const refusals = first.refusals.length;
  const { response, accepted } = first;
  const of = (kind: Verdict['kind'], why?: string): { verdict: Verdict; first: Sent } => ({
    verdict: { kind, refusals, ...(why !== undefined && { why }) },
    first,
  });
  if (response.error) {
    const { message } = response.error;
    const full = refusals === 0 || first.refusals.at(-1)?.endsWith(' the window');
    if (full && response.status === 400 && /^prompt is too long: \d+ tokens > \d+ maximum$/.test(message))
      return of('full');
    return refusals > 0 ? of('refused', first.refusals.join(', ')) : of('failed', message.slice(0, 200));
  }
  if (!accepted) return of('failed', 'an answer without a request');
  const loss = firstLoss(body, double.format, accepted.body, takesPictures(double));
  if (loss !== undefined) return of('lost', loss);
  const unsaid = await missingFrom(response, accepted, body);
  if (unsaid !== undefined) return of('lost', unsaid);
  const second = await sendOnce(over, body);
  if (second.refusals.length > 0 || second.response.error) return of('again', second.refusals.join(', '));
  return of('ok');
}

/** What of the double's answer the client did not receive. */
async function missingFrom(
  response: ClientResponse,
  { said }: Recorded,
  body: object,
): Promise<string | undefined> {
  const message = (response.message ?? (await sdkMessage(response.events))) as { content: readonly Block[] };
  // Doubles call the first tools; a tool may have another name there.
  const names = clientContent(body).tools.map(({ name }) => name);
  const calls = message.content.filter(({ type }) => type === 'tool_use');
  const same = isDeepStrictEqual(
    calls.map(({ name, input }) => ({ name, input })),
    said?.calls.map(({ name, input }, at) => ({ name: names[at % names.length] ?? name, input })),
  );
  if (!same) return `answer: ${calls.length} of ${said?.calls.length} calls`;
  return response.text === said?.text || response.message
    ? undefined
    : `answer: ${response.text.slice(0, 40)}`;
}

function takesPictures({ rules, entry }: Double): boolean {
  return entry?.vision !== false && rules.every(({ name }) => name !== 'no pictures');
}
