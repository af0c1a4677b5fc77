/** How servers write the name or the path of a field in an error. */
import fc from 'fast-check';
import type { SentField } from './request.ts';

const words = (name: string): string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');
const snake = (name: string): string => words(name).join('_');
const camel = (name: string): string =>
  words(name)
    .map((word, at) => (at === 0 ? word : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`))
    .join('');
const kebab = (name: string): string => words(name).join('-');

/** The name alone or the path, in the spelling of a language or of a notation. */
const spellings: Readonly<Record<string, (field: SentField) => string>> = {
  name: (field) => String(field.at(-1)),
  snake: (field) => snake(String(field.at(-1))),
  camel: (field) => camel(String(field.at(-1))),
  kebab: (field) => kebab(String(field.at(-1))),
  dotted: (field) => field.join('.'),
  'dotted from the body': (field) => ['body', ...field].join('.'),
  'dotted from the root': (field) => ['$', ...field].join('.'),
  pointer: (field) => `/${field.join('/')}`,
  'pointer of a fragment': (field) => `#/${field.join('/')}`,
  brackets: (field) =>
    field.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join(''),
};

export const spelling: fc.Arbitrary<(field: SentField) => string> = fc
  .constantFrom(...Object.keys(spellings))
  .map((name) => (field: SentField) => spellings[name]?.(field) ?? '');

/** A validator's path. */
export function locationOf(field: SentField): (string | number)[] {
  return ['body', ...field];
}

/** Marks around a name, as an opening and a closing one. */
export const marks = fc.constantFrom(
  ...["''", '""', '``', '“”', '‘’', '()', '**'].map((pair) => pair.split('')),
);
