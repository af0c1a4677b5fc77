/**
 * Spans as OTLP sends them in JSON (opentelemetry-proto, trace/v1/trace.proto, and "JSON Protobuf Encoding" of the OTLP
 * specification): ids in hexadecimal, 64-bit integers as text, enums as numbers. Pure.
 */
import { shortLine } from '../printable.ts';

/** A number whose attribute has fractions, also where this one has none. */
export interface Double {
  double: number;
}

export type AttributeValue = string | number | Double | boolean | readonly string[];

/** An undefined or empty value stands for an attribute that is not sent. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } };

export const spanKind = { server: 2, client: 3 } as const;
const errorStatus = 2;

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  /** The trace flags of W3C in the low byte, then whether the parent is in another process. */
  flags: number;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  events: SpanEvent[];
  status: { code?: number; message?: string };
}

export interface SpanEvent {
  name: string;
  timeUnixNano: string;
  attributes: KeyValue[];
}

export interface ExportRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { scope: { name: string; version: string }; spans: readonly Span[] }[];
  }[];
}

/** Characters of a value that a client or an upstream chose. */
const longestValue = 300;

export function toKeyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
      ? []
      : [{ key, value: toAnyValue(value) }],
  );
}

function toAnyValue(value: AttributeValue): AnyValue {
  if (typeof value === 'string') return { stringValue: shortLine(value, longestValue) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(Math.round(value)) };
  return 'double' in value
    ? { doubleValue: value.double }
    : { arrayValue: { values: value.map((one) => toAnyValue(one)) } };
}

/** `ms` is in milliseconds since 1970. */
export function toNanos(ms: number): string {
  return `${Math.round(ms)}000000`;
}

/** The status of a span. Without an error it is unset, as the specification requires unless the user sets another status. */
export function toStatus(error: string | undefined): Span['status'] {
  return error === undefined ? {} : { code: errorStatus, message: error };
}

export function toExportRequest(
  resource: readonly KeyValue[],
  scope: { name: string; version: string },
  spans: readonly Span[],
): ExportRequest {
  return {
    resourceSpans: [{ resource: { attributes: [...resource] }, scopeSpans: [{ scope, spans }] }],
  };
}
