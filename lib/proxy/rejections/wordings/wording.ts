/** Sentences of upstreams as data: what each means, who says it, and where that is reported. */
import type { About, Remedy, TokenCounts } from '../diagnosis.ts';

export interface Wording {
  about: About;
  vendor: string;
  /** A public report or a page of the vendor. */
  source: string;
  /** A template (`templates.ts`) in lower case without quotation marks; see `normalized`. */
  says: string;
  /** The sentence as it was reported, if it has more than the template. The row's own test reads it. */
  example?: string;
  /** The numbers of the example. */
  counts?: TokenCounts;
  remedy?: Remedy;
  /** The statuses that the sentence comes with, instead of `blaming`. An error inside an answer always fits. */
  status?: readonly number[];
  /** Only near the beginning of the message: what follows may be text of the request. */
  opening?: true;
}

/** Statuses with which an upstream blames the request, and 0 for an error inside an answer. */
export const blaming: readonly number[] = [0, 400, 413, 422];

/** Statuses of a sentence that some servers send as an error of their own. */
export const anyStatus: readonly number[] = [...blaming, 404, 500, 501, 502, 503];
