/** Chat Completions on both sides: the body and the frames pass, but for what cannot. */
import type { SameFormat } from '../../served.ts';
import { encodeSame } from './same-request.ts';
import { sameDecoder } from './same-stream.ts';

export const same: SameFormat = { encodeRequest: encodeSame, decodeStream: sameDecoder };
