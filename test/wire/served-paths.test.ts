/** Tests the endpoints of the formats that clients speak. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formats, wireFormats } from '../../lib/wire/formats.ts';
import { servedAt } from '../../lib/wire/served-paths.ts';

/** `/v1/models` is one list for the clients of several formats. */
const shared = 'GET /v1/models';

test('every endpoint that the help names is one of its format', async () => {
  for (const name of wireFormats) {
    const { served } = await formats[name].support();
    assert(served.endpoints.length > 0, name);
    for (const one of served.endpoints.filter((each) => each !== shared)) {
      const [method = '', path = ''] = one.replace('{model}', 'provider/model').split(' ');
      const found = servedAt(path);
      assert.equal(found?.format, name, one);
      assert.equal(found.endpoint.method, method, one);
      assert.notEqual(found.endpoint.does, 'refuse', one);
    }
  }
});

test('a path belongs to one format', () => {
  assert.equal(servedAt('/v1/nothing'), undefined);
  assert.equal(servedAt('/v1/models'), undefined);
  assert.equal(servedAt('/v1/responses/resp_1')?.endpoint.does, 'refuse');
});
