/** What only the owner of a long-lived proxy may ask it: paths below /occ/, opened by a token of their own. */
import type { JsonObject } from '../json.ts';

export interface Control {
  /** Names this run of the proxy. `/health` tells it too, so that a record can be matched with what answers on its port. */
  instance: string;
  /** Presented like any token; never the one that clients present. */
  token: string;
  /** `GET /occ/status` → the answer to it. A body that is sent along is given as it was parsed. */
  answers: Readonly<Record<string, (body: JsonObject) => Promise<Record<string, unknown>>>>;
}
