/** What one attempt used and cost, and how fast it was. */
import type { Remark, ReportedTokens, StopReason, Usage } from '../anthropic/events.ts';
import type { Log } from '../log/log.ts';

export interface Tally {
  usage?: Usage;
  /** What the upstream itself has counted, also if the answer broke off before it reported all. */
  reported?: ReportedTokens;
  /** US dollars that the upstream says it has taken from a balance, and the list price that it states. */
  billed?: number;
  nominal?: number;
  /** US dollars: what was billed, else the list price. Set when the attempt has ended. */
  cost?: number;
  /** The HTTP status of the response. */
  httpStatus?: number;
  /** The name that the upstream gives to the model, if it means another one than was asked for. */
  otherModel?: string;
  /** Why the answer ended. */
  stopReason?: StopReason;
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
      if (remark.basis === 'billed') tally.billed = remark.dollars;
      else tally.nominal ??= remark.dollars;
      return;
    case 'reported':
      tally.reported = remark.tokens;
      return;
    case 'other_model':
      tally.otherModel = remark.model;
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
