/** The client of an exchange: asks the proxy as Claude Code does, and notes when every byte came. */
import { Agent, request } from 'node:http';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { mostKept, type Answered, type Piece } from './recorded-exchange.ts';

export interface Asking {
  /** The proxy's, without a path. */
  url: string;
  token: string;
  body: MessagesRequest;
  /** Goes away as soon as the first content has arrived. */
  leaveAtContent: boolean;
  gone: AbortSignal;
}

/** Never rejects. `leftMs` is set when it went away on purpose. */
export function askProxy(asking: Asking): Promise<{ client: Answered; leftMs?: number }> {
  const { url, token, body, leaveAtContent, gone } = asking;
  const began = performance.now();
  const now = (): number => performance.now() - began;
  const pieces: Piece[] = [];
  const heard: { status?: number; headers: Record<string, string> } = { headers: {} };
  return new Promise((resolve) => {
    let leftMs: number | undefined;
    const end = (ended: Answered['ended'], reason?: string): void => {
      const client = { ...heard, pieces, ended, ...(reason !== undefined && { reason }), endedMs: now() };
      resolve({ client, ...(leftMs !== undefined && { leftMs }) });
    };
    const fail = (error: Error): void =>
      end(gone.aborted || leftMs !== undefined ? 'left' : 'broken', error.message);
    const asked = request(`${url}/v1/messages?beta=true`, {
      method: 'POST',
      agent: new Agent({ keepAlive: false }),
      signal: gone,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'anthropic-version': '2023-06-01',
      },
    });
    asked.on('error', fail);
    asked.on('response', (response) => {
      heard.status = response.statusCode ?? 0;
      heard.headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      );
      let kept = 0;
      response.on('error', fail);
      response.on('data', (bytes: Buffer) => {
        kept += bytes.length;
        if (kept <= mostKept) pieces.push({ atMs: now(), bytes });
        if (!leaveAtContent || leftMs !== undefined || !bytes.includes('content_block_delta')) return;
        leftMs = now();
        asked.destroy();
        end('left');
      });
      response.on('end', () => end('whole'));
    });
    asked.end(JSON.stringify(body));
  });
}
