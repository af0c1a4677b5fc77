/** Validates the output of `--json` against the schemas in `test/fixtures/answers`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** Parses stdout and validates it against `<name>.schema.json`. */
export function toAnswer(name: string, stdout: string): Record<string, unknown> {
  const schema = JSON.parse(
    readFileSync(new URL(`../fixtures/answers/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as object;
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  const ajv = new Ajv({ allErrors: true, strictRequired: false, allowUnionTypes: true });
  assert.ok(ajv.validate(schema, answer), `${name}: ${ajv.errorsText()}\n${stdout}`);
  return answer;
}
