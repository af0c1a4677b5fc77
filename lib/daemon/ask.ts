/** One small request to a proxy of ours, past every proxy of the environment. Light: node:http and nothing else. */
import { Agent, request } from 'node:http';
import { isObject, parseJson, type JsonObject } from '../json.ts';

export interface AskOptions {
  method?: 'GET' | 'POST';
  token?: string;
  body?: JsonObject;
  /** Milliseconds for the whole answer. */
  limitMs: number;
  signal?: AbortSignal;
}

export interface Answered {
  status: number;
  body: JsonObject;
}

/** More than this is no answer of ours. */
const maxBytes = 1024 * 1024;

/** Rejects when nobody listens, when the limit is over, or when the answer is no JSON object. */
export async function ask(url: string, options: AskOptions): Promise<Answered> {
  const { method = 'GET', token, body, limitMs } = options;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const limit = AbortSignal.timeout(limitMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  return new Promise((resolve, reject) => {
    const asking = request(url, {
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
    asking.on('error', reject);
    asking.on('response', (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > maxBytes) response.destroy(new Error('the answer is too large'));
        else pieces.push(piece);
      });
      response.on('end', () => {
        const value = parseJson(Buffer.concat(pieces).toString('utf8'));
        if (isObject(value)) resolve({ status: response.statusCode ?? 0, body: value });
        else reject(new Error('the answer is no JSON object'));
      });
    });
    asking.end(text);
  });
}
