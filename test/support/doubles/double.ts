/**
 * A double: a strict upstream that refuses what one vendor is documented or reported to refuse, in that vendor's words, wants
 * back what that vendor wants back, and answers in that vendor's style. It reads bodies by itself, without occ's encoders.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { ModelEntry, Provider } from '../../../lib/config/settings.ts';
import type { Conversation } from '../../../lib/emulator/conversation.ts';
import type { ToolCall } from '../../../lib/emulator/script.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import type { LooseJson } from '../loose-json.ts';
import type { Seals } from './seals.ts';

/** One request as a double reads it. */
export interface Incoming {
  body: LooseJson;
  headers: IncomingHttpHeaders;
  /** With its query. */
  path: string;
  /** Signatures and sealed reasoning of this double, to make and to verify. */
  seals: Seals;
}

/** What is wrong with a request, in the vendor's words. A missing field gets the default of the double's envelope. */
export interface Violation {
  message: string;
  /** By default 400. */
  status?: number;
  type?: string;
  code?: string | number | null;
  param?: string | null;
  /** The list of a validator, for vendors that send it. */
  detail?: readonly object[];
  /** Further fields of the error. */
  more?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

/** A response with an error status. */
export interface Refusal {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Rule {
  name: string;
  /** The page of the vendor's documentation, or the public report, that the rule and its words are taken from. */
  source: string;
  /**
   * For the rule's own test: fields that replace those of `good`, or the whole request made from it. This rule must refuse
   * the result; a list has several examples.
   */
  bad: Change | readonly Change[];
  /** For a rule about headers: the headers of its example, instead of `bad`. */
  badHeaders?: Readonly<Record<string, string>>;
  violates(incoming: Incoming): Violation | undefined;
}

type Change = object | ((good: JsonObject) => object);

/** One answer, for `dress`. */
export interface Answering {
  seals: Seals;
  /** The whole thinking of the answer; "" if it has none. */
  thinking: string;
  calls: readonly ToolCall[];
  incoming: Incoming;
}

export interface Double {
  /** The provider's name in the configuration. */
  name: string;
  format: WireFormat;
  /** The id of its model. */
  model: string;
  /** What the user has configured about the model. Without limits, those of an unknown model apply. */
  entry?: Partial<ModelEntry>;
  /** The headers that the vendor wants and the user has configured. */
  headers?: Readonly<Record<string, string>>;
  /** What occ knows about this provider by itself. */
  provider?: Pick<Provider, 'gateway' | 'sessionHeader'>;
  /** Requests that it accepts, in the form that its vendor documents. */
  good: readonly JsonObject[];
  /** In the order in which the vendor checks. */
  rules: readonly Rule[];
  /** The vendor's form of an error. */
  envelope(violation: Violation): Refusal;
  /** Whether the answer to this request has visible thinking; by default yes. */
  thinks?(incoming: Incoming): boolean;
  /** The id of a call, from a number that is unique in the process. */
  callId?(unique: number, name: string, position: number): string;
  /** The vendor's form of one event of the answer, as one event or several; by default as its format documents it. */
  dress?(event: JsonObject, answering: Answering): readonly JsonObject[];
  /** Bytes before the first event, such as a comment. */
  preamble?: string;
  /** Bytes after the last event. */
  postamble?: string;
}

/** The first violation of a request. */
export function violation(
  { rules }: Double,
  incoming: Incoming,
): { rule: Rule; violation: Violation } | undefined {
  for (const rule of rules) {
    const found = rule.violates(incoming);
    if (found) return { rule, violation: found };
  }
  return undefined;
}

/** The examples of a rule as bodies. */
export function badExamples({ bad }: Rule, good: JsonObject): LooseJson[] {
  const changes = Array.isArray(bad) ? (bad as readonly Change[]) : [bad];
  return changes.map((change) => changed(good, change) as LooseJson);
}

function changed(good: JsonObject, change: Change): object {
  return typeof change === 'function' ? change(good) : { ...good, ...change };
}

/** Which tools a double calls: one in the first step after a prompt, two in the second; then it answers with text. */
export function callsIn({ tools, done }: Conversation): number {
  return tools.length === 0 ? 0 : ([1, 2][done.length] ?? 0);
}
