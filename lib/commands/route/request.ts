/** Reads the request for `occ route` from a file or stdin: the body of a Messages request, or a recorded exchange. */
import { resolve } from 'node:path';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { readBounded } from '../../bounded-file.ts';
import { OccError } from '../../errors.ts';
import { isGivenPipe, readGivenPipe } from '../../given-pipe.ts';
import { largestBody } from '../../proxy/inbound.ts';
import { hintsFrom } from '../../proxy/policy/client-hints.ts';
import { toRequest } from '../../wire/messages/served/read.ts';
import { Unservable } from '../../wire/served.ts';
import { isObject } from '../../json.ts';
import { reasonOf } from '../../system-error.ts';
import { readInput } from '../../terminal/read-input.ts';
import type { System } from '../../terminal/command-context.ts';

export interface RouteRequest {
  request: MessagesRequest;
  /** What its headers say; empty for a bare body. */
  requestClass: string;
  ordinaryThinking: number;
}

/** `from` is the path of a file, or `-` for stdin. OccError `request_unreadable` if it is not a request. */
export async function readRequest(from: string, system: System): Promise<RouteRequest> {
  const name = from === '-' ? 'stdin' : from;
  const text = from === '-' ? await readStdin(system) : await readNamed(resolve(system.cwd, from), name);
  const value = parse(text, name);
  const recorded = isObject(value) && value['messages'] === undefined && value['body'] !== undefined;
  const body = recorded ? value['body'] : value;
  // Some recorders store the body as a string, others as JSON.
  const parsed = typeof body === 'string' ? parse(body, `the body in ${name}`) : body;
  if (!isObject(parsed)) throw unreadable(name, 'it is not a JSON object');
  try {
    const headers = recorded ? value['headers'] : undefined;
    const { requestClass, ordinaryThinking } = hintsFrom((header) => headerOf(headers, header));
    return { request: toRequest(parsed), requestClass, ordinaryThinking };
  } catch (error) {
    if (error instanceof Unservable) throw unreadable(name, `${recorded ? 'body: ' : ''}${error.message}`);
    throw error;
  }
}

async function readNamed(file: string, name: string): Promise<string> {
  try {
    const bytes = isGivenPipe(file) ? await readGivenPipe(file, largestBody) : readBounded(file, largestBody);
    return bytes.toString('utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw unreadable(name, code === 'EFBIG' ? `it is larger than ${largestBody} bytes` : reasonOf(code));
  }
}

async function readStdin({ stdin }: System): Promise<string> {
  const text = await readInput(stdin, largestBody);
  if (text === undefined) throw unreadable('stdin', `it is larger than ${largestBody} bytes`);
  return text;
}

/** The message of JSON.parse may quote the text, which may be private, so only its position is reported. */
function parse(text: string, name: string): unknown {
  if (text.trim() === '') throw unreadable(name, 'it is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = / at position \d+/.exec(String(error))?.[0] ?? '';
    throw unreadable(name, `it is not valid JSON${at && `: syntax error${at}`}`);
  }
}

/** The headers are an object or a list of pairs, with names in any case. */
function headerOf(headers: unknown, wanted: string): string {
  const pairs: unknown[] = Array.isArray(headers)
    ? headers
    : Object.entries(isObject(headers) ? headers : {});
  for (const pair of pairs) {
    if (!Array.isArray(pair)) continue;
    const [name, value] = pair as unknown[];
    if (typeof name === 'string' && name.toLowerCase() === wanted && typeof value === 'string') return value;
  }
  return '';
}

function unreadable(name: string, reason: string): OccError {
  return new OccError('request_unreadable', `${name} is not a request: ${reason}`, {
    remedy:
      'expected the JSON body of a Messages request ({ "model": …, "messages": […] }), or a recorded exchange with its "body"',
  });
}
