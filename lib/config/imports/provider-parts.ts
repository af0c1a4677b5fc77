/** What the conversions of claude-code-router and CLIProxyAPI share: names of providers, headers, and a default model. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { redactSecrets } from '../../redact.ts';
import { toProviderName } from '../file/entries.ts';
import { headerFault } from '../providers/credentials.ts';
import { builtInNames } from '../providers/providers.ts';
import type { Importing, Path } from './importing.ts';
import { readKey } from './keys.ts';

/** A type and no interface, because it is a value of JSON. */
// oxlint-disable-next-line typescript/consistent-type-definitions
export type ModelRef = {
  provider: string;
  model_id: string;
};

/** A name that occ accepts, and that none of `used` is. It is added to them. */
export function providerName(wanted: string, used: Set<string>): string {
  const plain = toProviderName(wanted)
    .replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 64);
  const base = plain === '' ? 'provider' : plain;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (used.has(name) || builtInNames.has(name)) continue;
    used.add(name);
    return name;
  }
}

const secretHeader = /authorization|api[-_]?key|token|secret|cookie|password/i;

/** The headers that can be sent; those that may contain a key become slots of `provider`. */
export function readHeaders(importing: Importing, path: Path, provider: string): JsonObject {
  const found = importing.at(path);
  if (found !== undefined && !isObject(found)) importing.leave(path, 'expected an object of headers');
  const headers: JsonObject = {};
  for (const [name, value] of Object.entries(isObject(found) ? found : {})) {
    const from = [...path, name];
    const to = ['providers', provider, 'headers', name];
    const reason = faultOfHeader(name, value);
    if (reason !== undefined || typeof value !== 'string') importing.leave(from, reason ?? 'expected text');
    else if (secretHeader.test(name) || redactSecrets(value) !== value) {
      const item = readKey(importing, from, { header: true });
      if (item !== undefined) importing.slots.push({ kind: 'value', segments: to, items: [item] });
    } else {
      headers[name] = value;
      importing.take(from, to);
    }
  }
  return headers;
}

function faultOfHeader(name: string, value: Json | undefined): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]{1,128}$/.test(name) || name === '__proto__')
    return 'its name is not that of a header';
  if (/^(?:host|content-length|transfer-encoding|connection)$/i.test(name))
    return 'occ sets this header itself';
  if (typeof value !== 'string' || value === '') return 'expected text';
  if (value.startsWith('$')) return 'occ copies no headers of the client';
  const fault = headerFault(value);
  return fault === undefined ? undefined : `its value ${fault}`;
}

/** Sets `models.default` to `first` if there is none, because occ would use a model of OpenCode otherwise. */
export function withDefault(
  importing: Importing,
  models: JsonObject,
  first: ModelRef | undefined,
  tool: string,
): void {
  if (Object.hasOwn(models, 'default') || first === undefined) return;
  models['default'] = { ...first };
  importing.notes.push(
    `${tool} names no default model; occ uses ${first.provider}/${first.model_id} for every request that nothing else matches: occ use <model>`,
  );
}
