/** Sends a trace of each request of a proxy to a collector of OpenTelemetry, if the environment names one. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Log } from '../log/log.ts';
import { systemClock, type Clock } from '../proxy/clock.ts';
import { lazy } from '../proxy/lazy.ts';
import type { Received } from '../proxy/proxy.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import { secretsOf } from '../proxy/secrets.ts';
import type { Upstream } from '../proxy/upstream.ts';
import { withoutKnown } from '../redact.ts';
import { userAgent, version } from '../version.ts';
import { traceContextOf } from './context.ts';
import { deliver } from './delivery.ts';
import { traceSettingsIn, type TraceSettings } from './environment.ts';
import { exporter } from './exporter.ts';
import { toExportRequest, toKeyValues, type KeyValue } from './otlp.ts';
import { toSpans } from './spans.ts';
import type { Environment } from './variables.ts';

export interface Traces {
  /** Takes a request that has ended. Sends nothing by itself, and never waits. */
  ended(record: EndedRequest, received: Received): void;
  /** Sends what is left, for at most a second. Never rejects. */
  close(): Promise<void>;
}

export interface TracesOptions {
  env: Environment;
  log: Log;
  /** Called once with what is wrong with the variables, and once when spans are lost: a sentence without its full stop. */
  onWarning?: ((sentence: string) => void) | undefined;
  clock?: Clock;
  /** Opens the connections; by default with the proxies of `env`. */
  upstream?: () => Promise<Upstream>;
  /** A number in [0, 1), for the waits between tries. */
  random?: () => number;
}

/** Milliseconds for the last spans, when the proxy ends. */
const lastMs = 1000;

/** Undefined if no traces are sent. */
export function openTraces(options: TracesOptions): Traces | undefined {
  const { env, log, onWarning } = options;
  const { settings, warnings } = traceSettingsIn(env);
  for (const reason of warnings) {
    log({ level: 'warn', event: 'traces', reason });
    onWarning?.(reason);
  }
  return settings && tracesTo(settings, options);
}

function tracesTo(settings: TraceSettings, options: TracesOptions): Traces {
  const { url, headers, timeoutMs, sampler, continues } = settings;
  const { env, log, onWarning, clock = systemClock, random = Math.random } = options;
  const upstream = lazy(options.upstream ?? (() => openConnections(env)));
  const resource = resourceOf(settings);
  const masked = withoutKnown(secretsOf({ headers, endpoints: [url] }));
  const [closing, ended] = [new AbortController(), new AbortController()];
  let lost = 0;
  let warned = false;

  function onLost(spans: number, reason: string): void {
    lost += spans;
    if (warned) return;
    warned = true;
    const sentence = `traces are incomplete: ${masked(reason)}${hintFor(url)}`;
    log({ level: 'warn', event: 'traces', reason: sentence });
    onWarning?.(sentence);
  }

  const way = {
    destination: {
      url,
      timeoutMs,
      headers: { 'user-agent': userAgent, ...headers, 'content-type': 'application/json' },
    },
    upstream: () => upstream.get(),
    clock,
    random,
    closing: closing.signal,
    ended: ended.signal,
  };
  const scope = { name: 'occ', version };
  const queue = exporter({
    deliver: (spans) => deliver(JSON.stringify(toExportRequest(resource, scope, spans)), spans.length, way),
    clock,
    onLost,
  });

  return {
    ended(record, received) {
      if (closing.signal.aborted) return;
      const parent = continues ? traceContextOf(received.headers) : undefined;
      const traceId = parent?.traceId ?? newId(16);
      if (!sampler(traceId, parent)) return;
      queue.add(toSpans(record, received, { traceId, parent, spanId: () => newId(8) }));
    },
    async close() {
      closing.abort();
      const cancel = clock.after(lastMs, () => ended.abort());
      await queue.flush();
      cancel();
      await upstream
        .opened()
        ?.then((opened) => opened.close())
        .catch(() => {}); // it never opened
      if (lost > 0) log({ level: 'warn', event: 'traces', reason: `${lost} spans were lost`, lost });
    },
  };
}

/** Loaded with the first batch: most proxies send none. */
async function openConnections(env: Environment): Promise<Upstream> {
  const { openUpstream } = await import('../proxy/upstream.ts');
  return openUpstream({ ...env });
}

function resourceOf({ resource }: TraceSettings): KeyValue[] {
  return toKeyValues({
    'service.name': 'occ',
    'service.version': version,
    'service.instance.id': randomUUID(),
    'telemetry.sdk.name': 'occ',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': version,
    ...resource,
  });
}

/** The usual port of the protocol that occ does not speak. */
function hintFor(url: string): string {
  return new URL(url).port === '4317'
    ? '; port 4317 is usually that of OTLP over gRPC, and 4318 that of OTLP over HTTP'
    : '';
}

/** A random id in hexadecimal. One of zeros alone is invalid. */
function newId(bytes: number): string {
  const id = randomBytes(bytes).toString('hex');
  return /[^0]/.test(id) ? id : newId(bytes);
}
