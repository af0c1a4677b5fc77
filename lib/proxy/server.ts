/** node:http: listen, endpoints, drain, close. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { estimateTokens } from '../anthropic/estimate.ts';
import type { Settings } from '../config/schema.ts';
import type { Log } from '../ledger/log.ts';
import { version } from '../version.ts';
import { exchange, type Exchange } from './exchange.ts';
import { checkDoor, readBody, Refused, toRequest } from './inbound.ts';
import { listen, urlHost } from './listen.ts';
import { listModels, toModelList } from './models.ts';
import { openReply, sendJson } from './reply.ts';
import { noCounts, type Counts, type Road } from './road.ts';
import { openUpstream } from './upstream.ts';

export interface ProxyOptions {
  /** The snapshot a new request is to see. */
  settings: () => Settings;
  /** What clients must present; wins over the settings' own. A launch sets a random one. */
  token?: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  log: Log;
}

/** Figures since the start, for `status` and the line a launch ends with. */
export type ProxyStats = Readonly<Counts>;

export interface Proxy {
  host: string;
  port: number;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  stats(): ProxyStats;
  /** Refuses new requests, lets live ones finish for `drainMs`, then cuts them; resolves to how many were cut. */
  close(drainMs: number): Promise<number>;
}

/** Idle connections are kept longer than any client's own limit, so that none is closed under a request. */
const keepAliveMs = 120_000;

/** Rejects with an OccError `port_in_use` (or `cannot_listen`) when it cannot listen. */
export async function startProxy({ settings, token, host, port, log }: ProxyOptions): Promise<Proxy> {
  const counts = noCounts();
  const upstream = lazy(openUpstream);
  const road: Road = {
    upstream: { post: async (...asked) => (await upstream.get()).post(...asked), close: async () => {} },
    log,
    counts,
    random: Math.random,
  };
  const live = new Set<ServerResponse>();
  /** Work behind the answers, which outlives them a little: a price may follow the last event (P3). */
  const running = new Set<Promise<void>>();
  const startedAt = Date.now();
  let closing = false;

  const server = createServer({ keepAliveTimeout: keepAliveMs }, (req, res) => {
    live.add(res);
    counts.live = live.size;
    res.once('close', () => {
      live.delete(res);
      counts.live = live.size;
    });
    // A write that crosses a client's leaving is told here; that it left, everybody hears by `gone`.
    res.on('error', () => {});
    const work = answer(req, res).finally(() => running.delete(work));
    running.add(work);
  });

  /** Whatever goes wrong, the client hears of it in Anthropic's shape, and nothing is thrown. */
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const requestId = `req_${randomBytes(12).toString('hex')}`;
    const gone = goneSignal(res);
    const now = settings();
    const reply = openReply(res, requestId, now.heartbeatMs, gone);
    try {
      await dispatch({ req, res, reply, gone, requestId, settings: now });
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

  async function dispatch(asked: Exchange & { res: ServerResponse }): Promise<void> {
    const { req, res, requestId, settings } = asked;
    const { authToken } = settings;
    const pathname = pathOf(req.url);
    const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET');
    const open = pathname === '/health' || pathname === '/' || pathname === '/api/hello';
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
      return sendJson(res, 200, { input_tokens: estimateTokens(request) }, headers);
    }
    if (models) {
      const id = pathname.slice('/v1/models/'.length);
      return sendJson(res, 200, modelsFor(req, id, settings), headers);
    }
    sendJson(res, 200, pathname === '/health' ? health() : { service: 'occ', version }, headers);
  }

  function health(): Record<string, unknown> {
    const { requests, failures, live } = counts;
    const uptime = Math.round((Date.now() - startedAt) / 1000);
    return {
      status: closing ? 'stopping' : 'ok',
      service: 'occ',
      version,
      pid: process.pid,
      uptime_s: uptime,
      requests,
      failures,
      live,
    };
  }

  async function close(drainMs: number): Promise<number> {
    closing = true;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeIdleConnections();
    await settled(live, running, drainMs);
    const cut = live.size;
    server.closeAllConnections();
    await closed;
    // First every exchange hears that its client is gone: a connection taken from under it would count as a failure.
    await settled(live, new Set(), lingerMs);
    await upstream
      .opened()
      ?.then((opened) => opened.close())
      .catch(() => {}); // what never opened is closed
    // What was used is counted before this resolves: whoever closes may want to say it.
    await Promise.all(running);
    return cut;
  }

  const bound = await listen(server, host, port);
  // The library is loaded once nobody waits for it: a launch has its child to start first.
  setImmediate(() => void upstream.get().catch(() => {}));
  return { host, port: bound, url: `http://${urlHost(host)}:${bound}`, stats: () => ({ ...counts }), close };
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

/** The list, or the one model with this id as it stood in the path. Throws a Refused when there is none. */
function modelsFor(req: IncomingMessage, encoded: string, settings: Settings): unknown {
  const forClaudeCode = /^claude-(?:cli|code)\//.test(req.headers['user-agent'] ?? '');
  const cards = listModels(settings, forClaudeCode);
  if (encoded === '') return toModelList(cards);
  const id = decoded(encoded);
  const card = cards.find(
    (card) => card.id === id || card.id === `anthropic/${id}` || `anthropic/${card.id}` === id,
  );
  if (!card) throw new Refused('not_found_error', `no model ${JSON.stringify(id)} is configured`);
  return card;
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Waits until no answer is live any more and no work runs, at most for `ms`. */
async function settled(
  live: ReadonlySet<ServerResponse>,
  running: ReadonlySet<Promise<void>>,
  ms: number,
): Promise<void> {
  if (live.size === 0 && running.size === 0) return;
  const closed = [...live].map((res) => new Promise((resolve) => res.once('close', resolve)));
  const all = Promise.all([...closed, ...running]);
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([all, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

interface Lazy<T> {
  get(): Promise<T>;
  /** The promise, if anybody has asked; so that closing does not open first. */
  opened(): Promise<T> | undefined;
}

function lazy<T>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | undefined;
  return { get: () => (opened ??= open()), opened: () => opened };
}
