/** The codec of OpenAI Responses: typed items instead of messages, and encrypted reasoning. */
import { readApiError } from '../decode/errors.ts';
import type { Codec } from '../codec.ts';
import { keyHeader } from '../encode/key-header.ts';
import { responsesPrompt } from './prompt.ts';
import { encodeResponsesRequest } from './request.ts';
import { responsesDecoder } from './stream.ts';

export const responses: Codec = {
  url: (route) => route.endpoint,
  headers: keyHeader,
  encodeRequest: encodeResponsesRequest,
  prompt: responsesPrompt,
  decodeStream: responsesDecoder,
  decodeError: readApiError,
};
