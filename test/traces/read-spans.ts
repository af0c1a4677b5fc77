/** Reads spans of OTLP back. */
import type { AnyValue, Span } from '../../lib/traces/otlp.ts';

type Plain = string | number | boolean | Plain[];

/** The attributes of a span as plain values. */
export function attributesOf({ attributes }: Pick<Span, 'attributes'>): Record<string, Plain> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: AnyValue): Plain {
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return Number(value.intValue);
  return 'doubleValue' in value ? value.doubleValue : value.arrayValue.values.map(plain);
}
