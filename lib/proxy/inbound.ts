/** Incoming requests: reads the body (up to 100 MB) as a JSON object. */
import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../json.ts';
import { statusOf } from '../anthropic/errors.ts';
import type { ApiErrorType } from '../anthropic/events.ts';
import { askForBody } from './connection.ts';
import type { NoNextStep } from './policy/next-step.ts';

/** A request that is refused before anything is sent upstream. The message goes to the client. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly type: ApiErrorType;
  readonly next: string | NoNextStep;
  /** The path of the field that is at fault. */
  readonly param: string | undefined;
  /** The message passes as it is, without a next step. */
  readonly forClient: boolean;

  constructor(
    type: ApiErrorType,
    message: string,
    {
      status = statusOf(type),
      next = anotherRequest,
      param,
      forClient = false,
    }: { status?: number; next?: string | NoNextStep; param?: string; forClient?: boolean } = {},
  ) {
    super(message);
    this.type = type;
    this.status = status;
    this.next = next;
    this.param = param;
    this.forClient = forClient;
  }
}

/** The request itself is at fault, so no command of the user helps. */
export const anotherRequest: NoNextStep = { because: 'The client has to send another request' };

/** The largest body in bytes. */
export const largestBody = 100 * 1024 * 1024;

/**
 * Whether two servers could read the head of a request differently (request smuggling), in the ways that Node's parser
 * accepts: several Host headers (RFC 9112, section 3.2), a transfer coding other than `chunked`, and one in HTTP/1.0
 * (section 6.1).
 */
export function isAmbiguous({ headersDistinct, headers, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  if ((headersDistinct['host']?.length ?? 0) > 1) return true;
  return coding !== undefined && (httpVersion === '1.0' || coding.toLowerCase() !== 'chunked');
}

/** Parses a body as a JSON object. Throws `Refused` with the reason if it is not one. */
export async function readBody(req: IncomingMessage): Promise<JsonObject> {
  return (await readWholeBody(req)).body;
}

/** The same, with the bytes of the body. */
export async function readWholeBody(req: IncomingMessage): Promise<{ bytes: Buffer; body: JsonObject }> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refused(
      'invalid_request_error',
      `a body with content-encoding ${encoding} is not understood; send it plain`,
      { status: 415 },
    );
  }
  if (Number(req.headers['content-length'] ?? 0) > largestBody) throw tooLarge();
  const bytes = await readBytes(req);
  if (bytes.length === 0)
    throw new Refused('invalid_request_error', 'the body is empty; a JSON object was expected');
  return { bytes, body: parseBody(bytes.toString('utf8')) };
}

/** Leaves the request open in any case: its connection still carries the response. */
function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > largestBody) end(() => reject(tooLarge()));
    };
    const whole = (): void => end(() => resolve(Buffer.concat(chunks)));
    const broken = (error?: Error): void => end(() => reject(error ?? new Error('the body ended early')));
    function end(settle: () => void): void {
      req.off('data', take).off('end', whole).off('close', broken);
      settle();
    }

    askForBody(req);
    // The client may have left while the code of a request was loaded, and no event would report that again.
    if (req.destroyed) return broken(req.errored ?? undefined);
    // An error may follow the end, so this listener stays.
    req.on('data', take).once('end', whole).once('close', broken).on('error', broken);
  });
}

function tooLarge(): Refused {
  return new Refused('request_too_large', `the body is larger than ${largestBody} bytes`);
}

function parseBody(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the body, which must not be repeated. Only the position is safe.
    const at = error instanceof Error ? / at position \d+/.exec(error.message)?.[0] : undefined;
    throw new Refused('invalid_request_error', `the body is not JSON${at ? ` (error${at})` : ''}`);
  }
  if (!isObject(body)) throw new Refused('invalid_request_error', 'the body is not a JSON object');
  return body;
}
