/** The HTTP server of a proxy: listens, dispatches to the endpoints, drains and closes. */
import { faultForLog } from '../errors.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { version } from '../version.ts';
import { servedAt, servedEndpoints, type ServedPath } from '../wire/served-paths.ts';
import { systemClock } from './clock.ts';
import { discardRest, dropBody, goneController, lingerMs, pathOf } from './connection.ts';
import { answerControl } from './control.ts';
import { openTokenCounter } from './count-tokens.ts';
import { checkEndpoint, isAside, isExchange, isModels, isOpen } from './endpoints.ts';
import type { Exchange } from './exchange.ts';
import { checkAccess } from './access.ts';
import { isAmbiguous, Refused } from './inbound.ts';
import { inFlight } from './in-flight.ts';
import { loadLate } from './late.ts';
import { listen, openServer } from './listen.ts';
import { localUrl } from '../loopback.ts';
import { memory } from './memory.ts';
import { metrics } from './metrics/metrics.ts';
import type { Looked } from './metrics/page.ts';
import { promptMemory } from './prompt-memory.ts';
import { answerModels, answerServedModels } from './models.ts';
import type { Proxy, ProxyOptions, Received } from './proxy.ts';
import { randomId } from './random-id.ts';
import { recorder } from './recording/recorder.ts';
import { openReply, requestIdHeaders, sendJson } from './reply.ts';
import { redactedLine } from '../redact.ts';
import { stepWithConfig } from './policy/next-step.ts';
import { shownMessage } from './policy/shown.ts';
import type { Refusal } from './policy/verdict.ts';
import { noCounts, type Road } from './road.ts';
import { arrived, recentRequests, toErrorRecord, type EndedRequest } from './recent.ts';
import { noQuotaWatch, quotaWatch, type OnPage } from './quota-watch.ts';
import { refusalFor, stopped } from './thrown.ts';
import { modelStats } from './model-stats.ts';
import { openUpstream } from './upstream.ts';

/** A request with the response that its endpoint writes. */
type Incoming = Omit<Exchange, 'format'> & { res: ServerResponse; served: ServedPath | undefined };

/** Rejects with OccError `port_in_use` or `cannot_listen`. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { settings, token, host, port, log, control, onEnded, clock = systemClock } = options;
  const counts = noCounts();
  const late = loadLate(options.upstream ?? openUpstream);
  const out = late.upstream;
  const remembered = memory(log);
  const recent = recentRequests();
  const metered = metrics(clock, look);
  const onPage: OnPage = (...page) => remembered.readQuota(...page);
  const road: Road = {
    ...clock,
    upstream: out,
    log,
    counts,
    modelStats: modelStats(),
    figures: metered.figures,
    memory: remembered,
    prompts: promptMemory(),
    quotas: options.watchesQuotas === true ? quotaWatch(out, log, clock, onPage) : noQuotaWatch,
    recorder: options.recorder ?? recorder(clock),
    budgets: options.budgets,
    silences: options.silences,
    random: Math.random,
  };
  /** The requests that closing waits for, and the health and control requests that it does not wait for. */
  const [requests, asides] = [inFlight(), inFlight()];
  const counter = openTokenCounter(log);
  const startedAt = clock.monotonic();
  let closing = false;

  const server = openServer((req, res) => {
    // A write to a client that has just disconnected reports an error here; `gone` reports the disconnect.
    res.on('error', () => {});
    const pathname = pathOf(req.url);
    const { work, stop } = receive(req, res, pathname);
    (isAside(pathname) ? asides : requests).add(res, work, stop);
  });

  /** Begins to answer a request. `stop` ends that with an error, when the proxy can wait no longer. */
  function receive(
    req: IncomingMessage,
    res: ServerResponse,
    pathname: string,
  ): { work: Promise<void>; stop: () => void } {
    const requestId = randomId('req_');
    const leave = goneController(req, res, () => road.recorder.left(requestId));
    const gone = leave.signal;
    const now = settings();
    const served = servedAt(pathname, req);
    const language = served && {
      ...servedEndpoints[served.format],
      userAgent: req.headers['user-agent'] ?? '',
    };
    const reply = openReply(res, requestId, now.heartbeatMs, gone, clock, language);
    const record = arrived(requestId, new Date(clock.now()).toISOString(), now.configOption);
    if (isExchange(served)) metered.figures.arrived(record);
    const incoming: Incoming = {
      req,
      res,
      served,
      reply,
      gone,
      requestId,
      settings: now,
      record,
      arrived: clock.monotonic(),
    };
    return {
      work: answer(pathname, incoming),
      stop() {
        if (!reply.ended()) refuse(stopped, incoming);
        // The client waits for nothing more, and the upstream need not send more.
        leave.abort();
      },
    };
  }

  /** Answers every failure with an error in the client's format. Never throws. */
  async function answer(pathname: string, incoming: Incoming): Promise<void> {
    const { req, res, served, reply, gone, requestId, record, arrived: began } = incoming;
    try {
      await dispatch(pathname, incoming);
    } catch (error) {
      if (gone.aborted) return;
      if (error instanceof Refused && !req.complete) discardRest(req, res, clock);
      refuse(refusalFor(error, requestId, log), incoming);
    } finally {
      reply.close();
      // Every response should have ended by now. If one has not, closing it spares the client the wait.
      if (!res.writableEnded) res.destroy();
      record.ms = Math.round(clock.monotonic() - began);
      const status = res.headersSent ? res.statusCode : undefined;
      if (isExchange(served)) ended(record, { headers: req.headers, path: pathname, status });
    }
  }

  function refuse(why: Refusal, { served, reply, requestId, settings, record }: Incoming): void {
    record.ending = record.firstContentMs === undefined ? 'refused' : 'cut';
    const refusal = stepWithConfig(why, settings.configOption);
    record.error = toErrorRecord(refusal, requestId);
    if (isExchange(served)) logRefused(refusal, requestId);
    reply.refuse({ ...refusal, message: shownMessage(refusal, requestId) });
  }

  /** A request that no model was asked for. The reason is occ's own; it may name a host that the client sent. */
  function logRefused({ status, type, message }: Refusal, request: string): void {
    log({ level: 'info', event: 'refused', request, status, type, by: 'occ', reason: redactedLine(message) });
  }

  function ended(record: EndedRequest, received: Received): void {
    recent.add(record);
    metered.figures.ended(record);
    road.recorder.end(record.id);
    try {
      onEnded?.(record, received);
    } catch (error) {
      log({ level: 'error', event: 'fault', where: 'ended', request: record.id, ...faultForLog(error) });
    }
  }

  async function dispatch(pathname: string, incoming: Incoming): Promise<void> {
    const { req, res, served, requestId, settings } = incoming;
    const { allowedHosts } = settings;
    const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET');
    if (isAmbiguous(req)) {
      res.setHeader('connection', 'close');
      throw new Refused('invalid_request_error', 'Host or Transfer-Encoding can be read in several ways');
    }
    if (control && pathname.startsWith('/occ/')) {
      checkAccess(req, { host, allowedHosts, token: control.token });
      return answerControl(control, `${method} ${pathname}`, incoming);
    }
    checkAccess(req, { host, allowedHosts, token: token ?? settings.authToken?.reveal() }, !isOpen(pathname));
    checkEndpoint(method, pathname, served, res);
    if (closing && !isAside(pathname)) return refuseNew(req, res);

    if (served?.endpoint.does === 'answer') {
      counts.requests++;
      const exchange = await late.exchange();
      return exchange({ ...incoming, format: served.format }, road);
    }
    const headers = requestIdHeaders(requestId);
    if (served?.endpoint.does === 'count') {
      const { answerCount } = await import('./answer-count.ts');
      return sendJson(res, 200, await answerCount(req, served.format, counter), headers);
    }
    if (served) return sendJson(res, 200, answerServedModels(served, settings), headers);
    if (isModels(pathname)) {
      const id = pathname.slice('/v1/models/'.length);
      return sendJson(res, 200, answerModels(id, req.headers['user-agent'], settings), headers);
    }
    if (pathname === '/metrics') return metered.answer(req, res, headers);
    if (pathname === '/ready')
      return sendJson(res, closing ? 503 : 200, { status: statusNow(), service: 'occ' }, headers);
    sendJson(res, 200, pathname === '/health' ? health() : { service: 'occ', version }, headers);
  }

  /** The next attempt of the client opens a connection, which may reach another proxy behind the same address. */
  async function refuseNew(req: IncomingMessage, res: ServerResponse): Promise<never> {
    // A client that is still sending when the connection closes would not receive the response.
    await dropBody(req, clock);
    res.setHeader('connection', 'close');
    throw new Refused('overloaded_error', 'this proxy is being stopped', { status: 503, next: 'occ start' });
  }

  /** What `/metrics` looks up. */
  function look(): Looked {
    const { breakers } = road.memory.recall(clock.now());
    return { models: road.modelStats.list(), breakers, uptime: (clock.monotonic() - startedAt) / 1000 };
  }

  function statusNow(): 'ok' | 'stopping' {
    return closing ? 'stopping' : 'ok';
  }

  function health(): Record<string, unknown> {
    const { requests: received, failures } = counts;
    control?.onHealth?.();
    return {
      status: statusNow(),
      service: 'occ',
      version,
      pid: process.pid,
      ...(control && { instance: control.instance }),
      uptime_s: Math.round((clock.monotonic() - startedAt) / 1000),
      requests: received,
      failures,
      live: requests.count(),
    };
  }

  async function drain(drainMs: number): Promise<number> {
    closing = true;
    await requests.settled(drainMs);
    const cut = requests.cut();
    // Exchanges must notice the disconnect before their upstream connections close, which would count as a failure.
    await requests.settled(lingerMs);
    return cut;
  }

  async function close(drainMs: number): Promise<number> {
    const cut = await drain(drainMs);
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeIdleConnections();
    await asides.settled(lingerMs);
    server.closeAllConnections();
    await closed;
    await counter.close();
    road.quotas.close();
    metered.close();
    await late.close();
    // Usage must be counted before this resolves, since the caller may print it.
    await requests.quiet();
    return cut;
  }

  const bound = await listen(server, host, port);
  late.warm();
  return {
    host,
    port: bound,
    url: localUrl(host, bound),
    stats: () => ({
      ...counts,
      live: requests.count(),
      models: road.modelStats.list(),
      remembered: road.memory.recall(clock.now()),
      cache: road.prompts.report(clock.now()),
    }),
    quotas: () => road.quotas.list(),
    recent,
    recordings: road.recorder,
    drain,
    close,
  };
}
