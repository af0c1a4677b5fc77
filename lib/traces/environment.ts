/**
 * What the environment says about traces: the variables of OpenTelemetry (its specification, "Environment Variable
 * Specification" and "OpenTelemetry Protocol Exporter"). Pure.
 */
import { nearest } from '../nearest.ts';
import { endpointIn, headersIn } from './destination.ts';
import { readPairs } from './pairs.ts';
import { samplerNamed, samplerNames, type Sampler } from './sampler.ts';
import { namesCollector, valueIn, type Environment } from './variables.ts';

export interface TraceSettings {
  url: string;
  /** May contain secrets. */
  headers: Readonly<Record<string, string>>;
  /** Milliseconds for one request to the collector. */
  timeoutMs: number;
  sampler: Sampler;
  /** What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say of this program. */
  resource: Readonly<Record<string, string>>;
  /** Whether the trace of the client is continued. */
  continues: boolean;
}

export interface FromEnvironment {
  /** Absent if no traces are sent. */
  settings?: TraceSettings;
  /** Sentences without their full stop, and without values that may be secret. */
  warnings: string[];
}

export function traceSettingsIn(env: Environment): FromEnvironment {
  const warnings: string[] = [];
  const warn = (sentence: string): void => void warnings.push(sentence);
  if (!namesCollector(env) || isOff(env, warn) || !speaksJson(env, warn)) return { warnings };
  const endpoint = endpointIn(env, warn);
  if (endpoint === undefined) return { warnings };
  const settings: TraceSettings = {
    url: endpoint.url,
    headers: { ...endpoint.headers, ...headersIn(env, warn) },
    timeoutMs: timeoutIn(env, warn),
    sampler: samplerIn(env, warn),
    resource: resourceIn(env, warn),
    continues: continuesIn(env),
  };
  return { settings, warnings };
}

type Warn = (sentence: string) => void;

function isOff(env: Environment, warn: Warn): boolean {
  if (valueIn(env, 'OTEL_SDK_DISABLED')?.value.toLowerCase() === 'true') return true;
  const exporters = valueIn(env, 'OTEL_TRACES_EXPORTER')
    ?.value.toLowerCase()
    .split(/\s*,\s*/) ?? ['otlp'];
  if (exporters.includes('otlp')) return false;
  if (!exporters.includes('none'))
    warn('no traces are sent: occ knows the exporter otlp only, which OTEL_TRACES_EXPORTER does not name');
  return true;
}

/**
 * A server of OTLP over HTTP takes JSON at the same address as Protobuf and tells them apart by their content type, so JSON
 * may go to either. gRPC is another protocol.
 */
function speaksJson(env: Environment, warn: Warn): boolean {
  const found = valueIn(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  const protocol = found?.value.toLowerCase() ?? 'http/json';
  if (protocol === 'http/json') return true;
  const own = 'occ sends traces as http/json only';
  if (protocol === 'http/protobuf') {
    warn(`${own}, and does so although ${found?.name} is http/protobuf`);
    return true;
  }
  const isGrpc = protocol === 'grpc';
  warn(
    `no traces are sent: ${own}, and ${found?.name} ${isGrpc ? 'is grpc' : 'names another protocol'}; set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or OTEL_TRACES_EXPORTER=none`,
  );
  return false;
}

/** The default of the specification. */
const defaultTimeoutMs = 10_000;
/** Above it a collector that does not answer would fill the queue. */
const longestTimeoutMs = 60_000;

function timeoutIn(env: Environment, warn: Warn): number {
  const found = valueIn(env, 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT');
  if (found === undefined) return defaultTimeoutMs;
  const ms = Number(found.value);
  if (Number.isFinite(ms) && ms > 0) return Math.min(longestTimeoutMs, ms);
  warn(`${found.name} is no number of milliseconds above 0, so ${defaultTimeoutMs} is used`);
  return defaultTimeoutMs;
}

function samplerIn(env: Environment, warn: Warn): Sampler {
  const name = valueIn(env, 'OTEL_TRACES_SAMPLER')?.value.toLowerCase() ?? 'parentbased_always_on';
  const argument = name.endsWith('traceidratio') ? valueIn(env, 'OTEL_TRACES_SAMPLER_ARG')?.value : undefined;
  const ratio = Number(argument ?? 1);
  const valid = ratio >= 0 && ratio <= 1;
  if (!valid) warn('OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1, so 1 is used');
  const sampler = samplerNamed(name, valid ? ratio : 1);
  if (sampler) return sampler;
  const near = nearest(name, samplerNames);
  warn(
    `OTEL_TRACES_SAMPLER names no sampler that occ knows${near === undefined ? '' : ` (did you mean ${near}?)`}, so parentbased_always_on is used`,
  );
  return samplerIn({}, warn);
}

function resourceIn(env: Environment, warn: Warn): Record<string, string> {
  const listed = valueIn(env, 'OTEL_RESOURCE_ATTRIBUTES');
  const pairs = listed === undefined ? [] : readPairs(listed.value);
  if (pairs === undefined)
    warn('OTEL_RESOURCE_ATTRIBUTES is no list of key=value with percent-encoded values, so it is ignored');
  const service = valueIn(env, 'OTEL_SERVICE_NAME')?.value;
  return { ...Object.fromEntries(pairs ?? []), ...(service !== undefined && { 'service.name': service }) };
}

/** `OTEL_PROPAGATORS` is tracecontext and baggage unless set. */
function continuesIn(env: Environment): boolean {
  const propagators = valueIn(env, 'OTEL_PROPAGATORS')
    ?.value.toLowerCase()
    .split(/\s*,\s*/);
  return propagators?.includes('tracecontext') ?? true;
}
