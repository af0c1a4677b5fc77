/** Tests the addresses, the parsing and the cache of provider lists. */
import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readListCache, writeListCache } from '../../lib/catalog/list-cache.ts';
import { listAddress, readList } from '../../lib/catalog/provider-list.ts';
import type { Provider } from '../../lib/config/settings.ts';
import { load, scratchHome } from '../config/scratch.ts';

describe('address of the list', () => {
  const places: [config: object, provider: string, url: string | undefined][] = [
    [{ api_key: 'sk-old' }, 'opencode-go', 'https://opencode.ai/zen/go/v1/models'],
    [{ api_key: 'sk-old' }, 'opencode-zen', 'https://opencode.ai/zen/v1/models'],
    [{ api_key: 'oc_sk_new' }, 'opencode-zen', 'https://opencode.ai/inference/v1/models'],
    // There is none below /inference/go.
    [{ api_key: 'oc_sk_new' }, 'opencode-go', 'https://opencode.ai/zen/go/v1/models'],
    [{ providers: { x: { base_url: 'https://a.example/v1' } } }, 'x', 'https://a.example/v1/models'],
    [
      { providers: { x: { base_url: 'https://a.example/api/chat/completions' } } },
      'x',
      'https://a.example/api/models',
    ],
    [
      { providers: { x: { base_url: 'https://a.example', wire_format: 'messages' } } },
      'x',
      'https://a.example/v1/models',
    ],
    [
      { providers: { x: { base_url: 'https://a.example/v1', wire_format: 'responses' } } },
      'x',
      'https://a.example/v1/models',
    ],
    [
      { providers: { x: { base_url: 'https://a.example/v1beta', wire_format: 'gemini' } } },
      'x',
      'https://a.example/v1beta/models',
    ],
  ];
  for (const [config, name, url] of places) {
    test(`${name} of ${JSON.stringify(config)}`, async (t) => {
      const { settings } = await load(t, config);
      assert.equal(listAddress(settings.providers[name] as Provider)?.url, url);
    });
  }

  test('none without an endpoint', async (t) => {
    const { settings } = await load(t, {});
    assert.equal(listAddress(settings.providers['emulator'] as Provider), undefined);
  });
});

describe('parsing', () => {
  test('accepts the formats of OpenCode, OpenRouter, vLLM, Anthropic and Google', () => {
    const lists: [object, object[]][] = [
      [
        { object: 'list', data: [{ id: 'kimi-k3', object: 'model', created: 1, owned_by: 'opencode' }] },
        [{ id: 'kimi-k3' }],
      ],
      [
        {
          data: [
            { id: 'a/b', name: 'B', context_length: 262144, top_provider: { max_completion_tokens: 8192 } },
          ],
        },
        [{ id: 'a/b', context: 262144, output: 8192 }],
      ],
      [{ data: [{ id: 'local', max_model_len: 32768 }] }, [{ id: 'local', context: 32768 }]],
      [
        { data: [{ type: 'model', id: 'claude-x', display_name: 'Claude X' }] },
        [{ id: 'claude-x', name: 'Claude X' }],
      ],
      [
        { models: [{ name: 'models/gemini-x', displayName: 'X', inputTokenLimit: 10, outputTokenLimit: 5 }] },
        [{ id: 'gemini-x', name: 'X', context: 10, output: 5 }],
      ],
      [{ data: [] }, []],
    ];
    for (const [list, models] of lists) assert.deepEqual(readList(JSON.stringify(list)), models);
  });

  test('skips entries with no id, a wrong type, a control character, or a duplicate id', () => {
    const data = [
      { id: '' },
      {},
      null,
      7,
      { id: 'x\u001b[31m' },
      { id: 'y'.repeat(300) },
      { id: 'z' },
      { id: 'z' },
    ];
    assert.deepEqual(readList(JSON.stringify({ data })), [{ id: 'z' }]);
    assert.deepEqual(readList('{"data":[{"id":"z","context_length":-1,"max_tokens":"many"}]}'), [
      { id: 'z' },
    ]);
  });

  test('returns undefined for anything else', () => {
    for (const text of ['', '<html>', '{}', '{"error":{"message":"no"}}', '"data"'])
      assert.equal(readList(text), undefined, text);
  });
});

describe('cache', () => {
  const list = {
    at: '2026-11-10T00:00:00.000Z',
    url: 'https://a.example/v1/models',
    models: [{ id: 'one', context: 5 }],
  };

  test('stores lists by provider, readable by the owner only', (t) => {
    const dir = join(scratchHome(t), 'cache/occ');
    assert.deepEqual(readListCache(dir), {});
    writeListCache(dir, { a: list });
    writeListCache(dir, { b: { ...list, models: [] } });
    writeListCache(dir, { a: { ...list, models: [{ id: 'two' }] } });
    assert.deepEqual(readListCache(dir), {
      a: { ...list, models: [{ id: 'two' }] },
      b: { ...list, models: [] },
    });
    assert.equal(statSync(join(dir, 'models.json')).mode & 0o777, 0o600);
  });

  test('treats an invalid file, or one of another version, as empty', (t) => {
    const dir = join(scratchHome(t), 'occ');
    mkdirSync(dir);
    for (const text of ['', '{', '[]', '{"schema":2,"providers":{}}', '{"schema":1,"providers":{"a":7}}']) {
      writeFileSync(join(dir, 'models.json'), text);
      assert.deepEqual(readListCache(dir), {}, text);
    }
  });
});
