/** Client and upstream both speak this format: the body and the frames pass, changed only where they must be. */
import type { SameFormat } from '../../served.ts';
import { sameDecoder } from './same-stream.ts';
import { encodeOwnBody } from './same-request.ts';

export const same: SameFormat = { encodeRequest: encodeOwnBody, decodeStream: sameDecoder };
