/** The topics of `occ help`: golden files at 80 columns, their layout, and that nothing that the code has is missing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { topics } from '../../lib/commands/help/topics.ts';
import { keyPaths } from '../../lib/config/file/described.ts';
import { configSchema } from '../../lib/config/file/schema.ts';
import { exitCodes } from '../../lib/errors.ts';
import { repairs } from '../../lib/proxy/rejections/overview.ts';
import { scenarioRules } from '../../lib/proxy/policy/scenario.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { features } from '../../lib/wire/support.ts';
import { matchesGolden } from '../support/golden.ts';
import { occ } from './run-main.ts';

const folder = fileURLToPath(new URL('./topics/', import.meta.url));

async function topic(name: string, columns?: number): Promise<string> {
  const { code, stdout, stderr } = await occ(['help', name], columns === undefined ? {} : { columns });
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '' && word !== '\\');
/** In one line, so that it does not matter where lines are broken. */
const flat = (text: string): string => wordsOf(text).join(' ');

describe('topics', () => {
  for (const name of Object.keys(topics)) {
    test(`occ help ${name} is the golden file`, async () => {
      matchesGolden(`${folder}${name}.txt`, linesOf(await topic(name)));
    });

    test(`occ help ${name} keeps every word at every width, and only a single long word is wider`, async () => {
      const sorted = wordsOf(await topic(name)).sort();
      for (const width of [40, 60, 80, 120]) {
        const text = await topic(name, width);
        assert.deepEqual(wordsOf(text).sort(), sorted);
        assert.deepEqual(
          linesOf(text).filter((line) => line.length > width && line.trim().includes(' ')),
          [],
        );
      }
    });
  }

  test('there is no golden file of a topic that does not exist', () => {
    assert.deepEqual(
      readdirSync(folder).sort(),
      Object.keys(topics)
        .map((name) => `${name}.txt`)
        .sort(),
    );
  });

  test('occ help names every topic', async () => {
    const { stdout } = await occ(['help']);
    for (const name of Object.keys(topics)) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
  });

  test('a misspelt topic gets the nearest one', async () => {
    const { code, stderr } = await occ(['help', 'enviroment']);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean occ help environment\?/);
  });
});

interface Node {
  properties?: Record<string, Node>;
  withoutEffect?: string;
  default?: unknown;
  variables?: readonly string[];
  variablesOf?: Record<string, readonly string[]>;
}

/** Every key of the schema, at any depth. Not derived by the code that makes the topic. */
function* keysOf(node: Node): Generator<[string, Node]> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    yield [name, child];
    yield* keysOf(child);
  }
}

const nodes = (): [string, Node][] =>
  [configSchema, ...Object.values(configSchema.definitions)].flatMap((node) =>
    Array.from(keysOf(node as Node)),
  );

test('occ help config has every key of the schema with its default', async () => {
  const text = await topic('config');
  const page = flat(text);
  assert.ok(nodes().length > 100);
  for (const [name, { default: value }] of nodes()) {
    const term = new RegExp(`^ {2}(\\S+\\.)?${name.replace('$', '\\$')}( |$)`, 'm');
    const section = new RegExp(`^${name}$`, 'm');
    assert.ok(term.test(text) || section.test(text), name);
    if (typeof value === 'number' || typeof value === 'boolean')
      assert.ok(page.includes(`default ${String(value)}`), name);
  }
});

describe('occ help config <key>', () => {
  const about = async (...words: string[]): Promise<string> => flat((await occ(words)).stdout);

  test('is about that key alone, with the command that prints its value', async () => {
    const page = await about('help', 'config', 'port');
    assert.match(page, /^port The port to listen on; .*default 3456; OCC_PORT\) occ config get port print/);
    assert.doesNotMatch(page, /Usage|auth_token/);
    assert.equal(await about('config', 'help', 'port'), page);
  });

  test('has every key below it, and stands for each name that the user chooses', async () => {
    const retry = await about('help', 'config', 'retry');
    for (const name of ['attempts', 'base_ms', 'max_ms', 'max_attempts_total'])
      assert.ok(retry.includes(` retry.${name} `), name);
    assert.match(await about('help', 'config', 'fallbacks'), / fallbacks\.<name>\[0\]\.model_id The id/);
    assert.match(await about('help', 'config', 'models'), / models\.<name>\.model_id The id/);
    assert.match(
      await about('help', 'config', 'models.think.quirks'),
      / models\.think\.quirks\.thinking .*default configured\)/,
    );
  });

  test('finds a key by its last name, wherever it is', async () => {
    const page = await about('help', 'config', 'timeout_ms');
    for (const place of ['opencode_go', 'providers.<name>']) assert.ok(page.includes(`${place}.timeout_ms `));
  });

  test('knows every key of the whole page', async () => {
    for (const path of keyPaths(['default'])) {
      const { code, stdout } = await occ(['help', 'config', path]);
      assert.equal(code, 0, path);
      assert.ok(flat(stdout).startsWith(path), stdout);
    }
  });

  test('suggests the nearest key; a subcommand or what looks like one takes precedence', async () => {
    const refused = async (key: string): Promise<string> => {
      const { code, stderr } = await occ(['help', 'config', key]);
      assert.equal(code, 2);
      return stderr;
    };
    assert.match(await refused('prot'), /there is no key prot\n {2}did you mean port\?/);
    assert.match(await refused('opencode_go.timout_ms'), /did you mean opencode_go\.timeout_ms\?/);
    assert.match(await refused('nosuch'), /there is no key nosuch\n {2}occ help config lists the keys/);
    assert.match(await about('help', 'config', 'set'), /^Usage: occ config set /);
    assert.match(await refused('sett'), /did you mean occ config set\?/);
  });
});

test('every key has a meaning', async () => {
  const text = await topic('config');
  const keys = text.slice(text.indexOf('\nKeys\n'));
  for (const line of linesOf(keys)) assert.doesNotMatch(line, /^ {2}\S+ *(\(|$)/);
});

test('occ help exit-codes has every exit code', async () => {
  const text = await topic('exit-codes');
  for (const code of Object.values(exitCodes)) assert.match(text, new RegExp(`^ {2}${code} `, 'm'));
});

test('occ help formats has every format, feature and repair', async () => {
  const page = flat(await topic('formats'));
  const text = await topic('formats');
  for (const name of wireFormats) assert.match(text, new RegExp(`^${name}$`, 'm'));
  for (const title of Object.values(features)) assert.ok(page.includes(title), title);
  for (const { refused, next } of Object.values(repairs))
    assert.ok(page.includes(`${refused} ${next}`), refused);
});

test('occ help routing has every scenario', async () => {
  const text = await topic('routing');
  for (const name of Object.keys(scenarioRules)) assert.match(text, new RegExp(`^ {2}${name} `, 'm'));
});

test('occ help environment has every variable that lib reads', async () => {
  const page = await topic('environment');
  const named = nodes().flatMap(([, { variables = [], variablesOf = {} }]) =>
    variables.concat(Object.values(variablesOf).flat()),
  );
  const lib = fileURLToPath(new URL('../../lib/', import.meta.url));
  const read = readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      Array.from(readFileSync(lib + file, 'utf8').matchAll(/\b(?:env|environment)\['([A-Z][A-Z_]+)'\]/g)),
    )
    .map(([, name = '']) => name);
  assert.ok(named.length > 20 && read.length > 10);
  // A launch only passes these on to the client that they belong to.
  const ofClients = /^(?:COPILOT|GEMINI_CLI|QWEN_CODE)_/;
  const own = [...named, ...read].filter((name) => !ofClients.test(name));
  const absent = own.filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
  assert.deepEqual(absent, []);
});
