/** The status of a proxy as its control endpoint reports it, checked against the schema of `occ status --json`. */
import { controlEndpoints } from '../../lib/host/control-endpoints.ts';
import { liveSettings } from '../../lib/host/live-settings.ts';
import type { JsonObject } from '../../lib/json.ts';
import { silent } from '../../lib/log/log.ts';
import { toAnswer } from '../support/answers.ts';
import type { ProxyUnderTest } from '../support/proxy.ts';

export async function statusOf({ proxy, settings }: ProxyUnderTest): Promise<JsonObject> {
  const given = settings;
  const live = liveSettings({
    given,
    first: given,
    apply: async (same) => same,
    reloadSource: undefined,
    log: silent,
    onChange: () => {},
  });
  const host = {
    proxy,
    settings: live,
    log: silent,
    logPath: '/log',
    logFailure: () => undefined,
    ledger: { dir: '/ledger', failure: () => undefined },
    budgets: () => [],
    captured: { isOn: () => false, switch: async () => {}, failure: () => undefined },
    close: async () => 0,
  };
  const endpoints = controlEndpoints({
    instance: 'i',
    token: 't',
    host: () => host,
    startedAt: new Date(),
    variablesFor: () => ({}),
  });
  const status = await endpoints.control.answers['GET /occ/status']?.({});
  return toAnswer(
    'status',
    JSON.stringify({ schema: 1, running: true, ...status, launches: [] }),
  ) as JsonObject;
}
