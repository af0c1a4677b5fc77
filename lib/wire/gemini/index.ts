/** The codec of Google's generateContent, for the Gemini API and compatible gateways. */
import type { Codec } from '../codec.ts';
import { keyHeader } from '../encode/key-header.ts';
import { idInPath } from '../id-in-path.ts';
import { readGeminiError } from './errors.ts';
import { geminiPrompt } from './prompt.ts';
import { encodeGeminiRequest } from './request.ts';
import { geminiDecoder } from './stream.ts';

export const gemini: Codec = {
  url: (route) => streamUrl(route.endpoint, route.modelId),
  headers: keyHeader,
  encodeRequest: encodeGeminiRequest,
  prompt: geminiPrompt,
  decodeStream: geminiDecoder,
  decodeError: readGeminiError,
};

/** Appends the model and the method to the endpoint, which ends in `/models`; the endpoint's query is kept. */
function streamUrl(endpoint: string, modelId: string): string {
  const url = new URL(endpoint);
  const id = modelId.replace(/^models\//, '');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = `${path}/${idInPath(id)}:streamGenerateContent`;
  url.searchParams.set('alt', 'sse');
  return url.href;
}
