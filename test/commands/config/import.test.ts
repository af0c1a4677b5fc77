/** Tests `occ config import`: what becomes of an existing file, the questions on a terminal, and files that mean harm. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'jsonc-parser';
import type { Step } from '../../support/typist.ts';
import { desk, type Desk } from './world.ts';

const secret = 'sk-of-the-other-tool';

const router = {
  Providers: [
    {
      name: 'lab',
      api_base_url: 'https://lab.example/v1/chat/completions',
      api_key: secret,
      models: ['m', 'n'],
    },
  ],
  Router: { default: 'lab,m', think: 'lab,n' },
};

function put(at: Desk, file: string, content: unknown): string {
  const path = join(at.home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
  return path;
}

interface File {
  auth_token?: string;
  port?: number;
  models?: Record<string, { provider?: string; model_id: string }>;
  fallbacks?: Record<string, unknown[]>;
  providers?: Record<string, { base_url: string; api_key?: string }>;
}

const fileOf = (at: Desk): File => parse(at.read(), [], { allowTrailingComma: true }) as File;

describe('an existing file of occ', () => {
  const own = `{
  // mine
  "port": 4000,
  "models": { "default": { "provider": "lab", "model_id": "own" }, /* last */ },
  "providers": { "lab": { "base_url": "https://other.example/v1" } },
}
`;

  test('is not changed without --merge or --force', async (t) => {
    const at = desk(t);
    at.write(own);
    const said = await at.occ(['import', put(at, 'ccr.json', router)]);
    assert.equal(said.code, 1);
    assert.match(said.stderr, /already exists/);
    assert.equal(at.read(), own);
  });

  test('with --merge keeps its comments and values, and gets what it lacks', async (t) => {
    const at = desk(t);
    at.write(own);
    const source = put(at, 'ccr.json', {
      ...router,
      PORT: 5000,
      fallback: { default: ['lab,n'], think: ['lab,m'] },
    });
    const said = await at.occ(['import', source, '--merge', '--copy-keys']);
    assert.equal(said.code, 0, said.stderr);
    assert.match(at.read(), /\/\/ mine\n {2}"port": 4000/);
    assert.match(at.read(), /\/\* last \*\//);
    const { models, fallbacks, providers, auth_token } = fileOf(at);
    assert.deepEqual(models, {
      default: { provider: 'lab', model_id: 'own' },
      // Another provider has the name.
      think: { provider: 'lab-2', model_id: 'n' },
    });
    // The fallbacks of its own model are its own, too.
    assert.deepEqual(fallbacks, { think: [{ provider: 'lab-2', model_id: 'm' }] });
    assert.equal(providers?.['lab-2']?.api_key, secret);
    assert.equal(providers?.['lab']?.base_url, 'https://other.example/v1');
    assert.equal(auth_token, undefined);
    assert.equal(readFileSync(`${at.file}.bak`, 'utf8'), own);
    assert.match(said.stdout, /has its own\n(?: {2}.*\n)*? {2}port\n/);
    assert.match(said.stderr, /another provider lab, so the imported one is lab-2/);
    assert.equal((await at.occ(['check'])).code, 0);
    const again = await at.occ(['import', source, '--merge', '--copy-keys', '--json']);
    assert.equal(again.code, 0, again.stderr);
  });

  test('with --merge, a provider at the same address is the same provider', async (t) => {
    const at = desk(t);
    at.write(own.replace('other.example/v1', 'lab.example/v1/chat/completions'));
    assert.equal((await at.occ(['import', put(at, 'ccr.json', router), '--merge'])).code, 0);
    assert.deepEqual(fileOf(at).models?.['think'], { provider: 'lab', model_id: 'n' });
    assert.deepEqual(Object.keys(fileOf(at).providers ?? {}), ['lab']);
  });

  test('with --force is replaced and kept under a number', async (t) => {
    const at = desk(t);
    at.write(own);
    const said = await at.occ(['import', put(at, 'ccr.json', router), '--force']);
    assert.equal(said.code, 0, said.stderr);
    assert.deepEqual(fileOf(at).models?.['default'], { provider: 'lab', model_id: 'm' });
    assert.equal(readFileSync(`${at.file}.1.bak`, 'utf8'), own);
  });

  test('with --dry-run nothing is written, and no secret is printed', async (t) => {
    const at = desk(t);
    at.write(own.replace('"port"', '"auth_token": "own-token-0123456789", "port"'));
    const before = at.read();
    for (const how of [['--merge'], ['--force'], ['--merge', '--json']]) {
      const args = ['import', put(at, 'ccr.json', router), '--dry-run', '--copy-keys', ...how];
      const said = await at.occ(args);
      assert.equal(said.code, 0, said.stderr);
      assert.doesNotMatch(said.stdout + said.stderr, /sk-of-the|own-token/);
      assert.match(said.stdout, /•••/);
      assert.equal(at.read(), before);
      assert.deepEqual(readdirSync(dirname(at.file)), ['config.json']);
    }
  });
});

describe('a new file', () => {
  test('has a token, and that of the other tool only if keys are copied', async (t) => {
    for (const [flags, token] of [
      [[], /^[\w-]{43}$/],
      [['--copy-keys'], /^their-token-0123$/],
    ] as const) {
      const at = desk(t);
      const source = put(at, 'ccr.json', { ...router, APIKEY: 'their-token-0123', HOST: '0.0.0.0' });
      assert.equal((await at.occ(['import', source, ...flags])).code, 0);
      assert.match(fileOf(at).auth_token ?? '', token);
      assert.equal((await at.occ(['check'])).code, 0);
    }
  });

  test('has a token of its own where that of the other tool names a variable that is not set', async (t) => {
    const at = desk(t);
    const source = put(at, 'ccr.json', { ...router, APIKEY: '$NOBODY_SETS_IT' });
    const said = await at.occ(['import', source]);
    assert.match(said.stdout, /APIKEY: it names the variable NOBODY_SETS_IT, which is not set/);
    assert.equal((await at.occ(['check'])).code, 0);
  });

  test('keeps references to variables, and is ready once they are set', async (t) => {
    const at = desk(t);
    const [lab] = router.Providers;
    const source = put(at, 'ccr.json', { ...router, Providers: [{ ...lab, api_key: '$LAB_KEY' }] });
    const said = await at.occ(['import', source]);
    assert.match(said.stdout, /Providers\[0\]\.api_key: \$\{LAB_KEY\} → providers\.lab\.api_key/);
    assert.equal(fileOf(at).providers?.['lab']?.api_key, '${LAB_KEY}');
    assert.match((await at.occ(['check'])).stdout, /valid, but not ready/);
    assert.match((await at.occ(['check'], { env: { LAB_KEY: 'sk-x' } })).stdout, /: valid$/m);
  });

  test('takes the place of a file of oc-go-cc that occ has read, and the hint names the command', async (t) => {
    const at = desk(t);
    const source = put(at, '.config/oc-go-cc/config.json', { models: { default: { model_id: 'glm-5.3' } } });
    assert.match((await at.occ(['check'])).stdout, /occ config import/);
    const said = await at.occ(['import']);
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, /oc-go-cc\/config\.json is no longer read; it was not changed/);
    assert.ok(existsSync(source) && existsSync(at.file));
    assert.doesNotMatch((await at.occ(['check'])).stdout, /another tool/);
  });

  test('is made of a file in UTF-16, or with a byte order mark', async (t) => {
    for (const bytes of [
      Buffer.from(`\uFEFF${JSON.stringify(router)}`, 'utf16le'),
      Buffer.from(`\uFEFF${JSON.stringify(router)}`),
    ]) {
      const at = desk(t);
      assert.equal((await at.occ(['import', put(at, 'ccr.json', bytes)])).code, 0);
      assert.equal(fileOf(at).models?.['default']?.model_id, 'm');
    }
  });
});

describe('on a terminal', () => {
  async function answers(t: Parameters<typeof desk>[0], typed: Step[], existing = false): Promise<Desk> {
    const at = desk(t);
    put(at, '.claude-code-router/config.json', router);
    if (existing) at.write('{ "port": 4000 }\n');
    const said = await at.occ(['import', 'ccr'], { typed });
    assert.doesNotMatch(said.stderr + said.stdout, /sk-of-the/);
    return at;
  }

  test('asks whether keys are copied, and copies none by itself', async (t) => {
    const no = await answers(t, [[/contains 1 key\. Copy it\?/, 'n']]);
    assert.equal(fileOf(no).providers?.['lab']?.api_key, undefined);
    const enter = await answers(t, [[/Copy it\?/, '\r']]);
    assert.equal(fileOf(enter).providers?.['lab']?.api_key, undefined);
    const yes = await answers(t, [[/Copy it\?/, 'y']]);
    assert.equal(fileOf(yes).providers?.['lab']?.api_key, secret);
  });

  test('asks what becomes of an existing file', async (t) => {
    const merged = await answers(
      t,
      [
        [/exists already/, 'm'],
        [/Copy it\?/, 'n'],
      ],
      true,
    );
    assert.deepEqual([fileOf(merged).port, fileOf(merged).models?.['default']?.model_id], [4000, 'm']);
    const replaced = await answers(
      t,
      [
        [/exists already/, 'r'],
        [/Copy it\?/, 'n'],
      ],
      true,
    );
    assert.equal(fileOf(replaced).port, undefined);
    const left = await answers(t, [[/exists already/, 'l']], true);
    assert.equal(left.read(), '{ "port": 4000 }\n');
  });

  test('asks which of several files is meant', async (t) => {
    const at = desk(t);
    put(at, '.config/oc-go-cc/config.json', { models: { default: { model_id: 'glm-5.3' } } });
    put(at, '.claude-code-router/config.json', router);
    const typed: Step[] = [
      [/Which configuration/, '\u001b[B\r'],
      [/Copy it\?/, 'n'],
    ];
    const said = await at.occ(['import'], { typed });
    assert.equal(said.code, 0, said.stderr);
    assert.equal(fileOf(at).models?.['default']?.model_id, 'm');
  });
});

describe('the file of the other tool', () => {
  test('is never written, whatever leads to it', async (t) => {
    const at = desk(t);
    const source = put(at, '.claude-code-router/config.json', router);
    const text = readFileSync(source, 'utf8');
    mkdirSync(dirname(at.file), { recursive: true });
    symlinkSync(source, at.file);
    for (const args of [
      ['import', source, '--force', '--config', source],
      ['import', source, '--merge', '--config', source],
      ['import', 'ccr', '--force'],
      ['import', 'ccr', '--merge'],
    ]) {
      const said = await at.occ(args);
      assert.equal(said.code, 1, said.stderr);
      assert.match(said.stderr, /belongs to another tool and is never written/);
    }
    assert.equal(readFileSync(source, 'utf8'), text);
    assert.deepEqual(readdirSync(dirname(source)), ['config.json']);
  });

  test('keeps its content where the file of occ is another name of it', async (t) => {
    const at = desk(t);
    const source = put(at, 'ccr.json', router);
    const text = readFileSync(source, 'utf8');
    mkdirSync(dirname(at.file), { recursive: true });
    linkSync(source, at.file);
    assert.equal((await at.occ(['import', source, '--force'])).code, 0);
    assert.equal(readFileSync(source, 'utf8'), text);
  });

  test('may be behind a link, but has to be a regular file', async (t) => {
    const at = desk(t);
    const source = put(at, 'real.json', router);
    symlinkSync(source, join(at.home, 'link.json'));
    assert.equal((await at.occ(['import', 'link.json'])).code, 0);
    execFileSync('/usr/bin/env', ['mkfifo', join(at.home, 'fifo.json')]);
    mkdirSync(join(at.home, 'folder.json'));
    for (const [name, reason] of [
      ['fifo.json', /not a regular file/],
      ['folder.json', /is a directory/],
      ['/dev/zero', /not a regular file/],
    ] as const) {
      const said = await at.occ(['import', name, '--force']);
      assert.equal(said.code, 78);
      assert.match(said.stderr, reason);
    }
  });
});

describe('a hostile file', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [name, before] of ['b a', 'c b', 'd c', 'e d', 'f e', 'g f', 'h g'].map((two) => two.split(' ')))
    bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);

  const refused: [string, string, string, RegExp][] = [
    [
      'larger than any configuration',
      'c.json',
      `{"x": "${'x'.repeat(300_000)}"}`,
      /larger than 262144 bytes/,
    ],
    ['brackets without end', 'c.json', '['.repeat(100_000), /more than 64 lists and objects/],
    ['objects without end', 'c.json', '{"a":'.repeat(10_000), /more than 64 lists and objects/],
    ['more values than any configuration', 'c.json', `[${'1,'.repeat(60_000)}1]`, /more than 50000 values/],
    ['brackets of YAML', 'c.yaml', '['.repeat(100_000), /cannot read .*c\.yaml/],
    [
      'levels of YAML',
      'c.yaml',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /more than 64 lists/,
    ],
    ['aliases that repeat aliases', 'c.yaml', bomb.join('\n'), /more than 200 aliases/],
    ['an alias within itself', 'c.yaml', 'a: &a [*a]', /more than 64 lists/],
    ['an alias of nothing', 'c.yaml', 'a: *b', /not YAML|names no anchor/],
    ['keys that are objects', 'c.yaml', '? {a: b}\n: c', /a key that is no text/],
    ['keys that occur twice', 'c.yaml', 'port: 1\nport: 2', /line 2, column 1: a key that occurs twice/],
    ['commas without end', 'c.yaml', `{${','.repeat(200_000)}}`, /not YAML/],
    ['bytes that are no text', 'c.json', '\u0000\u0001\u0002'.repeat(99), /not in UTF-8/],
  ];
  for (const [says, name, text, reason] of refused)
    test(`is refused with the reason: ${says}`, async (t) => {
      const at = desk(t);
      const said = await at.occ(['import', put(at, name, text)]);
      assert.equal(said.code, 78, said.stderr);
      assert.match(said.stderr, reason);
      assert.ok(!existsSync(at.file));
    });

  const provider = (fields: object): object => ({
    Providers: [
      { ...router.Providers[0], ...fields },
      { name: 'ok', api_base_url: 'https://ok.example/v1', models: ['x'] },
    ],
    Router: { default: 'ok,x' },
  });
  const left: [string, object | string, RegExp][] = [
    [
      'a URL with a password',
      provider({ api_base_url: 'https://me:hunter2hunter2@lab.example/v1' }),
      /api_base_url: expected an absolute http or https URL without a name or password/,
    ],
    [
      'a URL with a key',
      provider({ api_base_url: 'https://lab.example/v1?key=hunter2hunter2' }),
      /a key in its query/,
    ],
    [
      'a file URL',
      provider({ api_base_url: 'file:///etc/passwd' }),
      /expected an absolute http or https URL/,
    ],
    [
      'a URL with a line break',
      provider({ api_base_url: 'https://lab.example\r\nx: y' }),
      /a blank or a control character/,
    ],
    [
      'a key with a line break',
      provider({ api_key: 'hunter2hunter2\r\nx-evil: 1' }),
      /the key contains a line break/,
    ],
    [
      'a key with a non-breaking space',
      provider({ api_key: 'hunter2\u00a0hunter2' }),
      /the key contains a non-breaking space/,
    ],
    [
      'a header with a line break',
      provider({ headers: { 'X-A': 'a\r\nX-Evil: 1' } }),
      /its value contains a line break/,
    ],
    [
      'a header that is none',
      provider({ headers: { 'X A': 'a', Host: 'evil.example' } }),
      /its name is not that of a header/,
    ],
    [
      'a name with escape sequences',
      provider({ name: 'a\u001b]0;x\u0007b' }),
      /a control character, expected a name/,
    ],
    [
      'a model with escape sequences',
      provider({ models: ['a\u001b[31m'] }),
      /models\[0\]: it contains a control character/,
    ],
    [
      'a model that is a key of objects',
      '{"Providers":[{"name":"ok","api_base_url":"https://ok.example/v1","models":["__proto__"]}],"Router":{"default":"ok,x"}}',
      /"__proto__" is no name/,
    ],
    [
      'keys of objects',
      '{"__proto__":{"Router":{"default":"evil,x"}},"Providers":[{"name":"ok","api_base_url":"https://ok.example/v1","models":["x"]}],"Router":{"default":"ok,x"}}',
      /\n {2}__proto__: occ has no such setting/,
    ],
    [
      'lists for objects',
      provider({ transformer: { use: 'x' }, models: { a: 1 }, headers: [1] }),
      /expected a list of transformers/,
    ],
  ];
  for (const [says, content, reason] of left)
    test(`is taken without what is wrong: ${says}`, async (t) => {
      const at = desk(t);
      const said = await at.occ(['import', put(at, 'c.json', content), '--copy-keys']);
      assert.equal(said.code, 0, said.stderr);
      assert.match(said.stdout, reason);
      // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
      assert.doesNotMatch(said.stdout + said.stderr, /hunter2|\u001b|\u0007|\r/);
      assert.doesNotMatch(at.read(), /hunter2|__proto__|evil/i);
      assert.equal(fileOf(at).models?.['default']?.model_id, 'x');
      assert.equal((await at.occ(['check'])).code, 0);
    });

  test('with an id as a path is taken without it where the id would be a part of the path', async (t) => {
    const at = desk(t);
    const source = put(
      at,
      'c.yaml',
      'gemini-api-key:\n  - api-key: k\n    models:\n      - {name: ../../x, alias: a}\n      - {name: good, alias: b}\n',
    );
    const said = await at.occ(['import', source]);
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stdout, /models\[0\]: its name would change the path of the URL/);
    assert.deepEqual(fileOf(at).models?.['b'], { provider: 'gemini', model_id: 'good' });
    assert.equal(fileOf(at).models?.['a'], undefined);
  });

  test('cannot start another line of the new file with its path', async (t) => {
    const at = desk(t);
    const source = put(at, 'a\n{ "port": 1 } \u001b[31m.json', router);
    assert.equal((await at.occ(['import', source])).code, 0);
    assert.equal(fileOf(at).port, undefined);
    assert.equal((await at.occ(['check'])).code, 0);
  });
});
