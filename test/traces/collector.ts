/** A collector on this machine, which keeps what it is sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { ExportRequest, Span } from '../../lib/traces/otlp.ts';

export interface Collector {
  url: string;
  requests: { path: string; headers: IncomingHttpHeaders; text: string; body: ExportRequest }[];
  /** Every span so far, in order. */
  spans(): Span[];
}

/** `status` is that of every answer; `silent` gives none. Closed when the test ends. */
export async function startCollector(
  t: TestContext,
  { status = 200, silent = false }: { status?: number; silent?: boolean } = {},
): Promise<Collector> {
  const requests: Collector['requests'] = [];
  const server = createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      requests.push({
        path: req.url ?? '',
        headers: req.headers,
        text,
        body: JSON.parse(text) as ExportRequest,
      });
      if (!silent) res.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () =>
      requests.flatMap(({ body }) =>
        body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
      ),
  };
}
