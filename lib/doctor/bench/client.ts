/** The client of an exchange: sends a request to the proxy and records when each byte arrives. */
import { Agent, request } from 'node:http';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Language } from '../languages/language.ts';
import { maxKeptBytes, type Chunk, type RecordedResponse } from './recorded-response.ts';

export interface ProxyRequest {
  /** The proxy's URL, without a path. */
  url: string;
  token: string;
  request: MessagesRequest;
  language: Language;
  /** Disconnect when the first content arrives. */
  disconnectAtContent: boolean;
  signal: AbortSignal;
}

/** Never rejects. `disconnectedMs` is set if the client disconnected on purpose. */
export function sendToProxy({
  url,
  token,
  request: asked,
  language,
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
    const { path, headers, body } = language.ask(asked, url, token);
    const hasContent = language.watchContent(asked);
    const outgoing = request(url + path, {
      method: 'POST',
      agent: new Agent({ keepAlive: false }),
      signal,
      headers: { 'content-type': 'application/json', ...headers },
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
        if (!disconnectAtContent || disconnectedMs !== undefined || !hasContent(bytes)) return;
        disconnectedMs = now();
        outgoing.destroy();
        end('aborted');
      });
      response.on('end', () => end('complete'));
    });
    outgoing.end(body);
  });
}
