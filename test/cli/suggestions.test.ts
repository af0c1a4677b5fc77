/** What a misspelt or foreign word gets: the right command, the nearest name, or nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configWords, programWords } from '../../lib/cli/known-words.ts';
import { occ } from './run-main.ts';
import { commandTree } from './tree.ts';

/** A command line, and what its error must say besides the error itself. */
const rows: [string, RegExp][] = [
  // Words with a meaning of their own
  ['auth', /occ config set api_key --stdin/],
  ['login', /occ config set api_key --stdin/],
  ['key', /occ config set api_key --stdin/],
  ['logout', /occ config unset api_key/],
  ['update', /npm install -g occ-cli@latest.*\n.*git pull && npm ci/],
  ['upgrade', /npm install -g occ-cli@latest/],
  ['uninstall', /npm uninstall -g occ-cli/],
  ['run', /occ launch /],
  ['claude', /occ launch /],
  ['chat', /occ launch /],
  ['serve', /occ start /],
  ['up', /occ start /],
  ['down', /occ stop /],
  ['quit', /occ stop /],
  ['kill', /occ stop /],
  ['ps', /occ status /],
  ['ls', /occ models /],
  ['list', /occ models /],
  ['providers', /occ models /],
  ['init', /occ config init /],
  ['setup', /occ config init /],
  ['configure', /occ config init /],
  ['version', /occ --version /],
  ['test', /occ doctor /],
  ['check', /occ doctor .*\n.*occ config check/],
  ['tail', /occ logs -f /],
  ['log', /did you mean occ logs\?/],
  ['errors', /occ why /],
  ['why?', /did you mean occ why\?/],
  ['switch', /occ use /],
  ['budget', /occ config set budget\.day 5 .*\n {2}occ usage /],
  ['capture', /occ record on .*\n {2}occ replay /],
  ['bug', /occ report /],
  ['debug', /occ why .*\n {2}occ logs -f /],
  ['config ls', /occ config show /],
  ['config rm', /occ config unset /],
  ['config validate', /occ config check /],
  // Misspelt commands
  ['lanch', /did you mean occ launch\?\n {2}occ help launch describes it/],
  ['Launch', /did you mean occ launch\?/],
  ['model', /did you mean occ models\?/],
  ['statsu', /did you mean occ status\?/],
  ['confg set port 1', /did you mean occ config\?/],
  ['config sett port 1', /did you mean occ config set\?\n {2}occ help config set describes it/],
  ['lgin', /occ config set api_key --stdin/],
  ['udpate', /npm install -g occ-cli@latest/],
  ['config lits', /occ config show /],
  ['lanch --help', /did you mean occ launch\?/],
  ['config sett --help', /did you mean occ config set\?/],
  ['login -h', /occ config set api_key --stdin/],
  ['help lanch', /did you mean occ launch\?/],
  ['help config sett', /did you mean occ config set\?/],
  ['config help sett', /did you mean occ config set\?/],
  ['doctor verfy', /did you mean occ doctor verify\?\n {2}occ doctor --list/],
  ['doctor ketys', /did you mean occ doctor keys\?/],
  // Misspelt options
  ['--jsn', /did you mean --json\?\n {2}occ help lists/],
  ['--verbos status', /did you mean --verbose\?/],
  ['status --wach', /did you mean --watch\?\n {2}occ help status/],
  ['status --quite', /did you mean --quiet\?/],
  ['status -W', /did you mean -w\?/],
  ['status -json', /did you mean --json\?/],
  ['start --prot=1', /did you mean --port\?/],
  ['config set --stdn api_key', /did you mean --stdin\?\n {2}occ help config set/],
  ['config set prot 1', /did you mean port\?\n {2}occ help config lists the keys/],
  [
    'config get opencode_go.timeout',
    /did you mean one of these\?\n[^]* {2}opencode_go\.timeout_ms\n[^]* {2}occ help config/,
  ],
  ['report --out=bug.json', /did you mean --output\?/],
  ['--foreground start', /it is an option of occ start/],
];

describe('a near miss', () => {
  for (const [line, expected] of rows) {
    test(`occ ${line}`, async () => {
      const { code, stdout, stderr } = await occ(line.split(' '));
      assert.ok(
        code === 2 || line.startsWith('config get'),
        'wrong usage; a value that is not there for config get',
      );
      assert.equal(stdout, '');
      assert.match(stderr, /^occ: .*there is no|^occ: .* has no option/);
      assert.match(stderr, expected);
    });
  }
});

/** A command line with a misspelt value, and what its error must say. */
const values: [string, RegExp][] = [
  [
    'usage --by modle',
    /'modle' is invalid: allowed choices are model, .*\n {2}did you mean --by model\?\n {2}occ help usage/,
  ],
  ['logs --level wrn', /\n {2}did you mean --level warn\?/],
  ['env --shell=bsh', /\n {2}did you mean --shell bash\?/],
  ['env --client codx', /\n {2}did you mean --client codex\?/],
  ['completion zhs', /\n {2}did you mean occ completion zsh\?/],
  ['usage --by', /argument missing: expected one of model, provider, session, agent, project, day\n/],
];

describe('a misspelt value', () => {
  for (const [line, expected] of values) {
    test(`occ ${line}`, async () => {
      const { code, stdout, stderr } = await occ(line.split(' '));
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, expected);
    });
  }

  test('one that is near to none gets no guess', async () => {
    const { code, stderr } = await occ(['usage', '--by', 'xyzzy']);
    assert.equal(code, 2);
    assert.doesNotMatch(stderr, /did you mean/);
  });
});

/** What is near to nothing gets no guess. */
const misses = [
  'xyzzy',
  'begin',
  'config xyzzy',
  '--xyzzy',
  'status --xyzzy',
  'status -x',
  'a',
  'help xyzzy',
];

describe('no guess', () => {
  for (const line of misses) {
    test(`occ ${line}`, async () => {
      const { code, stdout, stderr } = await occ(line.split(' '));
      assert.deepEqual([code, stdout], [2, '']);
      assert.doesNotMatch(stderr, /did you mean/);
      assert.match(stderr, /\n {2}occ help/);
    });
  }
});

test('every command that a known word leads to exists, and no known word is a command', async () => {
  const commands = new Set((await commandTree()).map(({ words }) => words.join(' ')));
  const lines = [...programWords.values(), ...configWords.values()].flat();
  const named = lines.flatMap((line) =>
    [...line.matchAll(/\bocc ((?:config )?[a-z]+)(?= |\))/g)].map(([, name = '']) => name),
  );
  assert.ok(named.length > 20);
  const absent = named.filter((name) => name !== 'does' && name !== 'config' && !commands.has(name));
  assert.deepEqual(absent, []);
  assert.deepEqual(
    [...programWords.keys()].filter((word) => commands.has(word)),
    [],
  );
  assert.deepEqual(
    [...configWords.keys()].filter((word) => commands.has(`config ${word}`)),
    [],
  );
});
