/** The options that `occ start` reads without the parser of the command line, against that parser. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPlainOptions } from '../../lib/commands/start/plain-options.ts';
import { backgroundArguments } from '../../lib/commands/start/options.ts';
import { commandTree } from '../cli/tree.ts';

const values: Readonly<Record<string, string>> = { port: '8080', host: '::1', config: 'a file.json' };

/** The definition of `start`, which has parsed nothing yet. */
async function startCommand() {
  const found = (await commandTree()).find(({ words }) => words.join(' ') === 'start');
  assert.ok(found);
  return found.command;
}

async function parsed(words: readonly string[]): Promise<object> {
  const command = await startCommand();
  const { operands, unknown } = command.parseOptions([...words]);
  assert.deepEqual({ operands, unknown }, { operands: [], unknown: [] });
  const { color, ...options } = command.opts<{ color?: boolean }>();
  // The parser also says what is so without an option.
  return color === false ? { color, ...options } : options;
}

/** Every option of the definition, by its name and by its letter, with a value if it takes one. */
const { options } = await startCommand();
const forms = options.flatMap((option) => {
  const value = option.required ? [values[option.attributeName()] ?? 'x'] : [];
  return [option.long, option.short].flatMap((flag) => (flag === undefined ? [] : [[flag].concat(value)]));
});

describe('plain options of occ start', () => {
  for (const words of forms) {
    test(words.join(' '), async () => {
      assert.deepEqual(readPlainOptions(words), await parsed(words));
    });
  }

  test('all of them, in both orders', async () => {
    for (const words of [forms.flat(), forms.toReversed().flat()])
      assert.deepEqual(readPlainOptions(words), await parsed(words));
  });

  test('the last value counts', async () => {
    const words = ['-p', '1', '--host', 'a', '--port', '0', '-H', 'b'];
    assert.deepEqual(readPlainOptions(words), await parsed(words));
  });

  test('none', () => assert.deepEqual(readPlainOptions([]), {}));

  test('what starts the background process', async () => {
    const words = backgroundArguments({ config: '/c.json', host: 'h', port: 0, emulator: true }).slice(1);
    assert.deepEqual(readPlainOptions(words), await parsed(words));
  });

  const others = [
    ['--help'],
    ['-h'],
    ['--'],
    ['word'],
    [''],
    ['--forground'],
    ['-fq'],
    ['-p0'],
    ['--port=0'],
    ['--port'],
    ['--port', '65536'],
    ['--port', '1e3'],
    ['--port', ''],
    ['--host', '-f'],
    ['-f', '--config'],
  ];
  for (const words of others) {
    test(`leaves to the parser: ${words.join(' ')}`, () => {
      assert.equal(readPlainOptions(words), undefined);
    });
  }
});
