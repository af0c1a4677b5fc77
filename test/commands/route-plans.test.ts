/** What `occ route` says about plans and paid models: as configured, as assumed with `--quota`, and as a running proxy knows. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { say } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { toAnswer } from '../support/answers.ts';
import { requireBuilt } from '../support/built.ts';
import { matchesGolden } from '../support/golden.ts';
import { requestBody, waitUntil } from '../support/proxy.ts';
import { home, recordIn, type Home } from './program.ts';

before(requireBuilt);

const go = (model_id: string): object => ({ provider: 'opencode-go', model_id });
const config = (more: object = {}): string =>
  JSON.stringify({
    api_key: 'sk-of-this-test',
    models: {
      default: go('glm-5.3'),
      background: go('kimi-k2.7-code'),
      fast: go('glm-5.3-flash'),
      complex: { provider: 'opencode-zen', model_id: 'claude-fable-5' },
    },
    fallbacks: {
      default: [
        { provider: 'opencode-zen', model_id: 'kimi-k3' },
        { provider: 'near', model_id: 'm' },
      ],
    },
    providers: { near: { wire_format: 'chat', base_url: 'http://127.0.0.1:9/v1' } },
    ...more,
  });

async function pageOf(at: Home, keys: object, words: readonly string[]): Promise<string[]> {
  at.write('.config/occ/config.json', config(keys));
  const { code, stdout, stderr } = await at.run(['route', ...words]);
  assert.deepEqual([code, stderr], [0, '']);
  return [`$ occ route ${words.join(' ')}   ${JSON.stringify(keys)}`, ...stdout.split('\n')];
}

test('the page in words, for each value of the keys', async (t) => {
  const at = home(t);
  const pages: string[] = [];
  for (const [keys, words] of [
    [{}, []],
    [{}, ['-m', 'haiku', '--quota', '99']],
    [{ save_quota_at: 80 }, ['-m', 'haiku']],
    [{ save_quota_at: 80 }, ['-m', 'haiku', '--quota', '79']],
    [{ save_quota_at: '80%' }, ['-m', 'haiku', '--quota', '80%']],
    [{ save_quota_at: 80 }, ['-m', 'sonnet', '--quota', '80']],
    [{ paid_fallback: 'never' }, ['--quota', '100']],
    [{ paid_fallback: 'ask' }, ['--quota', '100']],
    [{ paid_fallback: 'never' }, ['-m', 'opus']],
    [{ paid_fallback: 'until 2020-01-01T00:00Z' }, []],
    [
      {
        save_quota_at: 80,
        models: { default: { provider: 'near', model_id: 'm' } },
        fallbacks: {},
        paid_fallback: 'never',
      },
      [],
    ],
  ] as const)
    pages.push(...(await pageOf(at, keys, words)));
  matchesGolden(fileURLToPath(new URL('route-plans.txt', import.meta.url)), pages);
});

test('a percentage that is none is refused', async (t) => {
  const at = home(t);
  for (const wrong of ['0', '0.8', '101', 'most']) {
    const { code, stderr } = await at.run(['route', '--quota', wrong]);
    assert.equal(code, 2);
    assert.match(stderr, /expected a percentage from 1 to 100/);
  }
});

test('knows what a running proxy has read on the usage page', async (t) => {
  const emulator = await startEmulator({
    script: () => [say('hello')],
    quota: {
      rolling: 3,
      weekly: 85,
      monthly: 40,
      resetsAt: '2100-01-01T00:00:00Z',
      models: { 'kimi-k3': 95 },
    },
  });
  t.after(() => emulator.close());
  const at = home(t);
  const opencode_go = { base_url: `${emulator.url}/zen/go/v1/chat/completions` };
  const providers = { near: { wire_format: 'chat', base_url: `${emulator.url}/v1` } };
  at.write('.config/occ/config.json', config({ save_quota_at: 80, opencode_go, providers }));
  const started = await at.run(['start', '--port', '0']);
  assert.equal(started.code, 0, started.stderr);
  const { url } = recordIn(at.dir) ?? assert.fail('no record');
  const ask = async (): Promise<string | null> => {
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestBody({ model: 'occ-haiku' })),
    });
    await response.text();
    return response.headers.get('x-occ-model');
  };
  assert.equal(await ask(), 'opencode-go/kimi-k2.7-code');
  const log = join(at.dir, '.local/state/occ/occ.log');
  const logged = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  await waitUntil(() => logged().includes('"event":"plan"'), 'what the page says');
  const answer = toAnswer('route', (await at.run(['route', '-m', 'haiku', '--json'])).stdout);
  assert.equal(answer['rule'], 'background work, and 85 % of the weekly window of opencode-go is used');
  const [rule] = answer['rules'] as { active: boolean; until: string; text: string }[];
  assert.deepEqual([rule?.active, rule?.until], [true, '2100-01-01T00:00:00.000Z']);
  assert.equal(
    await ask(),
    (answer['candidates'] as { model: string }[])[0]?.model,
    'the proxy does as it says',
  );
  const status = await at.run(['status']);
  assert.match(status.stdout, /kimi-k3 month {5}95 %/);
  assert.match(status.stdout, /key {8}save_quota_at 80 %\n +background work goes to near\/m instead of/);
  assert.equal((await at.run(['stop'])).code, 0);
});
