/** Tests `occ models` on the built program: configured, bundled and listed models. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { toLearnedNotes } from '../../lib/commands/models/learned.ts';
import { matches } from '../../lib/commands/models/filter.ts';
import { renderModels } from '../../lib/commands/models/page.ts';
import { knownModels } from '../../lib/catalog/known-models.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { load } from '../config/scratch.ts';
import { toAnswer } from '../support/answers.ts';
import { requireBuilt } from '../support/built.ts';
import { home, recordIn, type Home } from './program.ts';

before(requireBuilt);

const key = 'sk-this-must-not-be-seen-anywhere';

interface Listed {
  base: string;
  asked: { url: string; headers: IncomingHttpHeaders }[];
}

/** A provider that returns this list of models, or this status. */
async function listServer(t: TestContext, answer: string[] | number): Promise<Listed> {
  const asked: Listed['asked'] = [];
  const server = createServer((req, res) => {
    asked.push({ url: req.url ?? '', headers: req.headers });
    const data = typeof answer === 'number' ? [] : answer.map((id) => ({ id, object: 'model' }));
    res.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ object: 'list', data, echoed: req.headers.authorization }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

interface Row {
  model: string;
  configured: string[];
  format: string;
  context_window: number;
  price: { input: number } | null;
  trains_on_data: boolean | null;
  state: string;
}

async function models(
  at: Home,
  ...words: string[]
): Promise<{ rows: Map<string, Row>; code: number | null; refreshed: unknown }> {
  const { code, stdout, stderr } = await at.run(['models', '--json', ...words]);
  assert.doesNotMatch(stdout + stderr, /sk-this/);
  const answer = toAnswer('models', stdout);
  return {
    code,
    refreshed: answer['refreshed'],
    rows: new Map((answer['models'] as Row[]).map((row) => [row.model, row])),
  };
}

test('lists configured and known models with their properties', async (t) => {
  const { rows, code, refreshed } = await models(home(t));
  assert.deepEqual([code, refreshed], [0, null]);
  const usual = rows.get('opencode-go/deepseek-v4-pro');
  assert.deepEqual([usual?.configured[0], usual?.format, usual?.state], ['models.default', 'chat', 'listed']);
  assert.equal(usual?.price?.input, 0.66);
  assert.equal(rows.get('opencode-go/muse-spark-1.3-contributor')?.trains_on_data, true);
  assert.equal(rows.get('opencode-zen/minimax-m2.1')?.state, 'retired');
  assert.deepEqual(
    [...rows.values()].slice(0, 2).every(({ configured }) => configured.length > 0),
    true,
  );
});

describe('--refresh', () => {
  const near = (base_url: string, more: object = {}): object => ({
    wire_format: 'chat',
    base_url,
    api_key: key,
    ...more,
  });
  const configure = (at: Home, providers: object): void =>
    void at.write(
      '.config/occ/config.json',
      JSON.stringify({ models: { default: { provider: 'near', model_id: 'gone' } }, providers }),
    );

  test('sends one request with the key, and stores the list until the next refresh', async (t) => {
    const list = await listServer(t, ['new', 'org/newer']);
    const at = home(t);
    configure(at, { near: near(list.base, { headers: { 'x-team': 'blue' } }) });
    assert.equal((await models(at)).rows.get('near/gone')?.state, 'unknown');
    assert.equal(list.asked.length, 0, 'no request without --refresh');

    const { rows, code } = await models(at, '--refresh');
    assert.equal(code, 0);
    assert.deepEqual(
      list.asked.map(({ url }) => url),
      ['/v1/models'],
    );
    assert.equal(list.asked[0]?.headers.authorization, `Bearer ${key}`);
    assert.equal(list.asked[0]?.headers['x-team'], 'blue');
    assert.deepEqual([rows.get('near/new')?.state, rows.get('near/new')?.format], ['listed', 'chat']);
    assert.equal(rows.get('near/org/newer')?.price, null);
    assert.equal(rows.get('near/gone')?.state, 'unlisted');

    const later = await models(at);
    assert.equal(later.rows.get('near/new')?.state, 'listed');
    assert.equal(list.asked.length, 1);
    assert.doesNotMatch(readFileSync(join(at.dir, '.cache/occ/models.json'), 'utf8'), /sk-this/);
    // The list of one address does not apply to another.
    configure(at, { near: near('http://127.0.0.1:9/v1') });
    assert.equal((await models(at)).rows.has('near/new'), false);
  });

  test('a listed model can be used by its id: in occ route, with -m, and in a running proxy', async (t) => {
    const list = await listServer(t, ['new', 'claude-sonnet-9']);
    const at = home(t);
    configure(at, { near: near(list.base) });
    const ruleFor = async (model: string) => {
      const { stdout } = await at.run(['route', '--model', model, '--json']);
      const { rule, candidates } = toAnswer('route', stdout);
      return [rule, (candidates as { model: string }[])[0]?.model];
    };
    const occ = at.start(['start', '--foreground', '--port', '0']);
    await occ.waitFor('Ctrl-C ends it');
    assert.equal((await ruleFor('new'))[1], 'near/gone');
    await models(at, '--refresh');
    await occ.waitFor('is in force');
    assert.equal((await ruleFor('new'))[1], 'near/new');
    // A model id of Claude Code does not select a listed model.
    assert.equal((await ruleFor('claude-sonnet-9'))[1], 'near/gone');
    const dry = await at.run(['launch', '-m', 'new', '--dry-run', '--json']);
    assert.equal(dry.code, 0, dry.stderr);
    const { url } = recordIn(at.dir) ?? assert.fail('no record');
    const asked = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'any' },
      body: JSON.stringify({ model: 'new', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
    });
    await asked.text();
    const { models: known } = toAnswer('status', (await at.run(['status', '--json'])).stdout);
    assert.equal((known as { model: string }[])[0]?.model, 'near/new');
    occ.kill('SIGTERM');
    await occ.ended;
  });

  test('listed models use the format of their provider', async (t) => {
    const list = await listServer(t, ['new']);
    const at = home(t);
    configure(at, { near: near(list.base, { wire_format: 'messages' }) });
    const { rows } = await models(at, '--refresh');
    assert.equal(rows.get('near/new')?.format, 'messages');
    assert.equal(list.asked[0]?.headers['x-api-key'], key);
    // Anthropic's list requires it too: https://docs.anthropic.com/en/api/models-list.
    assert.equal(list.asked[0]?.headers['anthropic-version'], '2023-06-01');
  });

  test('a failing provider does not affect others', async (t) => {
    const [good, bad] = [await listServer(t, ['new']), await listServer(t, 500)];
    const at = home(t);
    configure(at, { near: near(good.base), other: near(bad.base) });
    const { rows, code, refreshed } = await models(at, '--refresh');
    assert.equal(code, 69);
    assert.equal(rows.get('near/new')?.state, 'listed');
    const outcomes = (refreshed as { provider: string; outcome: string }[]).map(({ provider, outcome }) => [
      provider,
      outcome,
    ]);
    assert.deepEqual(Object.fromEntries(outcomes), {
      near: 'listed',
      other: 'unreachable',
      'opencode-go': 'skipped',
      'opencode-zen': 'skipped',
    });
  });

  test('a built-in provider that no model names does not fail the refresh of another', async (t) => {
    const [good, bad] = [await listServer(t, ['new']), await listServer(t, 500)];
    const at = home(t);
    const chat = `${bad.base}/chat/completions`;
    const configured = (entry: object): void =>
      void at.write(
        '.config/occ/config.json',
        JSON.stringify({
          models: { default: { provider: 'near', model_id: 'new' }, ...entry },
          providers: { near: { base_url: good.base } },
          opencode_go: { base_url: chat, api_key: key },
        }),
      );
    configured({});
    const { code, stderr } = await at.run(['models', '--refresh']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /occ: opencode-zen is skipped: it has no key\n/);
    assert.match(stderr, /occ: opencode-go: .* (?:answers 500|is not a list)/);
    configured({ complex: { provider: 'opencode-go', model_id: 'glm-5.3' } });
    assert.equal((await models(at, '--refresh')).code, 69);
  });

  test('a rejected key takes precedence over an unreachable provider in the exit code', async (t) => {
    const refusing = await listServer(t, 403);
    const at = home(t);
    configure(at, { near: near(refusing.base), other: near('http://127.0.0.1:9/v1') });
    assert.equal((await models(at, '--refresh')).code, 77);
    assert.equal(
      existsSync(join(at.dir, '.cache/occ/models.json')) && (await models(at)).rows.has('near/new'),
      false,
    );
  });

  test('prints the result even if the lists cannot be stored', async (t) => {
    const list = await listServer(t, ['new']);
    const at = home(t);
    configure(at, { near: near(list.base) });
    at.write('.cache', '');
    const { code, stderr } = await at.run(['models', '--refresh']);
    assert.equal(code, 0);
    assert.match(stderr, /cannot be stored/);
  });
});

describe('page', () => {
  const keyed = { api_key: 'sk-something' };

  async function pageAt(t: TestContext, width: number | undefined, words: string[] = []): Promise<string[]> {
    const { settings } = await load(t, keyed);
    const models = knownModels(settings, {}).filter((model) => matches(model, words));
    return renderModels({
      models,
      missing: {},
      style: await loadStyle(0),
      width,
      whole: words.length > 0,
    });
  }

  for (const [width, height] of [
    [80, 30],
    [80, 40],
    [120, 24],
    [120, 60],
    [60, 50],
  ] as const)
    test(`is one page of ${width}x${height}, with every configured model and a command for each of the others`, async (t) => {
      const { settings } = await load(t, keyed);
      const models = knownModels(settings, {});
      const lines = renderModels({ models, missing: {}, style: await loadStyle(0), width, height });
      const text = lines.join('\n');
      // The last line of the terminal is the prompt.
      assert.ok(lines.length < height, `${lines.length} lines`);
      assert.deepEqual(
        lines.filter((line) => line.length > width),
        [],
      );
      for (const { configured, provider, id } of models)
        if (configured.length > 0) assert.match(text, new RegExp(`^● ${provider}/${id}`, 'm'));
      for (const name of ['opencode-go', 'opencode-zen']) {
        const offered = models.filter(
          ({ provider, configured, state }) =>
            provider === name && configured.length === 0 && (state === 'listed' || state === 'unknown'),
        );
        const more = new RegExp(`^${name}: (\\d+) more models: occ models ${name}$`, 'm').exec(text);
        const section = text.split('\n\n').find((part) => part.startsWith(`${name}\n`)) ?? '';
        const shown = offered.filter(({ id }) => new RegExp(`^  ${id}(?: |$)`, 'm').test(section));
        assert.equal(shown.length + Number(more?.[1]), offered.length, name);
      }
      assert.match(text, /occ use <model> sets the default.*\s.*--fallback/);
    });

  test('a pipe, --all and a word fold nothing and hide nothing', async (t) => {
    const at = home(t);
    const all = (await models(at)).rows.size;
    const namesIn = (stdout: string): number => stdout.match(/^[ ●] \S/gm)?.length ?? 0;
    for (const args of [['models'], ['models', '--all'], ['models', 'opencode-']])
      assert.equal(namesIn((await at.run(args)).stdout), all, args.join(' '));
  });

  for (const width of [40, 60, 80, 100, 120]) {
    test(`fits ${width} columns, begins with the configured models, and marks restrictions`, async (t) => {
      const lines = await pageAt(t, width);
      assert.deepEqual(
        lines.filter((line) => line.length > width),
        [],
      );
      const page = lines.join('\n');
      assert.equal(lines[0], 'configured');
      assert.match(page, /^● opencode-go\/deepseek-v4-pro/m);
      assert.match(page, /^ +for default; after background, fast/m);
      assert.match(page, /big-pickle[^●]*?official client\s+only/);
      assert.doesNotMatch(page, /minimax-m2\.1\b/);
      assert.match(page, /muse-spark-1\.3-contributor(?:.* yes(?: +responses)?$|[^●]*?trains on your data)/m);
    });
  }

  test('every table has a row of heads above its columns, and a legend', async (t) => {
    const lines = await pageAt(t, 120);
    for (const [index, line] of lines.entries()) {
      if (!/^(?:configured|opencode-\w+)$/.test(line)) continue;
      assert.match(lines[index + 1] ?? '', /^ +context +output +images +\$ in +\$ out +trains +format$/);
    }
    const head = lines[1] ?? '';
    const row = lines.find((line) => line.startsWith('● opencode-go/deepseek-v4-pro')) ?? '';
    const cell = (name: string, text: string): void =>
      assert.equal(row.indexOf(text) + text.length, head.indexOf(name) + name.length, name);
    cell('context', '1.0M');
    cell('$ in', '0.66');
    cell('$ out', '1.98');
    assert.match(lines.join('\n'), /US dollars per million tokens/);
  });

  test('columns are left out where there is no room for them, and then lines are stacked', async (t) => {
    assert.match((await pageAt(t, 80))[1] ?? '', /context +images +\$ in +\$ out +trains$/);
    const stacked = await pageAt(t, 40);
    assert.doesNotMatch(stacked.join('\n'), /\$ in +\$ out/);
    assert.match(
      stacked.join('\n'),
      /deepseek-v4-pro\n {4}1\.0M context, \$0\.66 in, \$1\.98 out,\n {4}chat/,
    );
  });

  test('an unknown limit is shown as assumed', async (t) => {
    const { settings } = await load(t, {
      models: { default: { provider: 'lab', model_id: 'own' }, think: { provider: 'lab', model_id: 'told' } },
      providers: {
        lab: {
          base_url: 'http://127.0.0.1:1/v1',
          models: { told: { context_window: 128_000 }, 'glm-5.3': {} },
        },
      },
      opencode_go: { api_key: 'x' },
    });
    const models = knownModels(settings, {});
    const assumed = Object.fromEntries(
      models.map(({ provider, id, assumed }) => [`${provider}/${id}`, assumed]),
    );
    assert.deepEqual(assumed['lab/own'], ['context', 'output']);
    assert.deepEqual(assumed['lab/told'], ['output']);
    // A local server runs a known model with limits of its own.
    assert.deepEqual(assumed['lab/glm-5.3'], ['context', 'output']);
    assert.deepEqual(assumed['opencode-go/glm-5.3'], []);
    const style = await loadStyle(0);
    const page = renderModels({ models, missing: {}, style, width: 120 }).join('\n');
    assert.match(page, /lab\/own +128\.0k\? +32\.0k\? /);
    assert.match(page, /lab\/told +128\.0k +32\.0k\? /);
    assert.match(page, /in tokens, with \? if assumed/);
    const stacked = renderModels({ models, missing: {}, style, width: 40 }).join('\n');
    assert.match(stacked, /lab\/own\n +128\.0k context \(assumed\),/);
    const listed = knownModels(settings, {
      lab: { at: '', url: 'http://127.0.0.1:1/v1/models', models: [{ id: 'own', context: 8000 }] },
    });
    assert.deepEqual(listed.find(({ id }) => id === 'own')?.assumed, ['output']);
  });

  test('a pipe gets every column', async (t) => {
    assert.match((await pageAt(t, undefined))[1] ?? '', /format$/);
  });

  test('shows only configured models of a provider without a key', async (t) => {
    const { settings } = await load(t);
    const missing = { 'opencode-go': 'none is set', 'opencode-zen': 'none is set' };
    const style = await loadStyle(0);
    const models = knownModels(settings, {});
    const page = renderModels({ models, missing, style, width: 80 }).join('\n');
    assert.match(page, /^● opencode-go\/glm-5\.3 .*\n.*for think.*\n {4}no key$/m);
    assert.doesNotMatch(page, /opencode-zen/);
    assert.match(page, /\d+ more that are retired or lack a key/);
    const found = models.filter((model) => matches(model, ['zen', 'glm-4']));
    const filtered = renderModels({ models: found, missing, style, width: 80, whole: true }).join('\n');
    assert.match(filtered, /^opencode-zen {2}no key$/m);
    assert.match(filtered, /glm-4\.6 .*\n {4}retired: /);
    assert.doesNotMatch(filtered, /more that are/);
  });
});

describe('a filter', () => {
  const found = async (t: TestContext, ...words: string[]): Promise<string[]> => {
    const { settings } = await load(t, {
      providers: {
        lab: { base_url: 'http://127.0.0.1:1/v1', models: [{ model_id: 'tuned', family: 'glm' }] },
      },
    });
    return knownModels(settings, {})
      .filter((model) => matches(model, words))
      .map(({ provider, id }) => `${provider}/${id}`);
  };

  test('looks at provider, id, name, family and format, in any case', async (t) => {
    assert.ok((await found(t, 'GLM')).includes('lab/tuned'), 'the family');
    assert.ok((await found(t, 'glm')).every((name) => /glm|tuned/.test(name)));
    assert.ok((await found(t, 'MiniMax-M3')).includes('opencode-go/minimax-m3'), 'the name');
    assert.ok((await found(t, 'responses')).includes('opencode-go/gpt-6-luna'), 'the format');
  });

  test('of several words shows what has all of them', async (t) => {
    assert.deepEqual(await found(t, 'opencode-go/glm', 'flash'), ['opencode-go/glm-5.3-flash']);
    assert.deepEqual(await found(t, 'glm', 'nothing'), []);
  });

  test('applies to the page and to JSON, and says if nothing is found', async (t) => {
    const at = home(t);
    const { rows } = await models(at, 'glm-5.3', 'opencode-go');
    assert.deepEqual([...rows.keys()].sort(), ['opencode-go/glm-5.3', 'opencode-go/glm-5.3-flash']);
    const none = await at.run(['models', 'glm-5.33']);
    assert.deepEqual([none.code, none.stdout], [0, '']);
    assert.match(none.stderr, /no known model has "glm-5\.33"\n {2}did you mean glm-5\.3\?/);
  });
});

test('notes of a running proxy name the model or provider and the time', () => {
  const until = '2001-02-03T04:05:00Z';
  const notes = toLearnedNotes({
    models: [
      { model: 'p/one', format: 'chat', breaker: { state: 'open', until } },
      { model: 'p/two', format: 'chat', breaker: { state: 'closed' } },
      { model: 'p/three', format: 'gemini', breaker: { state: 'half_open', until } },
    ],
    spent: [{ who: 'p', limit: 'weekly usage limit', until }],
    learned: [{ model: 'p/two', words: 'takes 4096 tokens at most', until }],
  });
  const rendered = Object.fromEntries(
    [...notes].map(([subject, texts]) => [subject, texts.join('; ').replace(/\d+\/\d+ [\d:]+/, 'T')]),
  );
  assert.deepEqual(rendered, {
    'p/one': 'skipped in format chat, until T',
    'p/three': 'being probed in format gemini, until T',
    p: 'weekly usage limit reached, until T',
    'p/two': 'takes 4096 tokens at most, until T',
  });
});

test('notes are printed below the model', async (t) => {
  const { settings } = await load(t, { api_key: 'sk-something' });
  const lines = renderModels({
    models: knownModels(settings, {}),
    missing: {},
    style: await loadStyle(0),
    width: 80,
    notesOf: ({ id }) => (id === 'deepseek-v4-pro' ? ['skipped in format chat, until 14:05'] : []),
  });
  const at = lines.findIndex((line) => line.includes('skipped in'));
  assert.match(lines.slice(0, at).findLast((line) => line.startsWith('●')) ?? '', /deepseek-v4-pro/);
});
