/** What every vendor's SDK can be asked for and returns, in words that all of them share, so that one test fits each of them. */
import type { JsonObject } from '../../lib/json.ts';

/** A call, as a client sees it. */
export interface HeardCall {
  id: string;
  name: string;
  input: unknown;
}

/** An answer, as a client sees it. */
export interface Heard {
  text: string;
  thinking: string;
  calls: HeardCall[];
  finish: 'stop' | 'tools' | 'length' | 'refusal';
  /** In tokens. `input` includes `cached`, and `output` includes `reasoning`. */
  usage: { input: number; cached: number; output: number; reasoning: number };
  /** The model that the answer names. */
  model: string;
  /** The answer in the client's own form, to send back. */
  own: unknown;
}

/** One part of a conversation. */
export type Said =
  | { user: string; picture?: string }
  | { answer: Heard }
  | { results: readonly { call: HeardCall; text: string }[] };

export interface Ask {
  conversation: readonly Said[];
  stream: boolean;
  /** Offers the tool `Read`. */
  tools?: boolean;
  thinks?: boolean;
  maxTokens?: number;
  stop?: string;
  /** JSON Schema of the answer. */
  schema?: JsonObject;
  signal?: AbortSignal;
  /** Called for each piece of text. */
  onText?: (text: string) => void;
}

export interface Access {
  url: string;
  key: string;
  /** No retries unless given. */
  retries?: number;
  fetch?: typeof globalThis.fetch;
}

/** An SDK's error. */
export interface HeardError {
  status: number | undefined;
  message: string;
  /** The name of the SDK's class. */
  kind: string;
  requestId: string | undefined;
  code: string | undefined;
}

/** A vendor's SDK. */
export interface Dialect {
  /** Rejects as the SDK does, and with `Unfinished` where the SDK returns an answer that says it has failed. */
  ask(access: Access, ask: Ask): Promise<Heard>;
  /** What the SDK says of a failure; undefined if the error is none of the SDK's own. */
  error(thrown: unknown): HeardError | undefined;
  /** The ids of the models that the SDK lists. */
  models(access: Access): Promise<string[]>;
  /** The tokens of a text, in the formats that count them. */
  count?(access: Access, text: string): Promise<number>;
}

/** An answer that says of itself that it has failed. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
}

export const askedModel = 'claude-sonnet-5';

export const readTool = {
  name: 'Read',
  description: 'Reads a file.',
  schema: { type: 'object' as const, properties: { path: { type: 'string' } }, required: ['path'] },
};
