/**
 * Sends one small request to a running occ, ignoring the proxy variables. Uses only node:http, which the first request loads.
 */
import { isObject, parseJson, type JsonObject } from '../json.ts';

export interface RequestOptions {
  method?: 'GET' | 'POST';
  token?: string;
  body?: JsonObject;
  /** Milliseconds until the whole response must have arrived. */
  limitMs: number;
  signal?: AbortSignal;
}

export interface ControlResponse {
  status: number;
  body: JsonObject;
  /** The address of the server that answered: `127.0.0.1`. */
  address: string;
}

/** Limit for a response; those of occ are far smaller. */
const maxBytes = 1024 * 1024;

/** Rejects if nothing listens there, if the time limit passes, or if the response is not a JSON object. */
export async function sendRequest(url: string, options: RequestOptions): Promise<ControlResponse> {
  const { Agent, request } = await import('node:http');
  const { method = 'GET', token, body, limitMs } = options;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const limit = AbortSignal.timeout(limitMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      signal,
      agent: new Agent({ keepAlive: false }),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const address = response.socket.remoteAddress ?? '';
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > maxBytes) response.destroy(new Error('the response is too large'));
        else pieces.push(piece);
      });
      response.on('end', () => {
        const value = parseJson(Buffer.concat(pieces).toString('utf8'));
        if (isObject(value)) resolve({ status: response.statusCode ?? 0, body: value, address });
        else reject(new Error('the response is not a JSON object'));
      });
    });
    sent.end(text);
  });
}
