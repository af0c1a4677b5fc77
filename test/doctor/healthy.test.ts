/** Set-ups in which nothing is wrong: doctor complains of nothing, live and offline. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { complaints, finding, runChecks } from './run-checks.ts';
import { goConfig, startProvider, type ProviderOptions } from './emulated-provider.ts';

/** What a healthy set-up of a test lacks: there is no Claude Code on its PATH, no plan but Go's, no proxy that stays. */
const honest = /^(?:warn claude|skipped quota opencode-zen|skipped quota mine|skipped running)/;

const unexpected = (findings: Parameters<typeof complaints>[0]): string[] =>
  complaints(findings).filter((line) => !honest.test(line));

/** A provider of nobody's fashion: any model but the one that cannot exist. */
const plain: ProviderOptions = {
  strict: false,
  flavour: 'plain',
  answer: ({ conversation }) =>
    conversation.model.includes('no-such-model')
      ? refuse(404, { message: 'there is no such model' })
      : undefined,
};

const keyed = { api_key: 'sk-test-0123456789abcdef' };

test('a provider that speaks chat alone', async (t) => {
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

test('a provider that speaks messages alone', async (t) => {
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
  // The posing models count for a few seconds only.
  assert.deepEqual(
    unexpected(findings).filter((line) => !line.startsWith('skipped two-minute')),
    [],
  );
  assert.equal(finding(findings, 'quota', 'opencode-go').summary, '5 hours 12 %, week 30 %, month 8 %');
  assert.equal(finding(findings, 'eof', 'opencode-zen/claude-haiku-4-5').level, 'ok');
});

test('no key and no network, offline: warnings, and no failure', async (t) => {
  const findings = await runChecks(t, { only: 'offline' });
  assert.deepEqual(
    unexpected(findings).map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['warn keys'],
  );
});

test('no key, without a switch: a failure, and no request to anybody', async (t) => {
  const findings = await runChecks(t, { codes: ['keys', 'reachable'] });
  assert.deepEqual(
    findings.map(({ code, level }) => `${level} ${code}`),
    ['ok config', 'fail keys'],
  );
});

test('the emulator alone needs no key', async (t) => {
  const config = { models: { default: { provider: 'emulator', model_id: 'any', wire_format: 'chat' } } };
  assert.deepEqual(unexpected(await runChecks(t, { config })), []);
});
