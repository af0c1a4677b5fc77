/** Tool names: allowed by the upstream, stable, and mapped back to the declared names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toolNames, toUpstreamName } from '../../lib/wire/tool-names.ts';

test('an allowed name is unchanged', () => {
  assert.equal(toUpstreamName('mcp__files__read-2'), 'mcp__files__read-2');
  assert.equal(toUpstreamName('a'.repeat(64)), 'a'.repeat(64));
});

test('a name that is too long or has other characters is replaced and mapped back', () => {
  const long = `mcp__plugin_${'x'.repeat(70)}__do`;
  const names = toolNames([{ name: long }, { name: `${long}2` }, { name: 'files.read' }]);
  for (const name of [long, `${long}2`, 'files.read']) {
    const sent = names.toUpstream(name);
    assert.match(sent, /^[A-Za-z0-9_-]{1,64}$/);
    assert.notEqual(sent, name);
    assert.equal(names.toClient(sent), name);
  }
  assert.notEqual(names.toUpstream(long), names.toUpstream(`${long}2`));
});

test('a name in the wrong case is mapped to the declared one; an unknown name is unchanged', () => {
  const names = toolNames([{ name: 'Bash' }, { name: 'Read' }, { name: 'READ' }]);
  assert.equal(names.toClient('bash'), 'Bash');
  assert.equal(names.toClient('read'), 'read', 'ambiguous');
  assert.equal(names.toClient('Read'), 'Read');
  assert.equal(names.toClient('constructor'), 'constructor');
  assert.equal(names.toClient('nope'), 'nope');
});

test('a declared name wins over the same replacement name of another tool', () => {
  const renamed = toUpstreamName('files.read');
  for (const tools of [
    [{ name: 'files.read' }, { name: renamed }],
    [{ name: renamed }, { name: 'files.read' }],
  ]) {
    assert.equal(toolNames(tools).toClient(renamed), renamed);
  }
});

test('every name is allowed upstream and mapped back', () => {
  const name = fc.string({ minLength: 1, maxLength: 90, unit: 'binary' });
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 5 }), (list) => {
      const names = toolNames(list.map((one) => ({ name: one })));
      for (const one of list) {
        assert.match(names.toUpstream(one), /^[A-Za-z0-9_-]{1,64}$/);
        assert.equal(names.toClient(names.toUpstream(one)), one);
      }
    }),
  );
});
