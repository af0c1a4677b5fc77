/**
 * The trace that a client is in, as its headers say (W3C Trace Context, https://www.w3.org/TR/trace-context/): `traceparent`
 * and `tracestate`. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface TraceContext {
  /** 32 hexadecimal digits, not all 0. */
  traceId: string;
  /** The span of the client: 16 hexadecimal digits, not all 0. */
  spanId: string;
  /** 0 to 255. */
  flags: number;
  /** "" if there is none. */
  state: string;
}

/** The flags of a trace context: the client records the trace, and the right half of its id is random. */
export const sampledFlag = 1;
export const randomFlag = 2;

/** Undefined without a valid `traceparent`: then a new trace begins. */
export function traceContextOf(headers: IncomingHttpHeaders): TraceContext | undefined {
  const parent = headers['traceparent'];
  const found =
    typeof parent === 'string'
      ? /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(parent.trim())
      : null;
  const [, version, traceId = '', spanId = '', flags = '', more] = found ?? [];
  // Later versions may append fields; version ff is forbidden.
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, flags: parseInt(flags, 16), state: stateOf(headers['tracestate']) };
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

/** As many characters and members as every implementation must be able to pass on. */
const longestState = 512;
const mostMembers = 32;

const member =
  /^[a-z\d][a-z\d_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** "" for a list that is invalid or too long; the trace continues without it. */
function stateOf(given: string | string[] | undefined): string {
  const members = String(given ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const state = members.join(',');
  const keys = new Set(members.map((one) => one.slice(0, one.indexOf('='))));
  const valid = keys.size === members.length && members.every((one) => member.test(one));
  return valid && state.length <= longestState && members.length <= mostMembers ? state : '';
}
