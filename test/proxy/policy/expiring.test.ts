/** A map whose entries expire, with a maximum number of entries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiring } from '../../../lib/proxy/policy/expiring.ts';

test('an entry expires at its time', () => {
  const kept = expiring<number>(9);
  kept.set('a', 1, 100);
  kept.set('b', 2, 200);
  assert.equal(kept.get('a', 99), 1);
  assert.equal(kept.get('a', 100), undefined);
  assert.deepEqual(kept.list(100), [{ key: 'b', value: 2, until: 200 }]);
  assert.deepEqual(kept.list(200), []);
});

test('a full map drops the entry that was set longest ago; setting an entry again renews it', () => {
  const kept = expiring<number>(3);
  const keys = (): string =>
    kept
      .list(0)
      .map(({ key, value }) => `${key}${value}`)
      .join(' ');
  kept.set('a', 1, 100);
  kept.set('b', 2, 100);
  kept.set('a', 3, 100);
  assert.equal(keys(), 'b2 a3');
  kept.set('c', 4, 100);
  kept.set('c', 5, 100);
  assert.equal(keys(), 'b2 a3 c5');
  kept.set('d', 6, 100);
  assert.equal(keys(), 'a3 c5 d6');
  kept.delete('a');
  assert.equal(kept.get('a', 0), undefined);
  kept.clear();
  assert.equal(keys(), '');
});
