/**
 * A recorded exchange as a file: JSON that people can read, that `occ replay` runs again, and that a test can hold. Bytes are
 * strings where they are UTF-8, and otherwise objects with their base64 form.
 */
import type { WireRoute } from '../wire/formats.ts';
import type { ServedName } from '../wire/served-paths.ts';
import type { JsonObject } from '../json.ts';
import type { ModelEntry, Provider, Retry, Settings } from '../config/settings.ts';
import type { Hindrance, PassedOver } from '../proxy/policy/plan.ts';
import type { Change } from '../proxy/rejections/changes.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import type { RecordedAttempt } from '../proxy/recording/recording.ts';

/** What passed at once, and when: milliseconds since the request arrived. */
export type CapturedPiece = [ms: number, text: string | { base64: string }];

export interface CapturedProvider extends Pick<
  Provider,
  | 'name'
  | 'endpoints'
  | 'auth'
  | 'defaultFormat'
  | 'timeouts'
  | 'gateway'
  | 'sessionHeader'
  | 'missingKey'
  | 'models'
> {
  /** How many keys it had. */
  keys: number;
}

export interface CapturedCandidate {
  why: string;
  route: WireRoute;
  entry: ModelEntry;
  changes?: readonly Change[];
  provider: CapturedProvider;
}

export interface CapturedAttempt extends Pick<
  RecordedAttempt,
  | 'key'
  | 'sentMs'
  | 'sentLength'
  | 'sentHeaders'
  | 'status'
  | 'headers'
  | 'headersMs'
  | 'ended'
  | 'endedMs'
  | 'fault'
> {
  /** `provider/model`, and the wire format it was asked in. */
  model: string;
  format: string;
  pieces: CapturedPiece[];
}

export interface Capture {
  schema: 1;
  /** The version of occ that recorded it. */
  occ: string;
  /** `report`: the text was replaced by other text of the same shape and length. */
  kind: 'capture' | 'report';
  id: string;
  /** When the request arrived, in ISO 8601. */
  at: string;
  request: {
    headers: Record<string, string>;
    /** The path with its query, and the format of the body; absent for `/v1/messages`. */
    path?: string;
    format?: ServedName;
    body: JsonObject;
  };
  /** When the first model was chosen, in milliseconds since the arrival. */
  beganMs: number;
  session: string;
  messageId: string;
  inputTokens: number;
  limitMs?: number;
  settings: { retry: Retry } & Pick<Settings, 'heartbeatMs' | 'circuitBreaker' | 'configOption'>;
  plan: { reason: string; candidates: CapturedCandidate[]; passedOver: readonly PassedOver[] };
  attempts: CapturedAttempt[];
  /** Models that were passed over between attempts, in order. */
  barriers: readonly { model: string; hindrance: Hindrance; after: number }[];
  reply: { status?: number; headers: Record<string, string>; pieces: CapturedPiece[] };
  leftMs?: number;
  /** The record of the request, as `occ why` shows it. */
  record: EndedRequest;
  /** Pieces that were not kept because the recording had become too large; absent if it is whole. */
  dropped?: number;
}

/** The bytes of a piece. */
export function bytesOf([, text]: CapturedPiece): Buffer {
  return typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.base64, 'base64');
}

export function toPiece(ms: number, bytes: Uint8Array | string): CapturedPiece {
  const at = Math.round(ms * 1000) / 1000;
  if (typeof bytes === 'string') return [at, bytes];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  return [at, Buffer.from(text).equals(buffer) ? text : { base64: buffer.toString('base64') }];
}
