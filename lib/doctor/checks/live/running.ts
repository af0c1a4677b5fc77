/** Checks the proxy that runs in the background with one short stream through it. */
import { sendRequest } from '../../../daemon/request.ts';
import { findProxy } from '../../../daemon/running.ts';
import { toObject, toText } from '../../../json.ts';
import { sendToProxy } from '../../bench/client.ts';
import { messages } from '../../languages/messages.ts';
import { judgeClient } from '../../laws/client-laws.ts';
import { skip, type Check, type CheckResult, type Remedy } from '../../check.ts';
import { defaultRemedies } from '../../laws/fault.ts';
import { helloPrompt } from '../hello.ts';
import { version } from '../../../version.ts';

export const running: Check = {
  code: 'running',
  title: 'the proxy in the background answers',
  kind: 'live',
  scope: 'machine',
  needs: ['record'],
  limitMs: 60_000,
  requests: 1,
  async run({ machine, signal, isBusy }): Promise<CheckResult> {
    const found = await findProxy(machine);
    if (found?.state === 'unrecorded')
      return skip('not_applicable', `the proxy on ${found.proxy.url} has no record in this home directory`);
    const record = found?.record;
    if (record === undefined || found?.state !== 'running')
      return isBusy() && record !== undefined
        ? skip('busy', `${record.url} did not answer, but other programs keep this machine busy`)
        : skip('not_applicable', 'no proxy is running');
    const { body } = await sendRequest(`${record.url}/occ/env`, {
      token: record.control,
      limitMs: 5000,
      signal,
    });
    const token = toText(toObject(body['variables'])['ANTHROPIC_AUTH_TOKEN']);
    const request = {
      model: 'occ-sonnet',
      max_tokens: 1024,
      stream: true,
      messages: [{ role: 'user' as const, content: helloPrompt }],
    };
    const { client } = await sendToProxy({
      url: record.url,
      token,
      request,
      language: messages,
      disconnectAtContent: false,
      signal,
    });
    signal.throwIfAborted();
    const exchange = { request, client, upstream: [] };
    const outcome = judgeClient(exchange);
    if (outcome.kind === 'violation') {
      return {
        level: 'fail',
        summary: outcome.rule,
        fault: 'occ',
        remedy: defaultRemedies.occ,
        exchanges: [exchange],
      };
    }
    if (outcome.kind === 'error') {
      const summary = `${record.url} answers ${outcome.status}: ${outcome.error.message.split('\n', 1)[0] ?? ''}`;
      const remedy: Remedy = {
        text: 'see the log and the other checks',
        commands: ['occ logs', 'occ doctor'],
      };
      return { level: 'fail', summary, fault: 'provider', remedy, exchanges: [exchange] };
    }
    if (record.version !== version) {
      const remedy: Remedy = { text: 'restart it to run this version', commands: ['occ restart'] };
      return {
        level: 'warn',
        summary: `it runs occ ${record.version}, but this is occ ${version}`,
        fault: 'client',
        remedy,
      };
    }
    return { level: 'ok', summary: `${record.url} (pid ${record.pid}) answers with a complete stream` };
  },
};
