/**
 * One request of a client, from arrival to its last byte. Read this first: every noun in it is a file of that name.
 *
 *   readBody → readGiven → planRoutes → tryModels: attempt, as often as the policy allows → reply
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { estimateTokens } from '../anthropic/estimate.ts';
import { messageStart, usageOf } from '../anthropic/events.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import { serverTools } from '../anthropic/tools.ts';
import type { Settings } from '../config/settings.ts';
import { toText } from '../json.ts';
import type { Turn } from '../wire/codec.ts';
import { loadServed } from '../wire/served-formats.ts';
import type { ServedName } from '../wire/served-paths.ts';
import { userAgent } from '../version.ts';
import type { Trial } from './course.ts';
import { partsOf, readGiven, toPath } from './given.ts';
import { readWholeBody } from './inbound.ts';
import { hintsFrom } from './policy/client-hints.ts';
import { nameOf, type Candidate } from './policy/plan.ts';
import { planRoutes } from './policy/route.ts';
import { tierOf } from './policy/tiers.ts';
import { randomId } from './random-id.ts';
import type { EndedRequest } from './recent.ts';
import type { Reply } from './reply.ts';
import type { Road } from './road.ts';
import { projectOf } from './project.ts';
import { sessionOf, type Session } from './session.ts';
import { refreshQuota } from './quota-watch.ts';
import { tryModels } from './trial.ts';

export interface Exchange {
  req: IncomingMessage;
  /** The format that the client speaks. */
  format: ServedName;
  reply: Reply;
  /** Aborts when the client disconnects. */
  gone: AbortSignal;
  requestId: string;
  /** The settings this request uses to its end. */
  settings: Settings;
  /** Takes what happens. */
  record: EndedRequest;
  /** When the request arrived, on the monotonic clock. */
  arrived: number;
}

/** Throws `Refused` for a body that is not a request of its format. Every other failure ends in the reply. */
export async function exchange(
  { req, format, reply, gone, requestId, settings, record, arrived }: Exchange,
  road: Road,
): Promise<void> {
  const { bytes, body } = await readWholeBody(req);
  const served = await loadServed(format);
  const parts = partsOf(req.url);
  const read = readGiven(served, { ...parts, headers: req.headers, body });
  const given = read.request;
  const messageId = randomId('msg_');
  reply.speak(read.printer({ messageId, requestId, created: Math.floor(road.now() / 1000) }));
  const hints = hintsFrom((header) => toText(req.headers[header]));
  const { requestClass, ordinaryThinking } = hints;
  const client = sessionOf(hints, given, read.conversation);
  const session = client.id;
  const request = road.memory.arrange(given, session, road.now());
  const inputTokens = estimateTokens(request);
  const conversation = client.name === '' ? undefined : session;
  const budgets = await road.budgets?.(settings);
  road.memory.renew(settings);
  const known = road.memory.known(conversation, road.now(), session);
  const asked = { request, inputTokens, requestClass, ordinaryThinking };
  const quotas = road.quotas.list();
  const plan = planRoutes(asked, settings, { ...known, quotas, ...(budgets && { budgets }) });
  if (plan.spared) refreshQuota(settings.providers[plan.spared.provider], road);
  road.memory.keep(conversation, plan, road.now());
  note(record, { client, project: projectOf(req.headers), request, requestClass, route: plan.reason });
  const limitMs = clientLimit(req, request);
  const own = format === 'messages' ? undefined : { format, body };
  const turn: Turn = { request, session, messageId, inputTokens, ...(own && { given: own }) };
  const serverSide = serverTools(request).map(({ name }) => name);
  road.log({
    level: 'info',
    event: 'request',
    request: requestId,
    model: request.model,
    ...(own && { client: format }),
    ...(read.left.length > 0 && { left: read.left }),
    stream: request.stream === true,
    inputTokens,
    route: plan.reason,
    ...(settings.configOption !== undefined && { config: settings.configOption }),
    models: plan.candidates.map(nameOf),
    ...(plan.passedOver.length > 0 && {
      passedOver: plan.passedOver.map(({ model, cause }) => ({ model, kind: cause })),
    }),
    // Anthropic's servers run these tools. Few other providers can, so the log names them.
    ...(serverSide.length > 0 && { serverTools: serverSide }),
  });

  const recording = road.recorder.begin(
    requestId,
    arrived,
    {
      headers: req.headers,
      path: toPath(parts),
      format,
      plan,
      settings,
      session,
      messageId: turn.messageId,
      inputTokens,
      limitMs,
      record,
    },
    bytes,
  );
  reply.observe(recording);

  const headers = outgoingHeaders(req.headers, session);
  const trial = {
    plan,
    turn,
    headers,
    requestId,
    reply,
    gone,
    settings,
    limitMs,
    record,
    recording,
    arrived,
  };
  await carryOut(trial, road);
}

/** Tries the models of a plan, and keeps the client waiting meanwhile. */
export async function carryOut(trial: Trial, road: Road): Promise<void> {
  const { turn, reply, settings } = trial;
  const { request, messageId, inputTokens } = turn;
  // Without content for `heartbeat_ms`, headers and `message_start` are sent so that the client keeps waiting.
  const cancelEarly = road.after(settings.heartbeatMs, () => {
    if (request.stream === true)
      void reply.start(messageStart(messageId, request.model, usageOf(inputTokens)));
  });
  try {
    await noticeDisconnects();
    await tryModels(trial, road);
  } finally {
    cancelEarly();
  }
}

/** Adds to the record what is known before the first attempt. */
function note(
  record: EndedRequest,
  {
    client,
    project,
    request,
    requestClass,
    route,
  }: {
    client: Session;
    project: string;
    request: MessagesRequest;
    requestClass: string;
    route: string;
  },
): void {
  const { model, stream } = request;
  const { name: session, agent } = client;
  const tier = tierOf(model);
  Object.assign(record, {
    model,
    route,
    stream: stream === true,
    ...(session !== '' && { session }),
    ...(agent !== '' && { agent }),
    ...(project !== '' && { project }),
    ...(requestClass !== '' && { requestClass }),
    ...(tier !== undefined && { tier }),
  } satisfies Partial<EndedRequest>);
}

/** Turns of the event loop until a disconnect is noticed: the rest of this one, and one in which sockets are read. */
const turnsToNotice = 2;

/**
 * Lets the event loop read what has arrived on the sockets since the request was read. A client that sent a request and
 * disconnected while this process was busy is noticed only then, before an upstream is paid for the answer.
 */
async function noticeDisconnects(): Promise<void> {
  for (let turn = 0; turn < turnsToNotice; turn++) await setImmediate();
}

/** The headers for every upstream, and those that only some may get: gateways forward headers they do not use. */
export function outgoingHeaders(
  headers: IncomingHttpHeaders,
  session: string,
): (to: Candidate) => Record<string, string> {
  const betas = toText(headers['anthropic-beta']);
  return ({ provider, route }) => ({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'user-agent': userAgent,
    ...(provider.sessionHeader !== undefined && { [provider.sessionHeader]: session }),
    ...(route.quirks.betas && betas !== '' && { 'anthropic-beta': betas }),
  });
}

/** Milliseconds before the client's own limit, so that it receives the error instead of giving up first. */
const earlierThanClientMs = 5000;

function clientLimit(req: IncomingMessage, request: MessagesRequest): number | undefined {
  const seconds = Number(req.headers['x-stainless-timeout'] ?? NaN);
  if (request.stream === true || !Number.isFinite(seconds) || seconds <= 0) return undefined;
  return Math.max(1000, seconds * 1000 - earlierThanClientMs);
}
