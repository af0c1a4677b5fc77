/** Client and upstream both speak generateContent: the body and the chunks pass as they came, but for what is named. */
import type { SameFormat } from '../../served.ts';
import { encodeSameBody } from './same-body.ts';
import { sameDecoder } from './same-frames.ts';

export const same: SameFormat = {
  encodeRequest: encodeSameBody,
  decodeStream: sameDecoder,
};
