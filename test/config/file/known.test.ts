import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKnown, findSegments, type Known } from '../../../lib/config/file/known.ts';

/** [typed path, expected result] */
const cases: [string, Partial<Known>][] = [
  ['port', { kind: 'known', segments: ['port'] }],
  ['fallbacks.default.0.model_id', { kind: 'known', segments: ['fallbacks', 'default', 0, 'model_id'] }],
  ['fallbacks.default[0]', { kind: 'known', segments: ['fallbacks', 'default', 0] }],
  ['models.0', { kind: 'known', segments: ['models', '0'] }],
  ['model_overrides["a.b"].provider', { kind: 'known', segments: ['model_overrides', 'a.b', 'provider'] }],
  ['api_keys.1', { kind: 'known', segments: ['api_keys', 1] }],
  ['aws_bedrock.region.x', { kind: 'ignored', segments: ['aws_bedrock', 'region', 'x'] }],
  ['debug', { kind: 'ignored', segments: ['debug'] }],
  ['prot', { kind: 'unknown', path: 'prot', near: 'port', alike: ['port'] }],
  ['loging.level', { kind: 'unknown', path: 'loging', near: 'logging.level', alike: ['logging.level'] }],
  [
    'timeout_ms',
    {
      kind: 'unknown',
      path: 'timeout_ms',
      alike: [
        'opencode_go.timeout_ms',
        'opencode_zen.timeout_ms',
        'openrouter.timeout_ms',
        'providers.<name>.timeout_ms',
      ],
    },
  ],
  [
    'log.max_file',
    { kind: 'unknown', path: 'log', alike: ['logging.max_files', 'logging.captures.max_files'] },
  ],
  [
    'fallbacks.default[0].modl_id',
    {
      kind: 'unknown',
      path: 'fallbacks.default[0].modl_id',
      near: 'fallbacks.default[0].model_id',
      alike: [
        'models.<name>.model_id',
        'fallbacks.<name>[0].model_id',
        'model_overrides.<name>.model_id',
        'model_family_overrides.<name>.model_id',
      ],
    },
  ],
  ['port.x', { kind: 'unknown', path: 'port.x', alike: [] }],
  ['port[0]', { kind: 'unknown', path: 'port[0]', alike: [] }],
  ['constructor', { kind: 'unknown', path: 'constructor', alike: [] }],
  ['a..b', { kind: 'no path' }],
  ['', { kind: 'no path' }],
];

for (const [typed, expected] of cases)
  test(`"${typed}" is ${expected.kind}`, () => {
    const known = findKnown(typed);
    const { schema: _, ...rest } = known.kind === 'known' ? known : { ...known, schema: undefined };
    assert.deepEqual(rest, expected);
  });

test('in a configuration, a number is an index where the value is a list', () => {
  const config = { list: [{ a: 1 }], byName: { 0: { a: 1 } } };
  assert.deepEqual(findSegments(config, 'list.0.a'), ['list', 0, 'a']);
  assert.deepEqual(findSegments(config, 'byName.0.a'), ['byName', '0', 'a']);
  assert.deepEqual(findSegments(config, 'nothing.0'), ['nothing', '0']);
  assert.equal(findSegments(config, ''), undefined);
});
