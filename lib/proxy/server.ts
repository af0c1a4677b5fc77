/** node:http: listen, endpoints, drain, close. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Settings } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { version } from '../version.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Control } from './control.ts';
import { openTokenCounter } from './count-tokens.ts';
import { exchange, type Exchange } from './exchange.ts';
import { checkDoor, readBody, Refused, toRequest } from './inbound.ts';
import { inFlight } from './in-flight.ts';
import { lazy } from './lazy.ts';
import { listen, urlHost } from './listen.ts';
import { memory, type Recalled } from './memory.ts';
import { answerModels } from './models.ts';
import { openReply, sendJson } from './reply.ts';
import { noCounts, type Counts, type Road } from './road.ts';
import { noQuotaWatch, quotaWatch, type KnownQuota } from './quota-watch.ts';
import { modelStats, type ModelFigures } from './model-stats.ts';
import { openUpstream, type Upstream } from './upstream.ts';

export interface ProxyOptions {
  /** The snapshot a new request is to see. */
  settings: () => Settings;
  /** What clients must present; wins over the settings' own. A launch sets a random one. */
  token?: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  log: Log;
  /** What its owner may ask it; a launch has no need of it. */
  control?: Control;
  /** The way out, opened when it is first needed; doctor listens in on it. */
  upstream?: () => Promise<Upstream>;
  /** The system's clock unless a test passes another. */
  clock?: Clock;
  /** Whether providers are asked in the background how much of a plan is used. */
  watchesQuotas?: boolean;
}

/** Figures since the start, for `status` and the line a launch ends with. */
export type ProxyStats = Readonly<Counts> & {
  live: number;
  models: readonly ModelFigures[];
  remembered: Recalled;
  quotas: readonly KnownQuota[];
};

export interface Proxy {
  host: string;
  port: number;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  stats(): ProxyStats;
  /** Refuses new requests, lets live ones finish for `drainMs`, then cuts them; resolves to how many were cut. */
  drain(drainMs: number): Promise<number>;
  /** Drains, then gives up the port and everything else. */
  close(drainMs: number): Promise<number>;
}

/** Idle connections are kept longer than any client's own limit, so that none is closed under a request. */
const keepAliveMs = 120_000;

/** Rejects with an OccError `port_in_use` (or `cannot_listen`) when it cannot listen. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { settings, token, host, port, log, control, clock = systemClock } = options;
  const counts = noCounts();
  const upstream = lazy(options.upstream ?? openUpstream);
  const out: Upstream = {
    post: async (...asked) => (await upstream.get()).post(...asked),
    get: async (...asked) => (await upstream.get()).get(...asked),
    close: async () => {},
  };
  const road: Road = {
    ...clock,
    upstream: out,
    log,
    counts,
    modelStats: modelStats(),
    memory: memory(log),
    quotas: options.watchesQuotas === true ? quotaWatch(out, log, clock) : noQuotaWatch,
    random: Math.random,
  };
  /** Requests that closing waits for, and the greetings and questions of the owner, which only end themselves. */
  const requests = inFlight();
  const asides = inFlight();
  const counter = openTokenCounter(log);
  const startedAt = clock.monotonic();
  let closing = false;

  const server = createServer({ keepAliveTimeout: keepAliveMs }, (req, res) => {
    // A write that crosses a client's leaving is told here; that it left, everybody hears by `gone`.
    res.on('error', () => {});
    const pathname = pathOf(req.url);
    const aside = isOpen(pathname) || pathname.startsWith('/occ/');
    (aside ? asides : requests).add(res, answer(req, res, pathname));
  });

  /** Whatever goes wrong, the client hears of it in Anthropic's shape, and nothing is thrown. */
  async function answer(req: IncomingMessage, res: ServerResponse, pathname: string): Promise<void> {
    const requestId = `req_${randomBytes(12).toString('hex')}`;
    const gone = goneSignal(res);
    const now = settings();
    const reply = openReply(res, requestId, now.heartbeatMs, gone, clock);
    try {
      await dispatch(pathname, { req, res, reply, gone, requestId, settings: now });
    } catch (error) {
      if (gone.aborted) return;
      if (error instanceof Refused) {
        const permanent = error.status === 401 || error.status === 403;
        reply.refuse({ status: error.status, type: error.type, message: error.message, permanent });
        if (!req.complete) discardRest(req);
        return;
      }
      if (error instanceof RangeError && /call stack/.test(error.message)) {
        const message = 'the body is nested too deeply to be read';
        return reply.refuse({ status: 400, type: 'invalid_request_error', message, permanent: true });
      }
      log({
        level: 'error',
        event: 'fault',
        request: requestId,
        error: String(error),
        stack: (error as Error).stack,
      });
      const message = `a fault in occ itself; its log has the details under ${requestId}`;
      reply.refuse({ status: 500, type: 'api_error', message, permanent: false });
    } finally {
      reply.close();
      // Nothing should get here unended; if something does, the client is not left to wait for it.
      if (!res.writableEnded) res.destroy();
    }
  }

  async function dispatch(pathname: string, asked: Exchange & { res: ServerResponse }): Promise<void> {
    const { req, res, requestId, settings } = asked;
    const { authToken } = settings;
    const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET');
    const open = isOpen(pathname);
    if (control && pathname.startsWith('/occ/')) {
      checkDoor(req, { host, token: control.token });
      return answerOwner(control, `${method} ${pathname}`, asked);
    }
    checkDoor(req, { host, token: token ?? authToken?.reveal() }, !open);
    const models = /^\/v1\/models(?:\/|$)/.test(pathname);
    const allowed = models ? 'GET' : endpoints[pathname];
    if (allowed === undefined) throw new Refused('not_found_error', `there is no ${pathname} here`);
    if (method !== allowed) {
      res.setHeader('allow', allowed);
      throw new Refused('invalid_request_error', `${pathname} takes ${allowed}, not ${method}`, 405);
    }
    if (closing && !open) throw new Refused('overloaded_error', 'this proxy is being stopped', 503);

    if (pathname === '/v1/messages') {
      counts.requests++;
      return exchange(asked, road);
    }
    const headers = { 'request-id': requestId };
    if (pathname === '/v1/messages/count_tokens') {
      const request = toRequest(await readBody(req));
      return sendJson(res, 200, { input_tokens: await counter.count(request) }, headers);
    }
    if (models) {
      const id = pathname.slice('/v1/models/'.length);
      return sendJson(res, 200, answerModels(id, req.headers['user-agent'], settings), headers);
    }
    sendJson(res, 200, pathname === '/health' ? health() : { service: 'occ', version }, headers);
  }

  function health(): Record<string, unknown> {
    const { requests: asked, failures } = counts;
    return {
      status: closing ? 'stopping' : 'ok',
      service: 'occ',
      version,
      pid: process.pid,
      ...(control && { instance: control.instance }),
      uptime_s: Math.round((clock.monotonic() - startedAt) / 1000),
      requests: asked,
      failures,
      live: requests.count(),
    };
  }

  async function drain(drainMs: number): Promise<number> {
    closing = true;
    await requests.settled(drainMs);
    const cut = requests.cut();
    // Every exchange hears that its client is gone before anything is taken from under it: that would count as a failure.
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
    await upstream
      .opened()
      ?.then((opened) => opened.close())
      .catch(() => {}); // what never opened is closed
    // What was used is counted before this resolves: whoever closes may want to say it.
    await requests.quiet();
    return cut;
  }

  const bound = await listen(server, host, port);
  // The library is loaded once nobody waits for it: a launch has its child to start first.
  setImmediate(() => void upstream.get().catch(() => {}));
  return {
    host,
    port: bound,
    url: `http://${urlHost(host)}:${bound}`,
    stats: () => ({
      ...counts,
      live: requests.count(),
      models: road.modelStats.list(),
      remembered: road.memory.recall(clock.now()),
      quotas: road.quotas.list(),
    }),
    drain,
    close,
  };
}

/** Answered without a token, and no reason to put off an end. */
function isOpen(pathname: string): boolean {
  return pathname === '/health' || pathname === '/' || pathname === '/api/hello';
}

/** Throws a Refused for what the owner cannot ask. */
async function answerOwner(
  { answers }: Control,
  asked: string,
  { req, res, requestId }: Exchange & { res: ServerResponse },
): Promise<void> {
  const answer = Object.hasOwn(answers, asked) ? answers[asked] : undefined;
  if (!answer) throw new Refused('not_found_error', `there is no ${asked} here`);
  const body = req.method === 'POST' ? await readBody(req) : {};
  sendJson(res, 200, await answer(body), { 'request-id': requestId });
}

const endpoints: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/': 'GET',
  '/health': 'GET',
  '/api/hello': 'GET',
  '/v1/messages': 'POST',
  '/v1/messages/count_tokens': 'POST',
};

/** Aborts when the client leaves before its answer was whole. */
function goneSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** How long the rest of a body that nobody wants may take, in milliseconds. */
const lingerMs = 1000;

/**
 * Reads a refused body on for a while: closing at once would reset the connection of a client that is still sending,
 * and it would not hear why. A client that sends on all the same is cut off.
 */
function discardRest(req: IncomingMessage): void {
  const impatience = setTimeout(() => req.socket.destroy(), lingerMs);
  for (const event of ['end', 'close']) req.once(event, () => clearTimeout(impatience));
  req.resume();
}

/** The path of a request line; "" for one that cannot be read as a URL, such as `//`. */
function pathOf(url = '/'): string {
  try {
    return new URL(`http://localhost${url.startsWith('/') ? url : `/${url}`}`).pathname;
  } catch {
    return '';
  }
}
