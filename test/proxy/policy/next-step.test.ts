/** The next command: with the option that it needs, and in letters that can be copied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepWithConfig, toShown, withConfig } from '../../../lib/proxy/policy/next-step.ts';

test('a command that reads the configuration gets --config, quoted for a shell', () => {
  for (const command of [
    'occ doctor key',
    'occ config edit',
    'occ models',
    'occ usage',
    'occ use default a/b',
  ])
    assert.equal(withConfig(command, '/a/b.json'), `${command} --config /a/b.json`);
  assert.equal(withConfig('occ usage', "/a b/it's.json"), `occ usage --config '/a b/it'\\''s.json'`);
  const once = withConfig('occ usage', '/a.json');
  assert.equal(withConfig(once, '/a.json'), once, 'once');
});

test('other commands, and proxies without --config, need nothing', () => {
  for (const command of [
    'occ why req_1',
    'occ logs --request 1',
    'occ help config',
    'occ env',
    'ollama serve',
  ])
    assert.equal(withConfig(command, '/a.json'), command);
  assert.equal(withConfig('occ doctor', undefined), 'occ doctor');
  const none = { next: { because: 'Nothing helps' } };
  assert.equal(stepWithConfig(none, '/a.json'), none);
});

test('the words for which the client hides a message are spelt in other plain letters', () => {
  for (const [words, shown] of [
    ['invalid x-api-key', 'invalid x-api key'],
    ['X-API-Key is required', 'X-API Key is required'],
    ['Credit balance is too low', 'Credit balance too low'],
  ] as const) {
    assert.equal(toShown(words), shown);
    assert.match(toShown(words), /^[\x20-\x7e]*$/);
  }
});
