/** The client of an exchange: sends a request to the proxy like Claude Code and records when each byte arrives. */
import { Agent, request } from 'node:http';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { maxKeptBytes, type Chunk, type RecordedResponse } from './recorded-exchange.ts';

export interface ProxyRequest {
  /** The proxy's URL, without a path. */
  url: string;
  token: string;
  body: MessagesRequest;
  /** Disconnect when the first content arrives. */
  disconnectAtContent: boolean;
  signal: AbortSignal;
}

/** Never rejects. `disconnectedMs` is set if the client disconnected on purpose. */
export function sendToProxy({
  url,
  token,
  body,
  disconnectAtContent,
  signal,
}: ProxyRequest): Promise<{ client: RecordedResponse; disconnectedMs?: number }> {
  const began = performance.now();
  const now = (): number => performance.now() - began;
  const chunks: Chunk[] = [];
  const head: { status?: number; headers: Record<string, string> } = { headers: {} };
  return new Promise((resolve) => {
    let disconnectedMs: number | undefined;
    const end = (ended: RecordedResponse['ended'], reason?: string): void => {
      const client = { ...head, chunks, ended, ...(reason !== undefined && { reason }), endedMs: now() };
      resolve({ client, ...(disconnectedMs !== undefined && { disconnectedMs }) });
    };
    const fail = (error: Error): void =>
      end(signal.aborted || disconnectedMs !== undefined ? 'aborted' : 'broken', error.message);
    const outgoing = request(`${url}/v1/messages?beta=true`, {
      method: 'POST',
      agent: new Agent({ keepAlive: false }),
      signal,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'anthropic-version': '2023-06-01',
      },
    });
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      head.status = response.statusCode ?? 0;
      head.headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      );
      let received = 0;
      response.on('error', fail);
      response.on('data', (bytes: Buffer) => {
        received += bytes.length;
        if (received <= maxKeptBytes) chunks.push({ atMs: now(), bytes });
        if (!disconnectAtContent || disconnectedMs !== undefined || !bytes.includes('content_block_delta'))
          return;
        disconnectedMs = now();
        outgoing.destroy();
        end('aborted');
      });
      response.on('end', () => end('complete'));
    });
    outgoing.end(JSON.stringify(body));
  });
}
