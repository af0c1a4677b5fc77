import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { desk, type Asked, type Desk } from './world.ts';

const ajv = new Ajv({ strict: true, allErrors: true });

function schemaOf(verb: string): object {
  const file = new URL(`../../fixtures/answers/config-${verb}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}

const odd =
  '{ "prot": 1, "host": "${NO_SUCH}", "api_key": "sk-secret", "port": 4000, "retry": { "attempts": 1 } }';

/** [command and arguments, file, exit code, options] */
const cases: [string[], string | undefined, number, Asked?][] = [
  [['path'], undefined, 0],
  [['path'], odd, 0],
  [['path', '--config', 'x.json'], undefined, 0],
  [['check'], undefined, 0],
  [['check'], odd, 78],
  [['check'], '{', 78],
  [['check', '--config', 'none.json'], undefined, 78],
  [['check'], '{ "api_key": "a\\nb" }', 78],
  [['show'], undefined, 0],
  [['show'], odd, 0, { env: { NO_SUCH: 'localhost', OCC_PORT: '1' } }],
  [['get', 'port'], undefined, 0],
  [['get', 'models'], undefined, 0],
  [['get', 'api_key'], '{ "api_key": "sk-secret" }', 0],
  [['set', 'port', '1'], undefined, 0],
  [['set', 'api_key', 'sk-secret'], odd, 0, { env: { NO_SUCH: 'localhost', OCC_API_KEY: 'x' } }],
  [['set', 'debug', 'true'], undefined, 0],
  [['set', 'models.default.model_id', 'glm-5.3'], undefined, 0],
  [['unset', 'models.vision'], '{}', 0],
  [['get', 'opencode_go.first_event_timeout_ms'], undefined, 0],
  [['unset', 'port'], undefined, 0],
  [['unset', 'port'], odd, 0],
  [['init'], undefined, 0],
  [['init', '--force'], odd, 0],
  [['edit'], odd, 0, { env: { EDITOR: 'true' } }],
  [['edit'], '{ "port": 4000, "prot": 1 }', 0, { env: { EDITOR: `sed -i.x s/4000/5000/` } }],
];

for (const [args, text, code, asked] of cases) {
  const [verb = ''] = args;
  test(`${args.join(' ')} --json of ${text ?? 'no file'} matches its schema`, async (t) => {
    const { value, stdout, stderr } = await answer(desk(t), args, text, code, asked);
    const validate = ajv.getSchema(verb) ?? ajv.addSchema(schemaOf(verb), verb).getSchema(verb);
    assert.ok(validate?.(value), JSON.stringify(validate?.errors));
    // oxlint-disable-next-line no-control-regex -- the check is for control characters
    assert.doesNotMatch(stdout + stderr, /sk-secret|\u001b/);
  });
}

async function answer(
  { occ, write }: Desk,
  args: string[],
  text: string | undefined,
  code: number,
  asked?: Asked,
): Promise<{ value: Record<string, unknown>; stdout: string; stderr: string }> {
  if (text !== undefined) write(text);
  const said = await occ([...args, '--json'], asked);
  assert.equal(said.code, code, said.stderr);
  return { ...said, value: JSON.parse(said.stdout) as Record<string, unknown> };
}

test('the content of the JSON output', async (t) => {
  const { value: checked } = await answer(desk(t), ['check'], odd, 78);
  assert.deepEqual(checked['mistakes'], [
    {
      path: 'host',
      message: 'the variable NO_SUCH, which it names, is not set',
      remedy: 'set NO_SUCH, or give a default: ${NO_SUCH:-…}',
      variable: 'NO_SUCH',
      line: 1,
    },
  ]);
  assert.deepEqual([checked['valid'], checked['ready']], [false, false]);
  const { value: got } = await answer(desk(t), ['get', 'port'], odd, 0, {
    env: { OCC_PORT: '5', NO_SUCH: 'localhost' },
  });
  assert.deepEqual(got, { schema: 1, path: 'port', value: 5, origin: 'env OCC_PORT' });
  const { value: begun } = await answer(desk(t), ['init', '-c', 'x.json'], undefined, 0);
  assert.deepEqual(begun['next'], [
    'occ config set api_key --stdin --config x.json',
    'occ launch --config x.json',
  ]);
  const keyed = await answer(desk(t), ['init'], undefined, 0, { env: { OPENCODE_API_KEY: 'x' } });
  assert.deepEqual(keyed.value['next'], ['occ doctor key', 'occ launch']);
});
