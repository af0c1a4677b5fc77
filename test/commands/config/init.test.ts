/** Tests `occ config init`: by options without a terminal, and as a conversation that may be left at every question. */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { parse } from 'jsonc-parser';
import { presetsOf } from '../../../lib/catalog/presets.ts';
import type { FileEntry } from '../../../lib/config/file/config-file.ts';
import { serveLocal } from '../../support/local-servers.ts';
import { keys, type Step } from '../../support/typist.ts';
import { desk, type Desk, type Said } from './world.ts';

interface File {
  api_key?: string;
  api_key_command?: string;
  auth_token?: string;
  models: Readonly<Record<string, FileEntry>>;
  fallbacks: Readonly<Record<string, readonly FileEntry[]>>;
  providers?: Record<string, Record<string, unknown>>;
}

/** The file, which must hold no trace of what another choice would have written. */
function fileOf({ read }: Desk): File {
  return parse(read(), [], { allowTrailingComma: true }) as File;
}

/** Every path below the home directory. */
function everything(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();
}

const url = 'http://127.0.0.1:1/v1';

const byOptions: [args: string[], file: Partial<File>][] = [
  [[], { api_key: '${OPENCODE_API_KEY}', ...presetsOf('opencode-go')?.balanced }],
  [['--preset', 'budget'], { ...presetsOf('opencode-go')?.budget }],
  [
    ['--provider', 'opencode_zen', '--preset', 'quality', '--key-env', 'MY_KEY'],
    { api_key: '${MY_KEY}', ...presetsOf('opencode-zen')?.quality },
  ],
  [
    ['--provider', 'opencode-go', '--model', 'glm-5.3'],
    { models: { default: { provider: 'opencode-go', model_id: 'glm-5.3' } }, fallbacks: {} },
  ],
  [
    ['--preset', 'budget', '--model', 'opencode-go/glm-5.3'],
    {
      ...presetsOf('opencode-go')?.budget,
      models: {
        ...presetsOf('opencode-go')?.budget.models,
        default: { provider: 'opencode-go', model_id: 'glm-5.3' },
      },
    },
  ],
  [['--key-command', 'pass show "occ $1"'], { api_key_command: 'pass show "occ $1"' }],
  [
    ['--provider', 'openrouter', '--model', 'z-ai/glm-5.3'],
    {
      api_key: '',
      models: { default: { provider: 'openrouter', model_id: 'z-ai/glm-5.3' } },
      providers: {
        openrouter: {
          wire_format: 'chat',
          base_url: 'https://openrouter.ai/api/v1',
          api_key: '${OPENROUTER_API_KEY}',
        },
      },
    },
  ],
  [
    ['--provider', 'deepseek', '--model', 'deepseek-chat', '--key-command', 'pass show d'],
    {
      providers: {
        deepseek: {
          wire_format: 'chat',
          base_url: 'https://api.deepseek.com/v1',
          api_key_command: 'pass show d',
        },
      },
    },
  ],
  [
    ['--provider', 'ollama', '--base-url', url, '--model', 'qwen3-coder:30b'],
    {
      models: { default: { provider: 'ollama', model_id: 'qwen3-coder:30b' } },
      fallbacks: {},
      providers: { ollama: { wire_format: 'chat', base_url: url } },
    },
  ],
  [
    ['--provider', 'mine', '--base-url', 'https://one.example/v1/messages', '--no-key', '--model', 'm'],
    { providers: { mine: { wire_format: 'messages', base_url: 'https://one.example/v1/messages' } } },
  ],
  [
    ['--base-url', 'https://api.together.xyz/v1', '--key-env', 'T', '--model', 'm'],
    {
      providers: {
        together: { wire_format: 'chat', base_url: 'https://api.together.xyz/v1', api_key: '${T}' },
      },
    },
  ],
];

for (const [args, expected] of byOptions) {
  test(`occ config init ${args.join(' ')} without a terminal writes a valid file`, async (t) => {
    const at = desk(t);
    const said = await at.occ(['init', ...args]);
    assert.equal(said.code, 0, said.stderr);
    assert.equal(said.stdout, `${at.file}\n`);
    const file = fileOf(at);
    assert.deepEqual({ ...file, ...expected }, file);
    assert.match(file.auth_token ?? '', /^[\w-]{43}$/);
    assert.equal(statSync(at.file).mode & 0o777, 0o600);
    const { code, stdout } = await at.occ(['check', '--json']);
    assert.equal(code, 0, stdout);
    assert.deepEqual((JSON.parse(stdout) as { mistakes: unknown }).mistakes, []);
    assert.match(
      said.stderr,
      /occ: next: (?:(?:occ config set \S+ --stdin|occ doctor key(?: --provider \S+)?)\n {11})?occ launch\n/,
    );
    assertNoHistory(said);
  });
}

/** Nothing that would put a key into the history of a shell. */
function assertNoHistory({ stdout, stderr }: Said): void {
  assert.doesNotMatch(stdout + stderr, /export \w*KEY=|config set \S*api_key (?!--stdin)/);
}

const wrongOptions: [args: string[], message: RegExp][] = [
  [['--provider', 'opencode-gi'], /expected one of opencode-go.*\n {2}did you mean --provider opencode-go\?/],
  [['--provider', 'mine'], /or another name with --base-url/],
  [['--provider', 'a.b', '--base-url', url], /expected letters, digits/],
  [['--provider', 'opencode-go', '--base-url', url], /has its own URL/],
  [['--base-url', 'localhost:1'], /--base-url: found "localhost:1", expected a URL/],
  [['--key-env', 'sk-secret-1'], /--key-env: expected the name of a variable/],
  [['--key-command', ' '], /--key-command: found nothing/],
  [['--key-stdin', '--key-env', 'X'], /found --key-stdin and --key-env, expected one of them/],
  [['--no-key', '--key-env', 'X'], /expected one of them/],
  [['--key-stdin'], /the key on stdin is empty/],
  [['--preset', 'cheap'], /--preset: found "cheap", expected one of budget, balanced, quality/],
  [['--provider', 'deepseek', '--preset', 'budget'], /there are presets for.*\n {2}give --model <id>/],
  [['--model', 'a b'], /--model: found "a b"/],
  [['--provider', 'deepseek'], /the model of deepseek is missing\n {2}give --model/],
  [['--base-url', 'https://one.example/v1', '--model', 'm'], /the key of one is missing\n {2}give --key-env/],
  [
    ['--provider', 'ollama', '--base-url', url],
    /does not answer on .*\n {2}ollama serve\n {2}or give --model/,
  ],
];

for (const [args, message] of wrongOptions) {
  test(`occ config init ${args.join(' ')} is refused, and writes nothing`, async (t) => {
    const { occ, home } = desk(t);
    const said = await occ(['init', ...args]);
    assert.equal(said.code, 2, said.stderr);
    assert.match(said.stderr, message);
    assert.doesNotMatch(said.stderr, /sk-secret/);
    assert.deepEqual(everything(home), []);
  });
}

test('a key from stdin is stored in the file and printed nowhere', async (t) => {
  const at = desk(t);
  const said = await at.occ(['init', '--key-stdin', '--json'], { stdin: 'sk-piped-1\n' });
  assert.equal(said.code, 0);
  assert.equal(fileOf(at).api_key, 'sk-piped-1');
  assert.doesNotMatch(said.stdout + said.stderr, /sk-piped/);
});

test('a base URL without a path is written with a warning', async (t) => {
  const { occ } = desk(t);
  const said = await occ(['init', '--base-url', 'http://127.0.0.1:9', '--model', 'm', '--no-key']);
  assert.equal(said.code, 0, said.stderr);
  assert.match(
    said.stderr,
    /has no path, but most servers expect \/v1\n {2}occ config set providers\.local\.base_url http/,
  );
});

test('a local server names its models, and one with a single model needs no --model', async (t) => {
  const several = await serveLocal(t, 'ollama');
  const { occ, home } = desk(t);
  const at = (port: number) => ['--base-url', `http://127.0.0.1:${port}/v1`];
  const which = await occ(['init', '--provider', 'ollama', ...at(several)]);
  assert.equal(which.code, 2);
  assert.match(which.stderr, /has several models: qwen3-coder:30b, gpt-oss:20b\n {2}choose one with --model/);
  const wrong = await occ(['init', '--provider', 'ollama', ...at(several), '--model', 'qwen3-coder:31b']);
  assert.match(wrong.stderr, /has no model.*\n {2}did you mean --model qwen3-coder:30b\?/);
  assert.deepEqual(everything(home), []);
  const one = desk(t);
  const port = await serveLocal(t, 'vllm');
  assert.equal((await one.occ(['init', '--provider', 'vllm', ...at(port)])).code, 0);
  assert.deepEqual(fileOf(one).models, {
    default: { provider: 'vllm', model_id: 'Qwen/Qwen3-32B', context_window: 40_960 },
  });
});

test('a model that trains on your data, or that no provider serves, is reported', async (t) => {
  const trains = await desk(t).occ(['init', '--model', 'iceman-contributor-free']);
  assert.match(trains.stderr, /trains on your data/);
  const unknown = await desk(t).occ(['init', '--model', 'glm-5.33']);
  assert.match(unknown.stderr, /glm-5\.33 is in no list of opencode-go\n {2}did you mean glm-5\.3\?/);
});

test('a variable that takes precedence over the key is reported', async (t) => {
  const env = { OPENCODE_API_KEY: 'sk-of-the-env' };
  const { stderr } = await desk(t).occ(['init', '--key-command', 'pass show x'], { env });
  assert.match(stderr, /OPENCODE_API_KEY is set and takes precedence over this key/);
});

describe('the conversation', () => {
  interface Talk {
    steps: Step[];
    env?: Record<string, string>;
    args?: string[];
    file: (file: File) => void;
  }

  const provider = (downs: number): Step => [/Which provider\?/, keys.down.repeat(downs) + keys.enter];

  const talks: Record<string, (t: TestContext) => Promise<Talk> | Talk> = {
    'a key that is in the environment': () => ({
      env: { OPENCODE_API_KEY: 'sk-of-the-env' },
      steps: [provider(0), [/In OPENCODE_API_KEY, which is set/, keys.enter], [/Which models\?/, keys.enter]],
      file(file) {
        assert.equal(file.api_key, '${OPENCODE_API_KEY}');
        assert.deepEqual(file.models, presetsOf('opencode-go')?.balanced.models);
      },
    }),
    'a typed key, after a wrong one': () => ({
      steps: [
        provider(1),
        [/Where is the key of OpenCode Zen\?/, keys.enter],
        [/Key of OpenCode Zen/, `two words${keys.enter}`],
        [/contains a space/, `\u0015sk-typed-1${keys.enter}`],
        [/Which models\?/, keys.up + keys.enter],
      ],
      file(file) {
        assert.equal(file.api_key, 'sk-typed-1');
        assert.deepEqual(file.models, presetsOf('opencode-zen')?.quality.models);
      },
    }),
    'a command, after one that fails': () => ({
      steps: [
        provider(0),
        [/Where is the key/, keys.down + keys.enter],
        [/Command that prints the key/, `false${keys.enter}`],
        [/ended with code 1[^]*Command that prints the key/, `printf sk-%s printed-1${keys.enter}`],
        [/Which models\?/, keys.enter],
      ],
      file: (file) => assert.equal(file.api_key_command, 'printf sk-%s printed-1'),
    }),
    'a variable that is set later': () => ({
      steps: [
        provider(0),
        [/Where is the key/, keys.down.repeat(2) + keys.enter],
        [/Name of the variable/, `sk-secret-1${keys.enter}`],
        [/not the key/, `\u0015MY_KEY${keys.enter}`],
        [/Which models\?/, keys.enter],
      ],
      file: (file) => assert.equal(file.api_key, '${MY_KEY}'),
    }),
    'a local server': async (t) => ({
      env: { OLLAMA_HOST: `127.0.0.1:${await serveLocal(t, 'ollama')}` },
      steps: [provider(4), [/Which model of Ollama\?/, `gpt${keys.enter}`]],
      file(file) {
        assert.deepEqual(file.models, { default: { provider: 'ollama', model_id: 'gpt-oss:20b' } });
        assert.deepEqual(Object.keys(file.providers?.['ollama'] ?? {}), ['wire_format', 'base_url']);
      },
    }),
    'another server, by its URL, which lists its models': async (t) => {
      const port = await serveLocal(t, 'vllm', { '/v1/models': { data: [{ id: 'one' }, { id: 'two' }] } });
      return {
        steps: [
          [/Which provider\?/, keys.up + keys.enter],
          [/base URL/, `127.0.0.1${keys.enter}`],
          [/expected a URL/, `\u0015http://127.0.0.1:${port}/v1${keys.enter}`],
          [/Where is the key of 127\.0\.0\.1\?/, keys.enter],
          [/Which model of/, `two${keys.enter}`],
        ],
        file: (file) => assert.deepEqual(file.models, { default: { provider: 'local', model_id: 'two' } }),
      };
    },
    'another server, which has no list': async (t) => {
      const closed = createServer((_req, res) => res.writeHead(404).end());
      await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
      t.after(() => closed.close());
      const base = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/v1`;
      return {
        args: ['--base-url', base, '--no-key'],
        steps: [[/gave no list of models[^]*Id of the model/, `mine${keys.enter}`]],
        file: (file) => assert.deepEqual(file.models, { default: { provider: 'local', model_id: 'mine' } }),
      };
    },
    'a key that belongs to one of two providers': () => ({
      env: { OPENCODE_API_KEY: 'sk-of-the-env' },
      args: ['--key-env', 'OPENCODE_API_KEY'],
      steps: [
        [/OpenCode Zen/, keys.down + keys.enter],
        [/Which models\?/, keys.down + keys.enter],
      ],
      file: (file) => assert.deepEqual(file.models, presetsOf('opencode-zen')?.budget.models),
    }),
  };

  for (const [name, talk] of Object.entries(talks)) {
    test(`${name}: the file is written and valid`, async (t) => {
      const { steps, env = {}, args = [], file } = await talk(t);
      const at = desk(t);
      const said = await at.occ(['init', ...args], { typed: steps, env });
      assert.equal(said.code, 0, said.stderr);
      assert.equal(said.stdout, `${at.file}\n`, 'stdout is for the answer');
      file(fileOf(at));
      assert.match(said.stderr, /occ: written and valid/);
      assert.doesNotMatch(said.stderr, /sk-typed|sk-printed|sk-of-the-env/);
      assertNoHistory(said);
      assert.equal((await at.occ(['check'])).code, 0);
    });

    test(`${name}: Ctrl-C at each question writes nothing and ends with 130`, async (t) => {
      const { steps, env = {}, args = [] } = await talk(t);
      for (const [index, [shows]] of steps.entries()) {
        const { occ, home } = desk(t);
        const typed: Step[] = [...steps.slice(0, index), [shows, keys.ctrlC]];
        const said = await occ(['init', ...args], { typed, env });
        assert.equal(said.code, 130, `question ${index + 1}: ${said.stderr}`);
        assert.match(said.stderr, /occ: nothing was written/);
        assert.deepEqual(everything(home), []);
      }
    });
  }

  test('asks nothing that the options say', async (t) => {
    const at = desk(t);
    const args = ['--provider', 'opencode-go', '--key-env', 'X', '--preset', 'budget'];
    assert.equal((await at.occ(['init', ...args], { typed: [] })).code, 0);
    assert.deepEqual(fileOf(at).models, presetsOf('opencode-go')?.budget.models);
  });

  test('does not begin if there is a file already', async (t) => {
    const at = desk(t);
    at.write('{ "port": 1 }');
    const said = await at.occ(['init'], { typed: [] });
    assert.equal(said.code, 1);
    assert.match(said.stderr, /already exists/);
    assert.equal(at.read(), '{ "port": 1 }');
    const left = await at.occ(['init', '--force'], { typed: [[/Which provider/, keys.escape]] });
    assert.equal(left.code, 130);
    assert.equal(at.read(), '{ "port": 1 }');
    assert.deepEqual(everything(join(at.home, '.config/occ')), ['config.json']);
  });

  test('asks nothing with TERM=dumb, --json or --quiet, where the defaults apply', async (t) => {
    for (const [args, env] of [
      [[], { TERM: 'dumb' }],
      [['--json'], {}],
      [['--quiet'], {}],
    ] as const) {
      const at = desk(t);
      assert.equal((await at.occ(['init', ...args], { typed: [], env })).code, 0);
      assert.equal(fileOf(at).api_key, '${OPENCODE_API_KEY}');
    }
  });

  test('a server without a model says how to get one', async (t) => {
    const port = await serveLocal(t, 'ollama', { '/api/tags': { models: [] } });
    const { occ, home } = desk(t);
    const said = await occ(['init'], { typed: [provider(4)], env: { OLLAMA_HOST: `127.0.0.1:${port}` } });
    assert.equal(said.code, 1);
    assert.match(said.stderr, /Ollama has no model yet; nothing was written\n {2}ollama pull <model>/);
    assert.deepEqual(everything(home), []);
  });

  for (const columns of [20, 40, 60, 120]) {
    test(`fits ${columns} columns`, async (t) => {
      const talk = await talks['a key that is in the environment']?.(t);
      const said = await desk(t).occ(['init'], {
        columns,
        env: talk?.env ?? {},
        typed: [[/Which/, keys.ctrlC]],
      });
      for (const line of said.stderr.split('\n')) assert.ok(line.length <= Math.max(columns, 40), line);
    });
  }
});
