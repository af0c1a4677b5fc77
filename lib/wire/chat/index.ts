/** The codec for OpenAI Chat Completions and its vendor variants. */
import { readApiError } from '../decode/errors.ts';
import type { Codec } from '../codec.ts';
import { keyHeader } from '../encode/key-header.ts';
import { chatPrompt } from './prompt.ts';
import { encodeChatRequest } from './request.ts';
import { chatDecoder } from './stream.ts';

export const chat: Codec = {
  url: (route) => route.endpoint,
  headers: keyHeader,
  encodeRequest: encodeChatRequest,
  prompt: chatPrompt,
  decodeStream: chatDecoder,
  decodeError: readApiError,
};
