/** Budgets of real proxies: the warning, the cheapest model, the refusal, and what other proxies have used. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Settings } from '../../lib/config/settings.ts';
import { say, usage } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { openHost, type Host } from '../../lib/host/host.ts';
import type { BudgetUse } from '../../lib/proxy/policy/budget.ts';
import { scratch, written } from '../ledger/scratch.ts';
import { modelOf, requestBody, settingsFor } from '../support/proxy.ts';

const priceOf = (input: number) => ({ provider: 'other', price: { input, output: 0 } });

async function world(t: TestContext, budget: Settings['budget']) {
  const hosts: Host[] = [];
  // Before the folder goes, into which they write.
  t.after(() => Promise.all(hosts.map((host) => host.close(0))));
  const stateDir = scratch(t);
  // A cent for each request to `main`: 10,000 tokens at a dollar a million.
  const emulator = await startEmulator({
    flavour: 'plain',
    script: () => [say('hello'), usage({ input: 10_000, output: 0 })],
  });
  t.after(() => emulator.close());
  const base = settingsFor(emulator.url, { models: [modelOf('main', priceOf(1))] });
  const settings: Settings = {
    ...base,
    budget,
    models: {
      ...base.models,
      background: modelOf('small', priceOf(0.5)),
      fast: modelOf('tiny', priceOf(0.1)),
    },
  };
  const said: BudgetUse[] = [];
  const open = async (more: Partial<Settings> = {}): Promise<Host> => {
    const host = await openHost({
      settings: { ...settings, ...more },
      trial: false,
      host: '127.0.0.1',
      port: 0,
      token: 'a-token',
      stateDir,
      listenFailure: 1,
      onLogFailure: () => {},
      onBudget: (one) => said.push(one),
    });
    hosts.push(host);
    return host;
  };
  return {
    stateDir,
    said,
    open,
    asked: () => emulator.requests.map(({ conversation }) => conversation.model),
  };
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

async function ask({ proxy }: Host, model = 'occ-sonnet', stream = true): Promise<Answer> {
  const response = await fetch(`${proxy.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'a-token' },
    body: JSON.stringify(requestBody({ model, stream })),
  });
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

test('warns once at 80 %, moves background work at 90 %, refuses at 100 %, and a restart remembers', async (t) => {
  const { stateDir, said, open, asked } = await world(t, { day: 0.1, month: 'off' });
  const host = await open();
  for (let cents = 1; cents <= 8; cents++) await ask(host);
  await ask(host, 'occ-haiku');
  assert.equal(asked().at(-1), 'small', 'below 90 % background work has its own model');
  assert.deepEqual(
    said.map(({ used }) => Number(used.toFixed(4))),
    [0.08],
  );
  await ask(host);
  await ask(host, 'occ-haiku');
  assert.equal(asked().at(-1), 'tiny');
  await ask(host);
  const sent = asked().length;
  const refused = await ask(host);
  assert.equal(refused.status, 402);
  assert.equal(refused.headers.get('x-should-retry'), 'false');
  const { error } = JSON.parse(refused.text) as { error: { type: string; message: string } };
  assert.equal(error.type, 'billing_error');
  assert.match(
    error.message,
    /^the budget is used up: \$0\.1\d of \$0\.10 a day \(10\d %\)\. It begins again in /,
  );
  assert.match(error.message, /Next: occ config set budget\.day 0\.2/);
  assert.equal((await ask(host, 'occ-haiku')).status, 402);
  assert.equal((await ask(host, 'occ-sonnet', false)).status, 402);
  assert.equal(asked().length, sent, 'nothing was sent');
  assert.deepEqual(said.length, 3, 'one for each stage');
  await host.close(0);
  const again = await open();
  assert.equal((await ask(again)).status, 402);
  await again.close(0);
  assert.equal((await ask(await open({ budget: { day: 'off', month: 'off' } }))).status, 200);
  const stages =
    readFileSync(join(stateDir, 'occ.log'), 'utf8').match(/"event":"budget"[^\n]*"stage":"(\w+)"/g) ?? [];
  assert.deepEqual(
    stages.map((line) => /\w+"$/.exec(line)?.[0]),
    ['warn"', 'save"', 'spent"', 'spent"'],
  );
  assert.equal(written(join(stateDir, 'ledger')).filter(({ ending }) => ending === 'refused').length, 4);
});

test('counts what another proxy uses meanwhile', async (t) => {
  const { open } = await world(t, { day: '25k tokens', month: 'off' });
  const [one, two] = [await open(), await open()];
  assert.equal((await ask(one)).status, 200);
  assert.equal((await ask(two)).status, 200);
  assert.equal((await ask(one)).status, 200);
  assert.equal((await ask(two)).status, 402);
  assert.equal((await ask(one)).status, 402);
});
