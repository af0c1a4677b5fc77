/**
 * What no proxy in Node can undercut. `pipe`: a bare `node:http` pass-through. `parse`: the same, plus one JSON.parse and one
 * JSON.stringify of each request body and of the data of each event. `empty`: a server that answers nothing.
 */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ready, reply } from './reply.ts';

const [kind, upstreamPort] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

type Handler = (incoming: IncomingMessage, response: ServerResponse) => void;

const handlers: Record<string, Handler> = {
  empty: (_, response) => void response.writeHead(404).end(),
  pipe: (incoming, response) =>
    void incoming.pipe(ask(incoming, response, (answer) => answer.pipe(response))),
  parse: (incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const body = JSON.stringify(JSON.parse(Buffer.concat(pieces).toString()));
      ask(incoming, response, (answer) => reprint(answer, response), Buffer.byteLength(body)).end(body);
    });
  },
};

function ask(
  incoming: IncomingMessage,
  response: ServerResponse,
  answered: (answer: IncomingMessage) => void,
  length?: number,
) {
  const headers = { ...incoming.headers, ...(length !== undefined && { 'content-length': String(length) }) };
  delete headers.connection;
  const { url, method } = incoming;
  const asking = request(
    { host: '127.0.0.1', port: upstreamPort, path: url, method, headers, agent },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answered(answer);
    },
  );
  asking.on('error', () => response.destroy());
  response.on('close', () => {
    if (!response.writableFinished) asking.destroy();
  });
  return asking;
}

function reprint(answer: IncomingMessage, response: ServerResponse): void {
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => {
    rest += text;
    // Splitting a line that goes on would read it again with each piece.
    if (!text.includes('\n')) return;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    response.write(`${lines.map(reprintLine).join('\n')}\n`);
  });
  answer.on('end', () => response.end(rest));
}

function reprintLine(line: string): string {
  return line.startsWith('data: {') ? `data: ${JSON.stringify(JSON.parse(line.slice(6)))}` : line;
}

const handler = handlers[kind ?? ''];
if (!handler) throw new Error(`no floor "${kind}"`);
const server = createServer(handler);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  ready((server.address() as AddressInfo).port),
);
reply(() => undefined);
