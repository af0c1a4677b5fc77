/** Reads the request of a capture in the format of its client. */
import type { MessagesRequest } from '../anthropic/request.ts';
import { partsOf, readGiven } from '../proxy/given.ts';
import type { Turn } from '../wire/codec.ts';
import type { Printer } from '../wire/served.ts';
import { loadServed } from '../wire/served-formats.ts';
import type { Capture } from './capture.ts';

export interface Asked {
  request: MessagesRequest;
  /** The client's own body, where its format is not Anthropic's. */
  given?: NonNullable<Turn['given']>;
  printer: Printer;
}

/** Rejects with `Refused` for a body that is not a request of its format. */
export async function askedBy({ request, id, at, messageId }: Capture): Promise<Asked> {
  const { format = 'messages', path = '/v1/messages', headers, body } = request;
  const read = readGiven(await loadServed(format), { ...partsOf(path), headers, body });
  const created = Math.floor(Date.parse(at) / 1000);
  return {
    request: read.request,
    ...(format !== 'messages' && { given: { format, body } }),
    printer: read.printer({ messageId, requestId: id, created }),
  };
}
