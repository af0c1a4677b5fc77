/** The connection of one client: its end, the rest of a body that is not read, and the path it asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';

/** Aborts when the client disconnects before its response has ended, after `onLeave`, which may be called twice. */
export function goneController(
  { socket }: IncomingMessage,
  res: ServerResponse,
  onLeave: () => void,
): AbortController {
  const controller = new AbortController();
  const leave = (): void => {
    if (res.writableFinished) return;
    onLeave();
    controller.abort();
  };
  // The end of what the client sends comes some turns of the event loop before the connection is closed.
  socket.once('end', leave);
  res.once('close', () => {
    socket.off('end', leave);
    leave();
  });
  return controller;
}

/** Requests whose client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1). */
const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Remembers that the client waits, so that a request that is refused need not send its body at all. */
export function awaitBody(req: IncomingMessage, res: ServerResponse): void {
  waiting.set(req, res);
}

/** Asks for the body of a request that is about to be read, if its client waits for that. */
export function askForBody(req: IncomingMessage): void {
  const res = waiting.get(req);
  if (waiting.delete(req) && res !== undefined && !res.headersSent) res.writeContinue();
}

/** How long closing waits for what ends by itself, in milliseconds. */
export const lingerMs = 1000;

/** How much of a refused body is read, in bytes, and how long that may take, in milliseconds. */
export const restLimits = { bytes: 300 * 1024 * 1024, ms: 30_000 } as const;

/**
 * Reads and drops the rest of a refused body. Closing at once would reset the connection of a client that is still sending:
 * most clients send everything before they read, and would not receive the error. A client that sends more than `limits`
 * is cut off. Must be called before the response ends, when Node begins to drop the rest itself, without a limit.
 */
export function discardRest(
  req: IncomingMessage,
  res: ServerResponse,
  clock: Clock,
  limits: { bytes: number; ms: number } = restLimits,
): void {
  const { socket } = req;
  // With `Connection: close`, Node would close as soon as the response is sent.
  const closes = !res.shouldKeepAlive;
  res.shouldKeepAlive = true;
  let bytes = 0;
  const cut = (): void => void socket.destroy();
  const cancel = clock.after(limits.ms, cut);
  const close = (): void => void socket.end();
  function end(): void {
    cancel();
    socket.off('close', end);
    if (!closes) return;
    if (res.writableFinished) close();
    else res.once('finish', close);
  }
  req.once('end', end);
  socket.once('close', end);
  req.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > limits.bytes) cut();
  });
}

/** Reads and drops a body that is not needed. Resolves when it has ended, the client has left, or a limit is reached. */
export async function dropBody(req: IncomingMessage, clock: Clock, limits = restLimits): Promise<void> {
  if (req.complete || req.destroyed) return;
  askForBody(req);
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const count = (piece: Buffer): void => {
      bytes += piece.length;
      if (bytes > limits.bytes) end();
    };
    const cancel = clock.after(limits.ms, end);
    function end(): void {
      cancel();
      req.off('data', count).off('end', end).off('close', end);
      resolve();
    }
    // An error may follow the end, so this listener stays.
    req.on('data', count).once('end', end).once('close', end).on('error', end);
  });
}

/**
 * The path of a request line, which may be a whole URL (RFC 9112, 3.2.2); "" if it is not a valid URL, such as `//`. Who is
 * named in a whole URL is checked elsewhere (`access.ts`).
 */
export function pathOf(url = '/'): string {
  try {
    if (/^https?:\/\//i.test(url)) return new URL(url).pathname;
    return new URL(`http://localhost${url.startsWith('/') ? url : `/${url}`}`).pathname;
  } catch {
    return '';
  }
}
