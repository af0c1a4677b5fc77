/** An upstream that refuses every request, and repeats the credentials it was given in every way it can think of. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The ways, by the first part of the path. */
export const ways = [
  'in-body',
  'in-text',
  'in-page',
  'in-parts',
  'in-header',
  'in-redirect',
  'in-stream',
  'in-fields',
  'encoded',
  'escaped',
  'hex',
  'in-limit',
  'in-broken-stream',
  'in-status',
] as const;
export type Way = (typeof ways)[number];

export interface Echo {
  port: number;
  /** All credentials that arrived. */
  received: Set<string>;
  close(): void;
}

export async function echoUpstream(): Promise<Echo> {
  const received = new Set<string>();
  const server = createServer((request, response) => {
    const said = credentialsIn(request);
    for (const one of said) received.add(one);
    request.resume().on('end', () => answers[wayOf(request)](response, said.join(' ')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const usual: ReadonlySet<string> = new Set(
  'host connection content-type content-length accept accept-encoding user-agent transfer-encoding anthropic-version'.split(
    ' ',
  ),
);

/** Everything of the head that could be a secret. */
function credentialsIn({ headers, url = '' }: IncomingMessage): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (usual.has(name) ? [] : String(value)));
  const query = new URL(url, 'http://x').searchParams;
  return [...values.map((value) => value.replace(/^\w+ /, '')), ...query.values()];
}

function wayOf({ url = '' }: IncomingMessage): Way {
  const first = url.split('/')[1] ?? '';
  return ways.find((way) => way === first) ?? 'in-body';
}

type Answer = (response: ServerResponse, said: string) => void;

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));

const refusal = (said: string): object => ({
  error: {
    message: `Incorrect API key provided: ${said}. Look at https://x/?key=${said}`,
    type: said,
    code: 'invalid_api_key',
  },
});

const answers: Record<Way, Answer> = {
  'in-body': (response, said) => json(response, 401, refusal(said)),
  'in-text': (response, said) =>
    void response.writeHead(403, { 'content-type': 'text/plain' }).end(`no: ${said}`),
  'in-page': (response, said) =>
    void response
      .writeHead(502, { 'content-type': 'text/html' })
      .end(`<html><title>${said}</title><p>${said}</p></html>`),
  'in-parts'(response, said) {
    response.writeHead(401, { 'content-type': 'application/json' });
    for (const piece of JSON.stringify(refusal(said)).match(/.{1,7}/gs) ?? []) response.write(piece);
    response.end();
  },
  'in-header': (response, said) =>
    json(response, 429, refusal(''), {
      'retry-after': said,
      'x-request-id': said,
      'content-type': `application/json; key="${said}"`,
      'x-ratelimit-reset-requests': said,
      'www-authenticate': `Bearer realm="${said}"`,
    }),
  'in-redirect': (response, said) =>
    void response
      .writeHead(307, {
        location: `http://127.0.0.1:9/${encodeURIComponent(said)}?key=${encodeURIComponent(said)}`,
      })
      .end(),
  'in-stream'(response, said) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify(refusal(said))}\n\n`);
  },
  'in-fields': (response, said) =>
    json(response, 400, {
      detail: [{ loc: ['header', said], msg: said, type: said, input: said }],
      error: { param: said, code: said, message: said },
    }),
  encoded: (response, said) =>
    json(response, 401, {
      error: { message: `bad: ${encodeURIComponent(said)} ${Buffer.from(said).toString('base64')}` },
    }),
  escaped: (response, said) =>
    json(response, 401, { error: { message: `bad: ${JSON.stringify(said.replaceAll('/', '\\/'))}` } }),
  hex: (response, said) =>
    json(response, 401, { error: { message: `bad: ${Buffer.from(said).toString('hex')}` } }),
  'in-limit': (response, said) =>
    json(response, 429, {
      type: 'error',
      error: { type: 'GoUsageLimitError', message: `limit of ${said}` },
      metadata: { limitName: said },
    }),
  'in-broken-stream'(response, said) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: {"key":"${said}"\n\ndata: ${said}\n\nevent: ${said}\n`);
  },
  'in-status'(response, said) {
    response.writeHead(500, said.replace(/[^\x21-\x7e]/g, ''), { 'content-type': 'application/json' });
    response.end('{}');
  },
};
