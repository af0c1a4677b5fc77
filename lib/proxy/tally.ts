/** What one attempt used and cost, and how fast it was. */
import type { Remark, Usage } from '../anthropic/events.ts';
import type { Log } from '../log/log.ts';

export interface Tally {
  usage?: Usage;
  /** US dollars taken from a balance or, where only that is known, at list price. */
  cost?: number;
  /** Milliseconds from the request to the response's headers, and to the first content. */
  headersMs?: number;
  firstContentMs?: number;
  /** Milliseconds from the request to the upstream's finish; absent if it reported none. */
  finishedMs?: number;
}

/** What a remark says about usage and cost goes into the tally, the rest into the log. */
export function noteRemark(remark: Remark, tally: Tally, log: Log): void {
  switch (remark.type) {
    case 'usage':
      tally.usage = remark.usage;
      return;
    case 'cost':
      // A billed amount counts; the list price only where no amount was billed.
      if (remark.basis === 'billed' || tally.cost === undefined) tally.cost = remark.dollars;
      return;
    case 'dropped':
      log({ level: 'info', event: 'dropped', what: remark.what });
      return;
    case 'note':
      log({ level: 'info', event: 'note', text: remark.text });
      return;
    case 'finished':
    case 'resumed':
    case 'failed':
  }
}
