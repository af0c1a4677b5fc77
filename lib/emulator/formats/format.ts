/** What the emulator must know of a wire format: how to read a question, and how to answer in its bytes. */
import type { JsonObject } from '../../json.ts';
import type { WireFormat } from '../../wire/codec.ts';
import type { Conversation } from '../conversation.ts';
import type { Script } from '../script.ts';

/** Who answers: the same values every time one asks for the same answer. */
export interface AnswerHead {
  /** Letters and digits, unique to this answer: message and tool ids are made from it. */
  id: string;
  /** The model's name as it was asked for. */
  model: string;
  /** Seconds since 1970. */
  created: number;
  /** `go` speaks with OpenCode Go's oddities (upstream facts, section 4), `plain` as the format's inventor documents it. */
  flavour: Flavour;
  /** What the request counts for. */
  inputTokens: number;
}

export type Flavour = 'go' | 'plain';

/**
 * What a frame is for, alike in every format, so that a fault can name it: the opening, the frame around content
 * (block starts and stops), content, the finish reason, token counts, a price, the last word, and an error.
 */
export type Part = 'opening' | 'frame' | 'content' | 'finish' | 'usage' | 'cost' | 'end' | 'error';

/** One event of the answer, in one piece; or a silence. */
export type Frame = { type: 'event'; part: Part; text: string } | { type: 'wait'; ms: number };

export interface EmulatedFormat {
  readonly format: WireFormat;
  /** How the paths end on which this format is asked. */
  readonly suffix: string;
  /** Another ending, where the path and not the body asks for an answer in one piece. */
  readonly wholeSuffix?: string;
  /** Where the gateway looks for the key (upstream facts 1.3). */
  readonly keyHeader: 'authorization' | 'x-api-key' | 'x-goog-api-key';
  /** What the gateway calls the format when it refuses it (upstream facts 3.1). */
  readonly gatewayName: string;
  readonly read: (body: JsonObject, path: string) => Conversation;
  /** The answer as a stream of events, made while it is sent. */
  readonly stream: (script: Script, head: AnswerHead) => Iterable<Frame>;
  /** The answer as one JSON document; waits come before it. */
  readonly whole: (script: Script, head: AnswerHead) => Iterable<Frame>;
  /** An error in mid-stream, as one event. */
  readonly errorEvent: (type: string, message: string) => Frame;
}

/** Every wait of a script, then its answer in one piece. */
export function* inOnePiece(script: Script, body: unknown): Generator<Frame> {
  for (const step of script) if (step.type === 'wait') yield step;
  yield { type: 'event', part: 'content', text: JSON.stringify(body) };
}
