/** The input of a `custom` tool, which is a text, in the arguments of the function that stands for it. */
import { isObject, parseJson } from '../../../json.ts';
import { customInput } from './read-tools.ts';

/** Undefined for arguments that are not whole. A model that ignores the schema gets its arguments passed as they are. */
export function customText(args: string): string | undefined {
  const parsed = parseJson(args);
  if (!isObject(parsed)) return undefined;
  const input = parsed[customInput];
  return typeof input === 'string' ? input : args;
}
