/** `logging.requests`: whether requests that succeed are logged. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openHost } from '../../lib/host/host.ts';
import { defaults, requestBody } from '../support/proxy.ts';

/** The events logged for one successful request. */
async function eventsOf(t: TestContext, requests: boolean): Promise<string[]> {
  const stateDir = mkdtempSync(join(tmpdir(), 'occ-host-'));
  t.after(() => rmSync(stateDir, { recursive: true, force: true }));
  const host = await openHost({
    settings: { ...defaults, logging: { ...defaults.logging, requests } },
    trial: true,
    host: '127.0.0.1',
    port: 0,
    token: 'a-token',
    stateDir,
    listenFailure: 1,
    onLogFailure: () => {},
  });
  try {
    const response = await fetch(`${host.proxy.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'a-token' },
      body: JSON.stringify(requestBody()),
    });
    await response.text();
    assert.equal(response.status, 200);
    host.log({ level: 'info', event: 'other' });
  } finally {
    await host.close(0);
  }
  const lines = readFileSync(host.logPath, 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { event: string }).event);
}

test('every request is logged by default', async (t) => {
  const events = await eventsOf(t, true);
  for (const event of ['request', 'attempt', 'other']) assert.ok(events.includes(event), event);
});

test('logging.requests: false leaves successful requests out of the log', async (t) => {
  const events = await eventsOf(t, false);
  assert.equal(events.includes('request') || events.includes('attempt'), false, events.join());
  assert.ok(events.includes('other'));
});
