/** The control endpoints of a long-lived proxy: paths below /occ/, protected by a token of their own. */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json.ts';
import type { Exchange } from './exchange.ts';
import { readBody, Refused } from './inbound.ts';
import { sendJson } from './reply.ts';

export interface Control {
  /**
   * Identifies this run of the proxy. `/health` returns it too, so that a record can be matched with the process on its port.
   */
  instance: string;
  /** Sent like any token, but never the same as the clients' token. */
  token: string;
  /** Handlers by method and path (`GET /occ/status`). Each receives the parsed JSON body, if there is one. */
  answers: Readonly<Record<string, (body: JsonObject) => Promise<Record<string, unknown>>>>;
  /** Called for each request to /health, by which a proxy is looked for whose record is gone. Must not throw. */
  onHealth?: () => void;
}

/** Answers a control request. Throws `Refused` for an unknown one. */
export async function answerControl(
  { answers }: Control,
  endpoint: string,
  { req, res, requestId }: Pick<Exchange, 'req' | 'requestId'> & { res: ServerResponse },
): Promise<void> {
  const answer = Object.hasOwn(answers, endpoint) ? answers[endpoint] : undefined;
  if (!answer) throw new Refused('not_found_error', `there is no ${endpoint} here`, { next: 'occ status' });
  const body = req.method === 'POST' ? await readBody(req) : {};
  sendJson(res, 200, await answer(body), { 'request-id': requestId });
}
