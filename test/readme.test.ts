/** The pages for people against the program: every command, option, topic and link that they name exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { topics } from '../lib/commands/help/topics.ts';
import { commandTree } from './cli/tree.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', '.github/CONTRIBUTING.md', '.github/SECURITY.md'];
const tree = await commandTree();

/** The commands of occ in code, each as its words up to a comment, a pipe or the end of the code. */
function commandsIn(text: string): string[][] {
  const blocks = [...text.matchAll(/^```(?:sh|yaml)\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  const inline = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  const lines = blocks.flatMap((block) => block.split('\n')).map((line) => line.replace(/(?:^| )# .*/, ''));
  return [...lines, ...inline].flatMap((line) =>
    [...line.matchAll(/(?<![\w/.-])(?:npx )?occ(?:-cli)? ([^#|&;)"`]+)/g)].map(([, words = '']) =>
      words.trim().split(/\s+/),
    ),
  );
}

describe('the pages', () => {
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8');

    test(`${page} names only commands and options that exist`, async () => {
      const found = commandsIn(text);
      if (page === 'README.md') assert.ok(found.length > 30, `only ${found.length} commands were found`);
      for (const words of found) await checkCommand(words, page);
    });

    test(`${page} links only to files that exist`, () => {
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (/^\w+:/.test(target)) continue;
        assert.ok(existsSync(join(root, dirname(page), target)), `${page} links to ${target}`);
      }
    });

    test(`${page} links only to its own headings`, () => {
      const anchors = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title)));
      for (const [, anchor = ''] of text.matchAll(/\]\(#([^)]+)\)/g))
        assert.ok(anchors.has(anchor), `${page} links to #${anchor}`);
    });
  }

  test('a command that does not exist is noticed', async () => {
    await assert.rejects(checkCommand(['frobnicate'], 'a page'));
    await assert.rejects(checkCommand(['status', '--frobnicate'], 'a page'));
    await assert.rejects(checkCommand(['help', 'frobnicate'], 'a page'));
    await assert.rejects(checkCommand(['help', 'config', 'frobnicate'], 'a page'));
    assert.deepEqual(
      commandsIn('```sh\n$ occ status --watch # comment\neval "$(occ env)"\n```\n`occ why <id>`'),
      [['status', '--watch'], ['env'], ['why', '<id>']],
    );
  });
});

/** As GitHub names the anchor of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

async function checkCommand(words: readonly string[], page: string): Promise<void> {
  const line = `occ ${words.join(' ')}`;
  if (words[0] === 'help') return await checkHelp(words.slice(1), `${page}: ${line}`);
  const depth = words[0] === 'config' ? 2 : 1;
  const path = words.filter((word) => !word.startsWith('-')).slice(0, depth);
  const found =
    tree.find((one) => one.words.join(' ') === path.join(' ')) ??
    tree.find((one) => one.words.join(' ') === path[0]);
  // A line of only options belongs to the program itself.
  const command = path.length === 0 ? tree[0]?.command : found?.command;
  assert.ok(command, `${page} names a command that does not exist: ${line}`);
  // What follows launch may be meant for its client.
  if (path[0] === 'launch') return;
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  for (const word of words.filter((one) => /^--?[a-z]/.test(one)))
    assert.ok(known.has(word) || word === '--help', `${page}: ${line} has an unknown option ${word}`);
}

async function checkHelp(words: readonly string[], where: string): Promise<void> {
  const named = words.filter((word) => !word.startsWith('<')).join(' ');
  if (Object.hasOwn(topics, named) || tree.some((one) => one.words.join(' ') === named)) return;
  const [topic = '', entry] = words;
  const loadEntry = topics[topic]?.loadEntry;
  assert.ok(loadEntry && entry !== undefined, `${where}: there is no help for "${named}"`);
  // Throws for an entry that does not exist.
  (await loadEntry())(entry, 80);
}
