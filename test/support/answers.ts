/** What `--json` answers, against the schemas that are checked in: fields are only ever added. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** The one JSON value on stdout, once it is what `test/fixtures/answers/<name>.schema.json` promises. */
export function toAnswer(name: string, stdout: string): Record<string, unknown> {
  const schema = JSON.parse(
    readFileSync(new URL(`../fixtures/answers/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as object;
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  const ajv = new Ajv({ allErrors: true, strictRequired: false, allowUnionTypes: true });
  assert.ok(ajv.validate(schema, answer), `${name}: ${ajv.errorsText()}\n${stdout}`);
  return answer;
}
