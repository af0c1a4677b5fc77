/** Tests that doctor reports no problem for configurations without one, live and offline. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { problems, finding, runChecks } from './run-checks.ts';
import { goConfig, startProvider, type ProviderOptions } from './emulated-provider.ts';

/** Expected in every test: no Claude Code on the PATH, no quota except that of Go, no proxy in the background. */
const expected = /^(?:warn claude|skipped quota opencode-zen|skipped quota mine|skipped running)/;

const unexpected = (findings: Parameters<typeof problems>[0]): string[] =>
  problems(findings).filter((line) => !expected.test(line));

/** A provider without OpenCode's deviations. It serves every model except the one that doctor invents. */
const plain: ProviderOptions = {
  strict: false,
  flavour: 'plain',
  answer: ({ conversation }) =>
    conversation.model.includes('no-such-model')
      ? refuse(404, { message: 'there is no such model' })
      : undefined,
};

const keyed = { api_key: 'sk-test-0123456789abcdef' };

test('a provider that supports only chat', async (t) => {
  const { url } = await startProvider(t, plain);
  const config = {
    models: {
      default: {
        provider: 'mine',
        model_id: 'some-model',
        quirks: { thinking: 'effort', replayReasoning: 'always' },
      },
    },
    providers: { mine: { ...keyed, wire_format: 'chat', base_url: `${url}/v1` } },
  };
  assert.deepEqual(unexpected(await runChecks(t, { config })), []);
});

test('a provider that supports only messages', async (t) => {
  const { url } = await startProvider(t, plain);
  const config = {
    models: { default: { provider: 'mine', model_id: 'some-model', quirks: { thinking: 'adaptive' } } },
    providers: { mine: { ...keyed, wire_format: 'messages', base_url: url } },
  };
  assert.deepEqual(unexpected(await runChecks(t, { config })), []);
});

test('opencode-go and opencode-zen', async (t) => {
  const { url } = await startProvider(t);
  const config = {
    ...goConfig(url),
    fallbacks: { default: [{ provider: 'opencode-zen', model_id: 'claude-haiku-4-5' }] },
    opencode_zen: {
      base_url: `${url}/zen/v1/chat/completions`,
      anthropic_base_url: `${url}/zen/v1/messages`,
    },
  };
  const findings = await runChecks(t, { config, long: true, streamSeconds: 1 });
  // The emulated models do not stream for two minutes.
  assert.deepEqual(
    unexpected(findings).filter((line) => !line.startsWith('skipped two-minute')),
    [],
  );
  assert.equal(finding(findings, 'quota', 'opencode-go').summary, '5 hours 12 %, week 30 %, month 8 %');
  assert.equal(finding(findings, 'eof', 'opencode-zen/claude-haiku-4-5').level, 'ok');
});

test('without a key, --offline warns and does not fail', async (t) => {
  const findings = await runChecks(t, { only: 'offline' });
  assert.deepEqual(
    unexpected(findings).map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['warn keys'],
  );
});

test('without a key, the default checks fail and send no request', async (t) => {
  const findings = await runChecks(t, { codes: ['keys', 'reachable'] });
  assert.deepEqual(
    findings.map(({ code, level }) => `${level} ${code}`),
    ['ok config', 'ok proxy-env', 'fail keys', 'skipped reachable'],
  );
});

test('the emulator alone needs no key', async (t) => {
  const config = { models: { default: { provider: 'emulator', model_id: 'any', wire_format: 'chat' } } };
  assert.deepEqual(unexpected(await runChecks(t, { config })), []);
});
