/** The vocabulary of the configuration's description: JSON Schema (draft 7) and what else occ needs to know about a key. */
import { toHostName } from '../../host-name.ts';

import { isBudgetAmount } from '../../budget-amount.ts';
import { isPaidFallback } from '../../paid-fallback.ts';
import { isShare } from '../../quota-share.ts';

/**
 * - `key`: the key of a provider.
 * - `credential`: text that may contain such a key: a command, a header.
 * - `token`: what clients present to the proxy.
 */
export type Secrecy = 'key' | 'credential' | 'token';

export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  description?: string;
  default?: boolean | number | string | string[];
  enum?: readonly (string | number)[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  /** What a string must be; see `formats`. */
  format?: Format;
  properties?: Properties;
  required?: readonly string[];
  /** The schema of every property that is not listed in `properties`. */
  additionalProperties?: Schema;
  items?: Schema;

  /** Another name of this neighbour, which takes precedence if both are set. */
  aliasOf?: string;
  /** Why the key has no effect. The commands that read the file warn about it. */
  withoutEffect?: string;
  /** 0 and "" mean that the key is not set; oc-go-cc and routatic-proxy write them. */
  blankIsUnset?: boolean;
  /** Its value is never printed. */
  secret?: Secrecy;
  /** What a whole number counts. */
  unit?: 'ms' | 'bytes';
  /** Environment variables that set the key; the first that is set wins. */
  variables?: readonly string[];
  /** The same for the keys of a section whose schema is shared. */
  variablesOf?: Readonly<Record<string, readonly string[]>>;
  /** The section exists only if the file has it: defaults and environment variables do not create it. */
  onlyIfWritten?: boolean;
}

/** The fields above that JSON Schema does not define. */
export const ownKeywords = [
  'aliasOf',
  'withoutEffect',
  'blankIsUnset',
  'secret',
  'unit',
  'variables',
  'variablesOf',
  'onlyIfWritten',
] as const satisfies (keyof Schema)[];

type Properties = Readonly<Record<string, Schema>>;

/** A schema that accepts values of type `T`. The field exists for the compiler only. */
export type SchemaOf<T> = Schema & { readonly '~value'?: T };
/** The type of the values that a schema accepts. */
export type ValueOf<S> = S extends { readonly '~value'?: infer T } ? T : never;

/** States the type of a schema that the functions below do not cover. */
export const typed = <T>(schema: Schema): SchemaOf<T> => schema;

export type ObjectOf<P> = { -readonly [Key in keyof P]?: ValueOf<P[Key]> };

export const word = (description: string): SchemaOf<string> => ({ type: 'string', description });
/** Not empty. */
export const text = (description: string): SchemaOf<string> => ({ ...word(description), minLength: 1 });
export const url = (description: string): SchemaOf<string> => ({ ...word(description), format: 'http-url' });
export const hostName = (description: string): SchemaOf<string> => ({
  ...word(description),
  format: 'host-name',
});
export const flag = (description: string): SchemaOf<boolean> => ({ type: 'boolean', description });
export const count = (description: string, minimum = 1): SchemaOf<number> => ({
  type: 'integer',
  minimum,
  description,
});
/** At most what a timer of Node.js can hold. */
export const millis = (description: string, minimum = 1): SchemaOf<number> => ({
  ...count(`${description}, in milliseconds.`, minimum),
  maximum: 2 ** 31 - 1,
  unit: 'ms',
});
export const bytes = (description: string): SchemaOf<number> => ({
  ...count(description, 1024),
  unit: 'bytes',
});
export const choice = <const T extends string>(
  values: readonly T[],
  description: string,
): SchemaOf<T> & { enum: readonly T[] } => ({ type: 'string', enum: values, description });

export const listOf = <T>(items: SchemaOf<T>, description: string): SchemaOf<T[]> => ({
  type: 'array',
  description,
  items,
});
export const mapOf = <T>(schema: SchemaOf<T>, description: string): SchemaOf<Record<string, T>> => ({
  type: 'object',
  description,
  additionalProperties: schema,
});
export const object = <const P extends Properties>(
  properties: P,
  description?: string,
): SchemaOf<ObjectOf<P>> & { type: 'object'; properties: P } => ({
  type: 'object',
  ...(description !== undefined && { description }),
  properties,
});

/** A reference to an entry of the root's `definitions`. */
export const ref = <T>(name: string, _definition: SchemaOf<T>): SchemaOf<T> => ({
  $ref: `#/definitions/${name}`,
});

export const defaultsTo = <
  S extends Schema,
  const D extends ValueOf<S> & (boolean | number | string | string[]),
>(
  value: D,
  schema: S,
): S & { default: D } => ({ ...schema, default: value });

export const aliasOf = <const Name extends string, S extends Schema>(
  name: Name,
  schema: S,
): S & { aliasOf: Name } => ({ ...schema, aliasOf: name });

export const secret = <S extends Schema>(secrecy: Secrecy, schema: S): S => ({ ...schema, secret: secrecy });

const withoutEffect = <S extends Schema>(reason: string, schema: S): S => ({
  ...schema,
  withoutEffect: reason,
});

/** A key of oc-go-cc or routatic-proxy, of any type. */
export const ignored = (reason: string): Schema =>
  withoutEffect(reason, { description: 'Accepted for compatibility.' });

/** A user name or password in it would end up in logs. */
export function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

export function isHostName(value: string): boolean {
  return toHostName(value) !== undefined;
}

/** What else a string may have to be: how it is recognized, and the words for what was expected. */
export const formats = {
  'http-url': {
    accepts: isHttpUrl,
    expected: 'an absolute http or https URL without a name or password in it',
  },
  'host-name': {
    accepts: isHostName,
    expected: 'one host name or IP address, without scheme, port or wildcard',
  },
  budget: {
    accepts: isBudgetAmount,
    expected: 'US dollars such as 5 or "$2.50", tokens such as "5M tokens", or "off"',
  },
  'quota-share': {
    accepts: isShare,
    expected: 'a percentage from 1 to 100 such as 80 or "80%", or "off"',
  },
  'paid-fallback': {
    accepts: isPaidFallback,
    expected: '"always", "ask", "never", or "until" and a time, such as "until 2026-11-30T04:25Z"',
  },
} as const;

export type Format = keyof typeof formats;
