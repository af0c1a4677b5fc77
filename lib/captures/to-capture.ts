/** Writes a recording down as a capture, without credentials. */
import { isObject, parseJson } from '../json.ts';
import type { Candidate } from '../proxy/policy/plan.ts';
import type { RecordedAttempt, Recording } from '../proxy/recording/recording.ts';
import type { Tape } from '../proxy/recording/tape.ts';
import { redactorFor, secretName } from '../proxy/secrets.ts';
import { version } from '../version.ts';
import {
  toPiece,
  type Capture,
  type CapturedAttempt,
  type CapturedCandidate,
  type CapturedPiece,
} from './capture.ts';

/** What replaces a credential. */
const hidden = '•••';

/** The capture of a recording; undefined if the body of its request was not JSON. */
export function toCapture(recording: Recording): Capture | undefined {
  const { id, beganMs, start, attempts, barriers, reply, leftMs, dropped } = recording;
  const { headers, path, format, plan, settings, session, messageId, inputTokens, limitMs, record } = start;
  const canonical = format === 'messages';
  const body = parseJson(recording.body.pieces()[0]?.bytes.toString('utf8') ?? '');
  if (!isObject(body)) return undefined;
  const { retry, heartbeatMs, circuitBreaker, configOption } = settings;
  const capture: Capture = {
    schema: 1,
    occ: version,
    kind: 'capture',
    id,
    at: record.at,
    request: {
      headers: visible(flat(headers)),
      ...(!canonical && { path, format }),
      body,
    },
    beganMs,
    session,
    messageId,
    inputTokens,
    ...(limitMs !== undefined && { limitMs }),
    settings: {
      retry,
      heartbeatMs,
      circuitBreaker,
      ...(configOption !== undefined && { configOption }),
    },
    plan: {
      reason: plan.reason,
      candidates: plan.candidates.map(toCandidate),
      passedOver: plan.passedOver,
    },
    attempts: attempts.map(toAttempt),
    barriers,
    reply: {
      ...(reply.status !== undefined && { status: reply.status }),
      headers: visible(reply.headers),
      pieces: toPieces(reply.body),
    },
    ...(leftMs !== undefined && { leftMs }),
    record,
    ...(dropped > 0 && { dropped }),
  };
  // What an upstream said, and the conversation, may also contain a key. The candidates of the attempts have the keys that
  // commands print.
  const asked = [...plan.candidates, ...attempts.map(({ candidate }) => candidate)];
  const providers = {
    ...settings.providers,
    ...Object.fromEntries(asked.map(({ provider }) => [`asked ${provider.name}`, provider])),
  };
  const withoutKeys = redactorFor({ ...settings, providers });
  return JSON.parse(withoutKeys(JSON.stringify(capture))) as Capture;
}

function toCandidate({ why, route, entry, changes, provider }: Candidate): CapturedCandidate {
  const { name, endpoints, auth, defaultFormat, timeouts, gateway, sessionHeader, missingKey, keys, models } =
    provider;
  const own = models?.[entry.model_id];
  return {
    why,
    route: { ...route, endpoint: withoutUser(route.endpoint), headers: visible(route.headers) },
    entry,
    ...(changes && { changes }),
    provider: {
      name,
      endpoints: Object.fromEntries(
        Object.entries(endpoints).map(([format, url]) => [format, url && withoutUser(url)]),
      ),
      auth,
      defaultFormat,
      timeouts,
      keys: keys.length,
      ...(gateway !== undefined && { gateway }),
      ...(sessionHeader !== undefined && { sessionHeader }),
      ...(missingKey !== undefined && { missingKey }),
      ...(own && { models: { [entry.model_id]: own } }),
    },
  };
}

function toAttempt({ candidate, body, ...attempt }: RecordedAttempt): CapturedAttempt {
  const { provider, modelId, format } = candidate.route;
  return {
    model: `${provider}/${modelId}`,
    format,
    ...attempt,
    headers: withoutCookies(attempt.headers),
    pieces: toPieces(body),
  };
}

function toPieces(body: Tape): CapturedPiece[] {
  return body.pieces().map(({ ms, bytes }) => toPiece(ms, bytes));
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** The headers with what could be a credential hidden. */
function visible(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secretName.test(name) ? hidden : value]),
  );
}

/** The headers of a response. Those that name tokens mean the ones that a model counts. */
function withoutCookies(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.includes('cookie')));
}

/** Without user name, password and query, which may hold a key. */
function withoutUser(url: string): string {
  try {
    const { origin, pathname } = new URL(url);
    return origin + pathname;
  } catch {
    return '';
  }
}
