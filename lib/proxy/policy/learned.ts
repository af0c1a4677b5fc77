/**
 * What the proxy learns about a model from refusals, and the repairs that follow: another wire format, a request without a
 * refused parameter, a shorter answer or a smaller window. Repairs change what is encoded, never the client's request.
 */
import { toRoute } from '../../catalog/routes.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { wireFormats, type WireFormat } from '../../wire/formats.ts';
import { codecs } from '../../wire/codecs.ts';
import { answerLimitIn } from './answer-limit.ts';
import { classOf, type Outcome } from './failures.ts';
import { parametersNamed, requestWithout, routeWithout, type Parameter } from './parameters.ts';
import type { Candidate } from './plan.ts';

export type Learned =
  /** The model is missing, disabled or not available to this account. `reason` is the upstream's message. */
  | { what: 'gone'; reason: string }
  /** The model is not served in the refused formats but may be in `use`. */
  | { what: 'format'; refused: readonly WireFormat[]; use: WireFormat }
  | { what: 'parameter'; parameter: Parameter }
  /** The largest answer in tokens. */
  | { what: 'answer'; tokens: number }
  /** The largest context window in tokens. */
  | { what: 'window'; tokens: number };

/** How long it is remembered, in milliseconds: an hour, after which learning it again costs one refusal. */
export const learnedMs = 3_600_000;

/** A candidate that is changed so that it no longer gets what it refused. */
export interface Repair {
  candidate: Candidate;
  learned: Learned;
  /** The upstream's message. */
  why: string;
  /** False if the refusal was about this conversation, so that it is not remembered for others. */
  general: boolean;
}

/** A refusal that points into the conversation: `messages.3.content.0`. */
const inConversation = /\b(?:messages|contents|input)(?:\.|\[)\d/;

/** What an outcome shows about the model, whether or not it is tried again; undefined if nothing. */
export function learnedFrom(outcome: Outcome, { route }: Candidate): Learned | undefined {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return undefined;
  const failure = classOf(outcome);
  if (failure === 'gone') return { what: 'gone', reason: outcome.error.message };
  const { overflow, limit } = outcome.error as { overflow?: boolean; limit?: number };
  // A larger limit than assumed is not believed: vendors also report the sum of a request and its answer.
  if (overflow && limit !== undefined && limit < route.contextWindow)
    return { what: 'window', tokens: limit };
  return undefined;
}

/**
 * The repair after `outcome`: the provider's next format that was not refused, or the request without a refused parameter.
 * Undefined if no known repair changes the request. `refused` lists the formats in which the model was refused before.
 */
export function repair(
  candidate: Candidate,
  outcome: Outcome,
  request: MessagesRequest,
  refused: readonly WireFormat[],
): Repair | undefined {
  if (outcome.type !== 'refused') return undefined;
  const failure = classOf(outcome);
  const { status, overflow, message, param } = outcome.error;
  if (failure === 'format') return otherFormat(candidate, [...refused, candidate.route.format], message);
  if (failure !== 'client' || overflow || (status !== 400 && status !== 422)) return undefined;
  const before = bodyFor(candidate, request);
  const general = !inConversation.test(`${param ?? ''} ${message}`);
  const tokens = answerLimitIn(message);
  if (tokens !== undefined) {
    const changed = withAnswer(candidate, tokens);
    if (bodyFor(changed, request) !== before)
      return { candidate: changed, learned: { what: 'answer', tokens }, why: message, general };
  }
  for (const parameter of parametersNamed(message, param)) {
    if (candidate.without?.includes(parameter)) continue;
    const changed = withoutParameters(candidate, [parameter]);
    if (bodyFor(changed, request) !== before)
      return {
        candidate: changed,
        learned: { what: 'parameter', parameter },
        why: message,
        general,
      };
  }
  return undefined;
}

function otherFormat(candidate: Candidate, refused: readonly WireFormat[], why: string): Repair | undefined {
  const { provider, entry, without = [] } = candidate;
  const use = wireFormats.find(
    (format) => !refused.includes(format) && provider.endpoints[format] !== undefined,
  );
  if (use === undefined) return undefined;
  const { contextWindow, maxOutputTokens } = candidate.route;
  const route = { ...toRoute({ ...entry, wire_format: use }, provider), contextWindow, maxOutputTokens };
  return {
    candidate: { ...candidate, route: routeWithout(route, without) },
    learned: { what: 'format', refused, use },
    why,
    general: true,
  };
}

/** The request as it would be sent. */
function bodyFor({ route, without = [] }: Candidate, request: MessagesRequest): string | undefined {
  return JSON.stringify(codecs[route.format].encodeRequest(requestWithout(request, without), route));
}

function withoutParameters(candidate: Candidate, parameters: readonly Parameter[]): Candidate {
  return {
    ...candidate,
    route: routeWithout(candidate.route, parameters),
    without: [...(candidate.without ?? []), ...parameters],
  };
}

/** Limits the answer, but never raises the known limit. */
function withAnswer({ route, ...candidate }: Candidate, tokens: number): Candidate {
  return { ...candidate, route: { ...route, maxOutputTokens: Math.min(tokens, route.maxOutputTokens) } };
}

/** Applies everything that was learned about the candidate's model. */
export function applyLearned(candidate: Candidate, learned: readonly Learned[]): Candidate {
  const format = learned.find((learned) => learned.what === 'format')?.use;
  const formatted = format === undefined ? candidate : inFormat(candidate, format);
  const parameters = learned.flatMap((learned) => (learned.what === 'parameter' ? [learned.parameter] : []));
  const plain = parameters.length === 0 ? formatted : withoutParameters(formatted, parameters);
  const answer = learned.find((learned) => learned.what === 'answer')?.tokens;
  const kept = answer === undefined ? plain : withAnswer(plain, answer);
  const window = learned.find((learned) => learned.what === 'window')?.tokens ?? Infinity;
  return window < kept.route.contextWindow
    ? { ...kept, route: { ...kept.route, contextWindow: window } }
    : kept;
}

/** Switches the wire format. A format without an endpoint was learned under another configuration and is ignored. */
function inFormat(candidate: Candidate, format: WireFormat): Candidate {
  const { entry, provider, route } = candidate;
  if (format === route.format || provider.endpoints[format] === undefined) return candidate;
  const other = toRoute({ ...entry, wire_format: format }, provider);
  return { ...candidate, route: other };
}

/** Describes it for the log and for `status`. */
export function describeLearned(learned: Learned): string {
  switch (learned.what) {
    case 'gone':
      return `not available: ${learned.reason}`;
    case 'format':
      return `not served as ${learned.refused.join(' or ')}, requested as ${learned.use}`;
    case 'parameter':
      return `takes no ${parameterWords[learned.parameter] ?? learned.parameter}`;
    case 'answer':
      return `answers with ${learned.tokens} tokens at most`;
    case 'window':
      return `takes ${learned.tokens} tokens at most`;
  }
}

const parameterWords: Partial<Record<Parameter, string>> = {
  schema_ranges: 'numeric bounds in tool schemas',
  max_tokens: 'max_tokens under the name it was sent by',
  tool_choice: 'forced tool_choice',
  extra_fields: 'fields beyond the core of the API',
  stop: 'stop sequences',
  web_search: 'web search',
  reasoning_replay: 'turn without its reasoning',
};
