/** The control endpoints of a long-lived proxy: paths below /occ/, protected by a token of their own. */
import type { JsonObject } from '../json.ts';

export interface Control {
  /** Identifies this run of the proxy. `/health` returns it too, so that a record can be matched with the process on its port. */
  instance: string;
  /** Sent like any token, but never the same as the clients' token. */
  token: string;
  /** Handlers by method and path (`GET /occ/status`). Each receives the parsed JSON body, if there is one. */
  answers: Readonly<Record<string, (body: JsonObject) => Promise<Record<string, unknown>>>>;
}
