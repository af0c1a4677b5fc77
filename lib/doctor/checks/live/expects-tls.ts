/** Finds out whether a server that closes a plain connection expects TLS. Node.js and many appliances close without a word. */
import { isIP } from 'node:net';
import { connect } from 'node:tls';

/** Milliseconds for the handshake. */
const limitMs = 3000;

/** Resolves to true if a TLS handshake with the host of `url` succeeds. The certificate is not judged, and nothing is sent. */
export function expectsTls({ hostname, port }: URL, signal: AbortSignal): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === '' ? 80 : Number(port),
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    });
    const end = (found: boolean): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(found);
    };
    const onAbort = (): void => end(false);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(limitMs, () => end(false));
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
