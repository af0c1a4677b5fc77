/** One request through the proxy as both sides saw it: every byte and when it arrived. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { RecordedResponse } from './recorded-response.ts';
import type { Language } from '../languages/language.ts';
import type { TimeLimit, Trouble } from '../../proxy/policy/failures.ts';

/** One request from the proxy to an upstream. */
export interface RecordedUpstream extends RecordedResponse {
  /** Without query and credentials. */
  url: string;
  sentMs: number;
}

/** How the proxy's last attempt failed, from its log. */
export interface FailedAttempt {
  trouble: Trouble;
  limit?: TimeLimit | undefined;
}

export interface RecordedExchange {
  request: MessagesRequest;
  /** The format that the client speaks; Anthropic's unless given. */
  language?: Language;
  upstream: readonly RecordedUpstream[];
  client: RecordedResponse;
  failed?: FailedAttempt;
  /** When the client disconnected on purpose. */
  disconnectedMs?: number;
}
