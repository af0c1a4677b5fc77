/** The help of every command: golden files at 80 columns, and its layout at every width. */
import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { matchesGolden } from '../support/golden.ts';
import { occ } from './run-main.ts';
import { commandTree } from './tree.ts';

const folder = fileURLToPath(new URL('./help/', import.meta.url));
const tree = await commandTree();
const widths = [40, 60, 80, 120];

/** `occ help`, `occ help config set`. */
const helpWords = (words: readonly string[]): string[] => ['help', ...words];
const nameOf = (words: readonly string[]): string => ['occ', ...words].join(' ');
const fileOf = (words: readonly string[]): string => `${['occ', ...words].join('-')}.txt`;

async function helpOf(args: readonly string[], columns?: number): Promise<string> {
  const { code, stdout, stderr } = await occ(args, columns === undefined ? {} : { columns });
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

/** The words alone: layout adds blanks, line breaks and the backslashes of wrapped commands. */
const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '' && word !== '\\');

describe('help', () => {
  for (const { words, command } of tree) {
    const name = nameOf(words);
    test(`${name} at 80 columns is the golden file`, async () => {
      matchesGolden(folder + fileOf(words), linesOf(await helpOf([...words, '--help'], 80)));
    });

    test(`${name} keeps every word at every width, and only a single long word is wider`, async () => {
      const sorted = wordsOf(await helpOf([...words, '--help'])).sort();
      for (const width of widths) {
        const text = await helpOf([...words, '--help'], width);
        assert.deepEqual(wordsOf(text).sort(), sorted);
        const wide = linesOf(text).filter((line) => line.length > width && line.trim().includes(' '));
        assert.deepEqual(wide, []);
      }
    });

    test(`${name} is laid out for 80 columns in a pipe and in a terminal of no width`, async () => {
      const piped = await helpOf([...words, '--help']);
      assert.equal(piped, await helpOf([...words, '--help'], 80));
      assert.equal(piped, await helpOf([...words, '--help'], 0));
    });

    test(`${name} has its help as data, which can be laid out`, () => {
      for (const event of ['beforeHelp', 'afterHelp'])
        assert.equal(
          (command as unknown as EventEmitter).listenerCount(event),
          0,
          'withHelp() instead of addHelpText()',
        );
      for (const option of command.options) assert.doesNotMatch(option.description, /\n/);
      assert.doesNotMatch(command.description(), /\n/);
    });
  }

  test('occ at 40 columns is the golden file', async () => {
    matchesGolden(`${folder}occ-at-40.txt`, linesOf(await helpOf(['--help'], 40)));
  });

  test('there is no golden file of a command that does not exist', () => {
    const expected = [...tree.map(({ words }) => fileOf(words)), 'occ-at-40.txt'];
    assert.deepEqual(readdirSync(folder).sort(), expected.sort());
  });

  test('occ, occ help, -h and --help print the same', async () => {
    const help = await helpOf([]);
    for (const args of [['help'], ['-h'], ['--help']]) assert.equal(await helpOf(args), help);
  });

  for (const { words } of tree.filter(({ words }) => words.length > 0)) {
    const name = nameOf(helpWords(words));
    test(`${name} begins as ${nameOf(words)} --help`, async () => {
      const help = await helpOf([...words, '--help']);
      const page = await helpOf(helpWords(words));
      // `occ help config` does not refer to itself.
      assert.ok(page.startsWith(help.replace(/See also: .*\n$/, '').trimEnd()), name);
      assert.match(help, new RegExp(`^Usage: ${nameOf(words)}\\b`));
    });
  }

  test('help below a command is the same', async () => {
    assert.equal(await helpOf(['config', 'help', 'set']), await helpOf(['help', 'config', 'set']));
  });

  test('a command whose subcommand is missing prints its help on stderr, and fails', async () => {
    const { code, stdout, stderr } = await occ(['config']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.equal(stderr, await helpOf(['config', '--help']));
  });
});
