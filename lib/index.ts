/** The public API of the package. */
export type { Decoded, Message, Remark, StreamEvent } from './anthropic/events.ts';
export type { MessagesRequest } from './anthropic/request.ts';
export type { Codec, Route, Turn } from './wire/codec.ts';
export type { WireFormat, WireRoute } from './wire/formats.ts';
export { compose, transduce, type Transducer } from './stream/transducer.ts';
