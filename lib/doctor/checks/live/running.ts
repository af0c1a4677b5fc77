/** The proxy that runs in the background: a short stream through that very one. */
import { sendRequest } from '../../../daemon/request.ts';
import { probe } from '../../../daemon/probe.ts';
import { readRecord } from '../../../daemon/record.ts';
import { findPlaces } from '../../../config/paths.ts';
import { toObject, toText } from '../../../json.ts';
import { askProxy } from '../../bench/client.ts';
import { readClient } from '../../laws/client-laws.ts';
import type { Check, Look } from '../../check.ts';
import { version } from '../../../version.ts';

export const running: Check = {
  code: 'running',
  title: 'the proxy in the background answers',
  kind: 'live',
  scope: 'machine',
  needs: ['record'],
  limitMs: 60_000,
  requests: 1,
  async look({ machine, gone }): Promise<Look> {
    const record = readRecord(findPlaces(machine).runtimeDir);
    if (record === undefined || (await probe(record)) !== 'running')
      return { level: 'skipped', summary: 'none runs' };
    const { body } = await sendRequest(`${record.url}/occ/env`, {
      token: record.control,
      limitMs: 5000,
      signal: gone,
    });
    const token = toText(toObject(body['variables'])['ANTHROPIC_AUTH_TOKEN']);
    const request = {
      model: 'occ-sonnet',
      max_tokens: 1024,
      stream: true,
      messages: [{ role: 'user' as const, content: 'Reply with one short sentence that says hello.' }],
    };
    const { client } = await askProxy({ url: record.url, token, body: request, leaveAtContent: false, gone });
    gone.throwIfAborted();
    const exchange = { request, client, upstream: [] };
    const heard = readClient(exchange);
    if (heard.kind === 'unlawful') {
      return { level: 'fail', summary: heard.rule, fault: 'occ', exchanges: [exchange] };
    }
    if (heard.kind === 'error') {
      const summary = `${record.url} answers ${heard.status}: ${heard.error.message.split('\n', 1)[0] ?? ''}`;
      const remedy = {
        text: 'occ logs and the other checks say more',
        commands: ['occ status', 'occ restart'],
      };
      return { level: 'fail', summary, fault: 'provider', remedy, exchanges: [exchange] };
    }
    if (record.version !== version) {
      const remedy = { text: 'start it anew, so that it is this version', commands: ['occ restart'] };
      return {
        level: 'warn',
        summary: `it is occ ${record.version}, this is ${version}`,
        fault: 'client',
        remedy,
      };
    }
    return { level: 'ok', summary: `${record.url} (pid ${record.pid}) answers, its stream is whole` };
  },
};
