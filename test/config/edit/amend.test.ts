import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createScanner,
  findNodeAtLocation,
  parse,
  parseTree,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { withoutValue, withValue } from '../../../lib/config/edit/amend.ts';
import type { Segment } from '../../../lib/config/file/json-path.ts';
import type { Json } from '../../../lib/json.ts';

/** [text, path, value, expected text] */
const sets: [string, Segment[], Json, string][] = [
  ['{ "a": 1 }', ['a'], 2, '{ "a": 2 }'],
  ['{ "a": 1, }', ['b'], 2, '{ "a": 1, "b": 2, }'],
  ['{\n  "a": 1, // one\n}\n', ['b'], 2, '{\n  "a": 1, // one\n  "b": 2,\n}\n'],
  ['{\n  "a": 1 // one\n}\n', ['b'], 2, '{\n  "a": 1, // one\n  "b": 2\n}\n'],
  [
    '{\n  "a": 1 /* one */ // two\n  // end\n}\n',
    ['b'],
    2,
    '{\n  "a": 1, /* one */ // two\n  "b": 2\n  // end\n}\n',
  ],
  ['{\n\t"a": { "x": 1 }, // t\n}', ['a', 'y'], 'z', '{\n\t"a": { "x": 1, "y": "z" }, // t\n}'],
  [
    '{\r\n    "a": 1\r\n}\r\n',
    ['b', 'c'],
    2,
    '{\r\n    "a": 1,\r\n    "b": {\r\n        "c": 2\r\n    }\r\n}\r\n',
  ],
  ['{}', ['a', 0, 'b'], 1, '{\n  "a": [\n    {\n      "b": 1\n    }\n  ]\n}'],
  ['{\n  // nothing yet\n}\n', ['a'], 1, '{\n  // nothing yet\n  "a": 1\n}\n'],
  ['// top\n{ "a": null }', ['a', 'b'], 1, '// top\n{ "a": {\n  "b": 1\n} }'],
  ['{ "a": [1] }', ['a', 1], 2, '{ "a": [1, 2] }'],
  ['{ "a": [1, 2] }', ['a', 0], [], '{ "a": [[], 2] }'],
  ['{\n  "a": [\n    1\n  ]\n}', ['a', 1], 2, '{\n  "a": [\n    1,\n    2\n  ]\n}'],
  ['', ['a'], 1, '{\n  "a": 1\n}\n'],
];

for (const [text, path, value, wanted] of sets)
  test(`${JSON.stringify(text)} with ${path.join('.')} = ${JSON.stringify(value)}`, () => {
    assert.equal(withValue(text, path, value), wanted);
  });

/** [text, path, expected text] */
const unsets: [string, Segment[], string | undefined][] = [
  ['{ "a": 1 }', ['a'], '{ }'],
  ['{ "a": 1, "b": 2 }', ['a'], '{ "b": 2 }'],
  ['{ "a": 1, "b": 2 }', ['b'], '{ "a": 1 }'],
  ['{ "a": 1, "b": 2, }', ['b'], '{ "a": 1, }'],
  ['{ "a": [1, 2, 3] }', ['a', 1], '{ "a": [1, 3] }'],
  ['{\n  // of a\n  "a": 1, // one\n  "b": 2\n}\n', ['a'], '{\n  // of a\n  // one\n  "b": 2\n}\n'],
  ['{\n  "a": 1, // one\n  // of b\n  "b": 2\n}\n', ['b'], '{\n  "a": 1 // one\n  // of b\n}\n'],
  ['{\n  "a": 1,\n  "b": {\n    "c": 2\n  }\n}\n', ['b'], '{\n  "a": 1\n}\n'],
  ['{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n', ['a'], '{\r\n  "b": 2\r\n}\r\n'],
  ['{ "a": 1 }', ['b'], undefined],
  ['{ "a": 1 }', ['a', 'b'], undefined],
];

for (const [text, path, wanted] of unsets)
  test(`${JSON.stringify(text)} without ${path.join('.')}`, () => {
    assert.equal(withoutValue(text, path), wanted);
  });

test('a value is refused where its parent has the wrong type', () => {
  assert.throws(
    () => withValue('{ "a": [] }', ['a', 'b'], 1),
    /the value that should contain b is a list, expected an object/,
  );
  assert.throws(() => withValue('{ "a": {} }', ['a', 0], 1), /is an object, expected a list/);
  assert.throws(() => withValue('{ "a": 1 }', ['a', 'b'], 1), /is a number, expected an object/);
  assert.throws(() => withValue('{}', ['a', 2], 1), /the list has 0 entries/);
});

// Any layout: blanks, line breaks and comments wherever JSON allows them.
const gap = fc
  .array(fc.constantFrom(' ', '\n', '\t', '\r\n', '/* c{1} */', '// "l": 2,\n', '/*\n m, */'), {
    maxLength: 3,
  })
  .map((pieces) => pieces.join(''));
const name = fc.constantFrom('a', 'b', 'c', 'd.e', '"q"');

const layout: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('1', 'null', '"x, }"', 'true'),
    tie('object'),
    tie('list'),
  ),
  object: fc
    .tuple(
      fc.uniqueArray(name, { maxLength: 3 }),
      fc.infiniteStream(tie('value')),
      fc.infiniteStream(gap),
      fc.boolean(),
    )
    .map(([names, values, gaps, trailing]) => {
      const next = (): string => gaps.next().value as string;
      const entries = names.map(
        (key) => `${next()}${JSON.stringify(key)}${next()}:${next()}${values.next().value}${next()}`,
      );
      return `{${entries.join(',')}${trailing && names.length > 0 ? `,${next()}` : ''}${next()}}`;
    }),
  list: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.infiniteStream(gap))
    .map(
      ([values, gaps]) =>
        `[${values.map((value) => `${gaps.next().value}${value}${gaps.next().value}`).join(',')}]`,
    ),
})).object;

function read(text: string): Json {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as Json;
  assert.deepEqual(errors, [], text);
  return value;
}

/** Every comment, in order. */
function comments(text: string): string[] {
  const scanner = createScanner(text, false);
  const found: string[] = [];
  for (let kind: number = scanner.scan(); kind !== 17; kind = scanner.scan()) {
    const start = scanner.getTokenOffset();
    if (kind === 12 || kind === 13) found.push(text.slice(start, start + scanner.getTokenLength()));
  }
  return found;
}

function paths(node: Node, path: Segment[] = []): Segment[][] {
  const own = path.length > 0 ? [path] : [];
  const inner = (node.children ?? []).flatMap((child, index) => {
    if (node.type === 'array') return paths(child, [...path, index]);
    const [key, value] = child.children ?? [];
    return value ? paths(value, [...path, key?.value as string]) : [];
  });
  return [...own, ...inner];
}

/** The same change, made to the value instead of the text. */
function changed(
  value: Json,
  [first = '', ...rest]: Segment[],
  change: (holder: Json, key: Segment) => void,
): Json {
  const copy = structuredClone(value);
  let holder = copy as Record<Segment, Json>;
  let key = first;
  for (const segment of rest) {
    holder = holder[key] as Record<Segment, Json>;
    key = segment;
  }
  change(holder, key);
  return copy;
}

/** The whole entry; of an object, its name and value. */
function entryAt(root: Node, path: Segment[]): Node {
  const node = findNodeAtLocation(root, path) ?? root;
  return typeof path.at(-1) === 'number' ? node : (node.parent ?? node);
}

/** A text and one of the paths in it. */
const place = layout.chain((text) => {
  const there = paths(parseTree(text, [], { allowTrailingComma: true }) as Node);
  return fc.record({ text: fc.constant(text), path: fc.constantFrom(...there, ['new']) });
});
const some = fc.constantFrom<Json>(7, 'x', { n: [1] });

test('set changes only one value in any layout', () => {
  fc.assert(
    fc.property(place, some, ({ text, path }, value) => {
      const wanted = changed(read(text), path, (holder, key) => {
        (holder as Record<Segment, Json>)[key] = value;
      });
      assert.deepEqual(read(withValue(text, path, value)), wanted);
    }),
    { numRuns: 500 },
  );
});

test('a new key keeps every comment in order in any layout', () => {
  fc.assert(
    fc.property(layout, some, (text, value) => {
      const added = withValue(text, ['new'], value);
      assert.deepEqual(read(added), { ...(read(text) as object), new: value });
      assert.deepEqual(comments(added), comments(text));
    }),
    { numRuns: 500 },
  );
});

test('unset removes one entry and no comment outside it in any layout', () => {
  fc.assert(
    fc.property(place, ({ text, path }) => {
      const root = parseTree(text, [], { allowTrailingComma: true }) as Node;
      if (!findNodeAtLocation(root, path)) return assert.equal(withoutValue(text, path), undefined);
      const after = withoutValue(text, path) ?? '';
      const wanted = changed(read(text), path, (holder, key) => {
        if (Array.isArray(holder)) holder.splice(key as number, 1);
        else delete (holder as Record<Segment, Json>)[key];
      });
      assert.deepEqual(read(after), wanted);
      const { offset, length } = entryAt(root, path);
      const outside = comments(text);
      outside.splice(
        comments(text.slice(0, offset)).length,
        comments(text.slice(offset, offset + length)).length,
      );
      assert.deepEqual(comments(after), outside);
    }),
    { numRuns: 500 },
  );
});
