/** The interface of an emulated wire format: reads requests and encodes scripts. */
import type { JsonObject } from '../../json.ts';
import type { ModelEntry } from '../../config/settings.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { Conversation } from '../conversation.ts';
import type { PromptPart } from '../prompt/cache.ts';
import type { CacheRules } from '../prompt/rules.ts';
import type { Script } from '../script.ts';

/** The values of one answer that do not depend on its script. */
export interface AnswerHead {
  /** Letters and digits, unique to this answer. Message and tool ids are made from it. */
  id: string;
  /** The requested model. */
  model: string;
  /** Seconds since 1970. */
  created: number;
  /** `go` has the deviations observed on OpenCode Go; `plain` follows the vendor's documentation. */
  flavour: Flavour;
  /** The size of the request. */
  inputTokens: number;
  /** Of these, the tokens that a prompt cache had, and those that were written to it. */
  cached?: { read: number; written: number };
}

export type Flavour = 'go' | 'plain';

/**
 * The role of a frame, the same in every format, so that faults can refer to it. `frame` is around content (block starts and
 * stops), `end` is the last event.
 */
export type Part = 'opening' | 'frame' | 'content' | 'finish' | 'usage' | 'cost' | 'end' | 'error';

/** One complete event, or a silence. */
export type Frame = { type: 'event'; part: Part; text: string } | { type: 'wait'; ms: number };

export interface EmulatedFormat {
  readonly format: WireFormat;
  /** Where the emulator serves it, as the path of an endpoint: `/v1/messages`. */
  readonly endpoint: string;
  /** The quirks of the OpenCode Go models that the emulator imitates in this format. */
  readonly quirks: NonNullable<ModelEntry['quirks']>;
  /** The end of its path. */
  readonly suffix: string;
  /** The end of its path for one JSON document, if the path and not the body decides that. */
  readonly wholeSuffix?: string;
  /** The header in which the gateway expects the key. */
  readonly keyHeader: 'authorization' | 'x-api-key' | 'x-goog-api-key';
  /** The gateway's name for the format in its refusals. */
  readonly gatewayName: string;
  readonly read: (body: JsonObject, path: string) => Conversation;
  /** The prompt in the vendor's order, and the vendor's rules of caching it. */
  readonly prompt: (body: JsonObject) => PromptPart[];
  readonly caching: CacheRules;
  /** The answer as a stream of events, generated lazily. */
  readonly stream: (script: Script, head: AnswerHead) => Iterable<Frame>;
  /** The answer as one JSON document, preceded by the waits. */
  readonly whole: (script: Script, head: AnswerHead) => Iterable<Frame>;
  /** An error within a stream, as one event. */
  readonly errorEvent: (type: string, message: string) => Frame;
}

/** All waits of a script, then its answer as one JSON document. */
export function* inOnePiece(script: Script, body: unknown): Generator<Frame> {
  for (const step of script) if (step.type === 'wait') yield step;
  yield { type: 'event', part: 'content', text: JSON.stringify(body) };
}
