/**
 * Where traces are sent, and with which headers: `OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS` and their forms for traces. Pure.
 */
import { valueIn, type Environment } from './variables.ts';
import { readPairs } from './pairs.ts';

type Warn = (sentence: string) => void;

export interface Endpoint {
  /** Without user name and password. */
  url: string;
  /** Credentials from the address. */
  headers: Record<string, string>;
}

/** The address for traces is used as it is; the general one is a base below which traces have a path of their own. */
export function endpointIn(env: Environment, warn: Warn): Endpoint | undefined {
  const own = valueIn(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const found = own ?? valueIn(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (found === undefined) return undefined;
  if (!URL.canParse(found.value) || !/^https?:$/.test(new URL(found.value).protocol)) {
    warn(`no traces are sent: ${found.name} is no http or https URL, such as http://127.0.0.1:4318`);
    return undefined;
  }
  const url = new URL(found.value);
  if (!own) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  const credentials = username + password === '' ? undefined : toBasic(username, password);
  return { url: url.href, headers: { ...(credentials !== undefined && { authorization: credentials }) } };
}

function toBasic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** A percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Headers that frame the message; those of the exporter must stay. */
const framing =
  /^(?:content-(?:type|length|encoding)|transfer-encoding|connection|keep-alive|upgrade|expect|host|te|trailer)$/;

/** Names in lower case. The headers for traces replace the general ones. */
export function headersIn(env: Environment, warn: Warn): Record<string, string> {
  const found = valueIn(env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS');
  if (found === undefined) return {};
  const pairs = readPairs(found.value)?.map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  // The characters of RFC 9110, 5.1 and 5.5. What is wrong is not repeated: it may be a secret.
  if (
    !pairs?.every(
      ([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
    )
  ) {
    warn(
      `${found.name} is no list of name=value with percent-encoded values, so traces are sent without these headers`,
    );
    return {};
  }
  return Object.fromEntries(pairs.filter(([name]) => !framing.test(name)));
}
