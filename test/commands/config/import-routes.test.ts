/**
 * Imports five files of each source. `occ config check` accepts every result, and `occ route` answers as the source would.
 * The files are made by hand in the shape of real ones; every key in them is a test key.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { parse } from 'jsonc-parser';
import { isObject } from '../../../lib/json.ts';
import { desk, type Desk } from './world.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/imports/', import.meta.url));

/** Kinds of requests, with what makes them so. */
const requests: Readonly<Record<string, (body: Record<string, unknown>) => void>> = {
  default: () => {},
  /** Not streamed, so that enable_streaming_scenario_routing does not matter. */
  whole: (body) => void (body['stream'] = false),
  opus: (body) => void (body['model'] = 'claude-opus-4-5'),
  haiku: (body) => void (body['model'] = 'claude-haiku-4-5'),
  think: (body) => void (body['output_config'] = { effort: 'max' }),
  image: (body) => {
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };
    body['messages'] = [{ role: 'user', content: [{ type: 'image', source }] }];
  },
  'over 50k': (body) => void (body['messages'] = [long(50)]),
  'over 60k': (body) => void (body['messages'] = [long(58)]),
  'over 65k': (body) => void (body['messages'] = [long(65)]),
  'over 90k': (body) => void (body['messages'] = [long(90)]),
};

/** Some more tokens than this many thousands. */
function long(thousands: number): unknown {
  return {
    role: 'user',
    content: 'one two three four five six seven nine ten more '.repeat(thousands * 110),
  };
}

/** The models in the order of attempts, for a kind of request or the name that a client requests. */
async function route(desk: Desk, kind: string): Promise<string[]> {
  const body: Record<string, unknown> = {
    model: 'claude-sonnet-5',
    max_tokens: 1000,
    stream: true,
    messages: [{ role: 'user', content: 'What does this project do?' }],
  };
  const change = requests[kind];
  if (change === undefined) body['model'] = kind;
  else change(body);
  const file = join(desk.home, 'request.json');
  writeFileSync(file, JSON.stringify(body));
  const said = await desk.run(['route', '--json', '--request', file, '--config', desk.file]);
  assert.equal(said.code, 0, said.stderr);
  const { candidates } = JSON.parse(said.stdout) as { candidates: { model: string }[] };
  return candidates.map(({ model }) => model);
}

type Routes = Readonly<Record<string, string>>;

/** The first models, with blanks between them. */
const expected: Readonly<Record<string, Routes>> = {
  'oc-go-cc/minimal.json': {
    default: 'opencode-go/kimi-k2.7-code opencode-go/glm-5.3 opencode-go/minimax-m3',
    haiku: 'opencode-go/glm-5.3-flash',
    'over 50k': 'opencode-go/kimi-k2.7-code',
    'over 65k': 'opencode-go/minimax-m3',
  },
  'oc-go-cc/long-session.json': {
    default: 'opencode-go/deepseek-v4-flash opencode-go/mimo-v2.5',
    whole: 'opencode-go/mimo-v2.5 opencode-go/deepseek-v4-flash opencode-go/deepseek-v4-pro',
    'over 90k': 'opencode-go/minimax-m3 opencode-go/deepseek-v4-pro opencode-go/mimo-v2.5-pro',
  },
  'oc-go-cc/variables.json': {
    default: 'opencode-go/deepseek-v4-pro',
    opus: 'opencode-go/kimi-k3.1-pro',
    haiku: 'opencode-go/deepseek-v4.1-flash',
    think: 'opencode-go/glm-5.3 opencode-go/deepseek-v4-pro',
    image: 'opencode-go/qwen3.7-plus',
    'claude-sonnet-4-5': 'opencode-go/mimo-v2.6-pro',
  },
  'oc-go-cc/zen-and-go.json': {
    default: 'opencode-zen/claude-sonnet-5-5 opencode-go/glm-5.3',
    haiku: 'opencode-go/glm-5.3-flash opencode-go/glm-5.3',
  },
  'oc-go-cc/families.json': {
    'claude-sonnet-5': 'opencode-go/kimi-k2.7-code',
    opus: 'opencode-go/kimi-k3 opencode-go/glm-5.3',
    haiku: 'opencode-go/qwen3.8-flash',
    'some-other-model': 'opencode-go/glm-5.3',
  },
  'routatic-proxy/tip.json': {
    default: 'opencode-go/deepseek-v4-flash opencode-go/qwen3.7-plus',
    whole: 'opencode-go/deepseek-v4-pro',
    'over 90k': 'opencode-go/minimax-m3',
  },
  'routatic-proxy/openrouter.json': {
    default: 'openrouter/moonshotai/kimi-k3 opencode-go/deepseek-v4-pro',
    haiku: 'openrouter/qwen/qwen3.8-flash opencode-go/deepseek-v4-pro',
    think: 'opencode-go/glm-5.3',
  },
  'routatic-proxy/bedrock.json': {
    default: 'opencode-go/glm-5.3 opencode-go/deepseek-v4-pro',
    opus: 'opencode-go/glm-5.3 opencode-go/deepseek-v4-pro',
  },
  'routatic-proxy/anthropic-first.json': {
    default: 'opencode-go/mimo-v2.6-pro',
    opus: 'opencode-go/kimi-k3 opencode-go/glm-5.3',
    think: 'opencode-go/glm-5.3',
  },
  'routatic-proxy/seed.json': {
    default: 'opencode-go/mimo-v2.5 opencode-go/deepseek-v4-flash',
    opus: 'opencode-go/deepseek-v4-pro opencode-go/deepseek-v4-flash',
  },
  'claude-code-router/deepseek-and-ollama.json': {
    default: 'deepseek/deepseek-chat',
    opus: 'deepseek/deepseek-chat',
    haiku: 'ollama/qwen3-coder:latest',
    think: 'deepseek/deepseek-reasoner',
    'deepseek/deepseek-reasoner': 'deepseek/deepseek-reasoner',
  },
  'claude-code-router/many-providers.json': {
    default: 'openrouter/anthropic/claude-sonnet-5',
    haiku: 'Gemini/gemini-3-flash',
    think: 'openrouter/google/gemini-3-pro',
    image: 'Gemini/gemini-3-pro',
    'over 60k': 'openrouter/anthropic/claude-sonnet-5',
    'over 90k': 'Gemini/gemini-3-pro',
  },
  'claude-code-router/fallback.json': {
    default: 'zai/glm-5.3 moonshot/kimi-k3 iflow/qwen3-coder-plus',
    haiku: 'iflow/qwen3-coder-plus moonshot/kimi-k2.7-code',
    'over 50k': 'zai/glm-5.3',
    'over 60k': 'moonshot/kimi-k3 iflow/qwen3-coder-plus',
    'over 65k': 'moonshot/kimi-k3 iflow/qwen3-coder-plus',
  },
  'claude-code-router/lm-studio.json': {
    default: 'lmstudio/qwen/qwen3-coder-30b',
    haiku: 'lmstudio/openai/gpt-oss-20b',
  },
  'claude-code-router/mixed.json': {
    default: 'openai/gpt-6',
    haiku: 'opencode-go-2/glm-5.3',
    think: 'openai/gpt-6',
    image: 'dashscope/qwen3-coder-plus',
    'over 90k': 'openai/gpt-6',
  },
  'cliproxyapi/openrouter.yaml': {
    'claude-sonnet-4-6': 'openrouter/moonshotai/kimi-k3',
    'claude-opus-4-8': 'openrouter/z-ai/glm-5.3',
    'claude-haiku-4-5': 'openrouter/qwen/qwen3.8-flash',
    deepseek: 'openrouter/deepseek/deepseek-v4-pro',
    'occ-opus': 'openrouter/z-ai/glm-5.3',
    default: 'openrouter/moonshotai/kimi-k3',
  },
  'cliproxyapi/keys.yaml': {
    'gemini-flash': 'gemini/gemini-3-flash',
    'gemini-3-pro': 'gemini/gemini-3-pro',
    'claude-sonnet-latest': 'claude-2/claude-3-5-sonnet-20241022',
    'codex-latest': 'codex/gpt-6-codex',
    'occ-opus': 'claude/claude-opus-5-5',
  },
  'cliproxyapi/pool.yaml': {
    'claude-opus-4.66': 'zai/glm-5.3 zai/kimi-k3',
    'occ-opus': 'zai/glm-5.3 zai/kimi-k3',
    think: 'zai/glm-5.3',
    default: 'zai/glm-5.3',
  },
  'cliproxyapi/version-8.yaml': {
    'gpt-oss': 'groq/openai/gpt-oss-120b',
    'fast/gpt-oss': 'groq/openai/gpt-oss-120b',
    'claude-sonnet-5': 'claude/claude-sonnet-5',
    haiku: 'claude/claude-haiku-4-5',
  },
  'cliproxyapi/logins.yaml': {
    'grok-latest': 'xai/grok-4.5',
    'xai/grok-latest': 'xai/grok-4.5',
    default: 'xai/grok-4.5',
  },
};

const env = {
  OC_GO_CC_API_KEY: 'sk-variable-1',
  ROUTATIC_PROXY_API_KEY: 'sk-variable-2',
  OPENROUTER_API_KEY: 'sk-variable-3',
  GEMINI_API_KEY: 'sk-variable-4',
  OPENAI_API_KEY: 'sk-variable-5',
};

/** The keys of a file, as its test keys look. */
function keysIn(text: string): string[] {
  return text.match(/\b(?:sk|gsk|xai|test|AIzaTest|bedrock)[\w-]*\d{4}\b/g) ?? [];
}

const all = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:json|yaml)$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))
  .sort();

test('there are five files of each source, and each has expected routes', () => {
  assert.deepEqual(Object.keys(expected).sort(), all);
  assert.equal(all.length, 20);
});

for (const [name, routes] of Object.entries(expected))
  describe(name, () => {
    const source = join(fixtures, name);
    const text = readFileSync(source, 'utf8');

    test('without its keys it is valid, names each key, and routes as the source does', async (t) => {
      const at = desk(t);
      const before = statSync(source);
      const said = await at.occ(['import', source, '--json'], { env });
      assert.equal(said.code, 0, said.stderr);
      const checked = await at.occ(['check', '--json'], { env });
      assert.equal(checked.code, 0, checked.stdout);
      for (const key of keysIn(text)) {
        assert.ok(!said.stdout.includes(key) && !said.stderr.includes(key), `${key} was printed`);
        assert.ok(!at.read().includes(key), `${key} was copied`);
      }
      for (const [kind, models] of Object.entries(routes)) {
        const found = await route(at, kind);
        assert.deepEqual(found.slice(0, models.split(' ').length), models.split(' '), kind);
      }
      const after = statSync(source);
      assert.deepEqual([after.mtimeMs, after.size, after.mode], [before.mtimeMs, before.size, before.mode]);
      assert.equal(readFileSync(source, 'utf8'), text);
    });

    test('every value of the file is taken, left with a reason, or a key', async (t) => {
      const at = desk(t);
      const said = await at.occ(['import', source, '--dry-run', '--json'], { env });
      const { taken, left, keys, config, ready } = JSON.parse(said.stdout) as {
        taken: { from: string }[];
        left: { path: string; reason: string }[];
        keys: { path: string; value: string; copied: boolean }[];
        config: unknown;
        ready: boolean;
      };
      const places = [
        ...taken.map(({ from }) => from),
        ...left.map(({ path }) => path),
        ...keys.map(({ path }) => path),
      ];
      if (name.endsWith('.json'))
        for (const path of leavesOf(parse(text, [], { allowTrailingComma: true }), ''))
          assert.ok(
            places.some(
              (place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`),
            ),
            `${path} is lost`,
          );
      assert.ok(left.every(({ reason }) => reason !== ''));
      assert.ok(isObject(config));
      assert.equal(typeof ready, 'boolean');
    });

    test('with --copy-keys it has the keys that it can use, and nothing prints them', async (t) => {
      const at = desk(t);
      const said = await at.occ(['import', source, '--copy-keys', '--json'], { env });
      assert.equal(said.code, 0, said.stderr);
      const { keys } = JSON.parse(said.stdout) as { keys: { copied: boolean; path: string }[] };
      assert.ok(keys.every(({ copied }) => copied));
      for (const key of keysIn(text)) assert.ok(!(said.stdout + said.stderr).includes(key));
      assert.equal((await at.occ(['check'], { env })).code, 0);
      assert.equal(statSync(at.file).mode & 0o777, 0o600);
    });
  });

test('names of Claude that CLIProxyAPI maps apply even where requested models are not respected', async (t) => {
  const at = desk(t);
  const source = join(at.home, 'two.yaml');
  const models = '[{name: first, alias: claude-opus-4-8}, {name: second, alias: claude-opus-5}]';
  writeFileSync(
    source,
    `openai-compatibility: [{name: lab, base-url: https://lab.example/v1, models: ${models}}]`,
  );
  assert.equal((await at.occ(['import', source])).code, 0);
  assert.equal((await at.occ(['set', 'respect_requested_model', 'false'])).code, 0);
  // The first name of the tier decides its scenario.
  assert.deepEqual(await route(at, 'claude-opus-5-9'), ['lab/first']);
  assert.deepEqual(await route(at, 'claude-opus-5'), ['lab/second', 'lab/first']);
});

/** The paths of all values that are neither objects nor lists, as the report renders them. */
function leavesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, `${path}[${index}]`));
  if (!isObject(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => {
    const plain = /^[A-Za-z_$][\w$-]*$/.test(key);
    return leavesOf(
      inner,
      plain ? `${path}${path === '' ? '' : '.'}${key}` : `${path}[${JSON.stringify(key)}]`,
    );
  });
}
