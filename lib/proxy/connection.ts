/** The connection of one client: its end, the rest of a body that is not read, and the path it asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Aborts when the client disconnects before its response has ended. */
export function goneController({ socket }: IncomingMessage, res: ServerResponse): AbortController {
  const controller = new AbortController();
  const leave = (): void => {
    if (!res.writableFinished) controller.abort();
  };
  // The end of what the client sends comes some turns of the event loop before the connection is closed.
  socket.once('end', leave);
  res.once('close', () => {
    socket.off('end', leave);
    leave();
  });
  return controller;
}

/** How long the rest of a refused body may take, in milliseconds. */
export const lingerMs = 1000;

/**
 * Reads and drops the rest of a refused body for a while. Closing at once would reset the connection of a client that is
 * still sending, and it would not receive the error. A client that keeps sending is cut off.
 */
export function discardRest(req: IncomingMessage): void {
  const impatience = setTimeout(() => req.socket.destroy(), lingerMs);
  for (const event of ['end', 'close']) req.once(event, () => clearTimeout(impatience));
  req.resume();
}

/** The path of a request line; "" if it is not a valid URL, such as `//`. */
export function pathOf(url = '/'): string {
  try {
    return new URL(`http://localhost${url.startsWith('/') ? url : `/${url}`}`).pathname;
  } catch {
    return '';
  }
}
