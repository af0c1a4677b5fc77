/** Compares the arguments of a tool call with those that were asked for. */
import { isObject } from '../../../json.ts';

export interface Difference {
  /** `customer.address.zip`. */
  path: string;
  kind: 'type' | 'missing' | 'extra' | 'shortened' | 'value';
}

/** Every difference of `given` from `wanted`, in the order of `wanted`. */
export function differences(wanted: unknown, given: unknown, path = ''): Difference[] {
  const at = path === '' ? 'the arguments' : path;
  if (typeOf(wanted) !== typeOf(given)) return [{ path: at, kind: given === undefined ? 'missing' : 'type' }];
  if (Array.isArray(wanted) && Array.isArray(given)) {
    const found = wanted.flatMap((one, i) => differences(one, given[i], `${path}[${i}]`));
    return given.length > wanted.length ? [...found, { path: at, kind: 'extra' }] : found;
  }
  if (isObject(wanted) && isObject(given)) {
    const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
    const found = Object.keys(wanted).flatMap((key) => differences(wanted[key], given[key], below(key)));
    const extra = Object.keys(given).filter((key) => !Object.hasOwn(wanted, key));
    return [...found, ...extra.map((key): Difference => ({ path: below(key), kind: 'extra' }))];
  }
  if (wanted === given) return [];
  const shortened =
    typeof wanted === 'string' && typeof given === 'string' && given !== '' && wanted.startsWith(given);
  return [{ path: at, kind: shortened ? 'shortened' : 'value' }];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}
