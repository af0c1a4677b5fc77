/**
 * What refusals teach about a model, and how it is used: the next wire format, a request without the parameter that was
 * refused, a smaller window, or another model altogether (contract 5.2). What a learned changes is never the client's
 * request as it stands, only what is written from it.
 */
import { toRoute } from '../../catalog/routes.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { wireFormats, type Route, type WireFormat } from '../../wire/codec.ts';
import { codecs } from '../../wire/codecs.ts';
import { answerLimitIn } from './answer-limit.ts';
import { classOf, type Outcome } from './failures.ts';
import { parametersNamed, requestWithout, routeWithout, type Parameter } from './parameters.ts';
import type { Candidate } from './plan.ts';

export type Learned =
  /** Not there, switched off, or not for us. `reason` is what the upstream said. */
  | { what: 'gone'; reason: string }
  /** Not served in these formats, but in `use`. */
  | { what: 'format'; refused: readonly WireFormat[]; use: WireFormat }
  | { what: 'parameter'; parameter: Parameter }
  /** The most tokens it answers with. */
  | { what: 'answer'; tokens: number }
  /** The most tokens it takes. */
  | { what: 'window'; tokens: number };

/** How long a learned holds, in milliseconds: an hour (contract 5.2), after which learning it anew costs one refusal. */
export const learnedMs = 3_600_000;

/** A candidate, changed so that what it refused is no longer asked of it. */
export interface Repair {
  candidate: Candidate;
  learned: Learned;
  /** What the upstream said. */
  why: string;
  /** False when the refusal was about this conversation, and so teaches nothing about others. */
  general: boolean;
}

/** A refusal that points into the conversation: `messages.3.content.0`. */
const inConversation = /\b(?:messages|contents|input)(?:\.|\[)\d/;

/** The learned that holds whether or not anything is tried again; undefined where an outcome teaches none. */
export function learnedFrom(outcome: Outcome, { route }: Candidate): Learned | undefined {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return undefined;
  const failure = classOf(outcome);
  if (failure === 'gone') return { what: 'gone', reason: outcome.error.message };
  const { overflow, limit } = outcome.error as { overflow?: boolean; limit?: number };
  // A limit above what is assumed is not believed: vendors also name the sum of a request and its answer.
  if (overflow && limit !== undefined && limit < route.contextWindow)
    return { what: 'window', tokens: limit };
  return undefined;
}

/**
 * What else to ask of the same model after `outcome`: the next format its provider has and that was not refused, or the
 * request without a refused parameter. Undefined when nothing is known that would change the request. `refused` are the
 * formats that this model was refused in before.
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

/** Never more than it was thought to answer with. */
function withAnswer({ route, ...candidate }: Candidate, tokens: number): Candidate {
  return { ...candidate, route: { ...route, maxOutputTokens: Math.min(tokens, route.maxOutputTokens) } };
}

/** The candidate with everything in mind that was learned about its model. */
export function applyLearned(candidate: Candidate, learned: readonly Learned[]): Candidate {
  const format = learned.find((learned) => learned.what === 'format')?.use;
  const spoken = format === undefined ? candidate : inFormat(candidate, format);
  const parameters = learned.flatMap((learned) => (learned.what === 'parameter' ? [learned.parameter] : []));
  const plain = parameters.length === 0 ? spoken : withoutParameters(spoken, parameters);
  const answer = learned.find((learned) => learned.what === 'answer')?.tokens;
  const kept = answer === undefined ? plain : withAnswer(plain, answer);
  const window = learned.find((learned) => learned.what === 'window')?.tokens ?? Infinity;
  return window < kept.route.contextWindow
    ? { ...kept, route: { ...kept.route, contextWindow: window } }
    : kept;
}

/** A format that its provider no longer has an endpoint for was learned from another configuration. */
function inFormat(candidate: Candidate, format: WireFormat): Candidate {
  const { entry, provider, route } = candidate;
  if (format === route.format || provider.endpoints[format] === undefined) return candidate;
  const other: Route = toRoute({ ...entry, wire_format: format }, provider);
  return { ...candidate, route: other };
}

/** A learned in words: for the log and for `status`. */
export function describeLearned(learned: Learned): string {
  switch (learned.what) {
    case 'gone':
      return `not available: ${learned.reason}`;
    case 'format':
      return `not served as ${learned.refused.join(' or ')}, asked as ${learned.use}`;
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
  web_search: 'web search of its own',
  reasoning_replay: 'turn without its reasoning',
};
