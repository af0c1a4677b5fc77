/** The codec for upstreams that support Anthropic's Messages API. */
import { readApiError } from '../decode/errors.ts';
import type { Codec } from '../codec.ts';
import { keyHeader } from '../encode/key-header.ts';
import { versionHeaders } from './headers.ts';
import { messagesPrompt } from './prompt.ts';
import { encodeMessagesRequest } from './request.ts';
import { messagesDecoder } from './stream.ts';

export const messages: Codec = {
  url: (route) => route.endpoint,
  headers: (route, key) => ({ ...keyHeader(route, key), ...versionHeaders }),
  encodeRequest: encodeMessagesRequest,
  prompt: messagesPrompt,
  decodeStream: messagesDecoder,
  decodeError: readApiError,
};
