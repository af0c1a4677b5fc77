/** Google's generateContent, as the Gemini API and the gateways before it speak it. */
import type { Codec } from '../codec.ts';
import { keyHeader } from '../encode/key-header.ts';
import { readGeminiError } from './errors.ts';
import { encodeGeminiRequest } from './request.ts';
import { geminiDecoder } from './stream.ts';

export const gemini: Codec = {
  format: 'gemini',
  url: (route) => streamUrl(route.endpoint, route.modelId),
  headers: keyHeader,
  encodeRequest: encodeGeminiRequest,
  decodeStream: geminiDecoder,
  decodeError: readGeminiError,
};

/** The endpoint ends in `/models`; the model and the way of answering are part of the path. A query of its own stays. */
function streamUrl(endpoint: string, modelId: string): string {
  const url = new URL(endpoint);
  const id = modelId.replace(/^models\//, '');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = `${path}/${id.split('/').map(encodeURIComponent).join('/')}:streamGenerateContent`;
  url.searchParams.set('alt', 'sse');
  return url.href;
}
