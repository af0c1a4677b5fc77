/** Tests which status and time each known client gets for a 429. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forClient } from '../../../lib/proxy/policy/client-retries.ts';
import type { Refusal } from '../../../lib/proxy/policy/verdict.ts';

const spent: Refusal = {
  status: 429,
  type: 'rate_limit_error',
  message: 'the plan is spent',
  permanent: true,
};
const limited: Refusal = { ...spent, permanent: false };

const repeating = [
  'opencode/1.18.33 ai-sdk/provider-utils/4.0.46 runtime/bun/1.3.14',
  'pi/1.6.0 (linux; node/v24.22.3; x64)',
  'QwenCode/0.24.4 (linux; x64)',
  'claude-cli/0.24.4 (external, cli)',
  'GeminiCLI-tui/0.61.0/gemini-2.5-pro (linux; x64; terminal)',
];
const reading = [
  'claude-cli/2.1.332 (external, cli)',
  'Anthropic/JS 0.94.0',
  'OpenAI/JS 5.20.1',
  'picky/1',
  '',
];
const codex = [
  'codex_exec/0.171.0 (Debian 12.0.0; x86_64) xterm',
  'codex-tui/0.171.0 (Debian 12.0.0; x86_64)',
];

test('a client that repeats any 429 gets another status where that cannot help', () => {
  for (const agent of repeating) assert.deepEqual(forClient(spent, agent), { ...spent, status: 402 }, agent);
  for (const agent of [...reading, ...codex]) assert.equal(forClient(spent, agent), spent, agent);
});

test('a client that ends at a 429 without a time gets one where trying again can help', () => {
  for (const agent of codex)
    assert.deepEqual(forClient(limited, agent), { ...limited, retryAfter: 3 }, agent);
  for (const agent of [...repeating, ...reading]) assert.equal(forClient(limited, agent), limited, agent);
  const timed = { ...limited, retryAfter: 20 };
  for (const agent of codex) assert.equal(forClient(timed, agent), timed, agent);
});

test('other statuses are the same for all', () => {
  const failed: Refusal = { ...spent, status: 503 };
  for (const agent of [...repeating, ...codex]) assert.equal(forClient(failed, agent), failed, agent);
});
