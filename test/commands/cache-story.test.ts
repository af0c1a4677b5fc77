/** `occ status`, `occ logs`, `occ why` and the status line tell the same of one break of the prompt cache. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEntry } from '../../lib/commands/logs/describe.ts';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { logStories } from '../../lib/commands/why/from-log.ts';
import { explain } from '../../lib/commands/why/explain.ts';
import { promptCache } from '../../lib/emulator/prompt/cache.ts';
import { say } from '../../lib/emulator/script.ts';
import type { JsonObject } from '../../lib/json.ts';
import { parseLogLine } from '../../lib/log/read-log.ts';
import { toSessionAnswer } from '../../lib/statusline/answer.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { proxyOver, requestBody } from '../support/proxy.ts';
import { statusOf } from './status-of.ts';

const plain = await loadStyle(0);
const tool = (name: string): object => ({
  name,
  description: 'x'.repeat(8000),
  input_schema: { type: 'object' },
});
const session = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
const headers = { 'x-claude-code-session-id': session };
const cause = 'tools changed: +1 at place 2 (Cron)';

test('a tool that the client replaces by another one', async () => {
  await using over = await proxyOver({ emulator: { script: () => [say('ok')], promptCache: promptCache() } });
  const send = (...names: string[]): Promise<unknown> =>
    over.send(
      requestBody({ tools: names.map(tool), messages: [{ role: 'user', content: 'x'.repeat(40_000) }] }),
      {
        headers,
      },
    );
  await send('Agent', 'Read');
  await send('Agent', 'Read');
  // The order of the tools is kept, so that only a tool that is missing breaks the prefix.
  await send('Agent', 'Cron');
  await over.attemptsLogged(3);

  const status = await statusOf(over);
  const page = renderStatus(status, '/home/me', plain, 200).join('\n');
  assert.match(page, /^ {2}cache {6}\d\d % of input \(\d\d % possible\), 1 break$/m);
  assert.match(
    page,
    /^ {13}.*, emulator\/first: tools changed: \+1 at place 2 \(Cron\), −1 \(Read\) \(occ why req_\w{8}\)$/m,
  );
  const { conversations } = status['cache'] as { conversations: JsonObject[] };
  assert.deepEqual(
    conversations.map((one) => [one['session'], one['requests'], one['breaks']]),
    [[session, 3, 1]],
  );

  const attempts = over.log
    .filter(({ event }) => event === 'attempt')
    .map((entry) => describeEntry(entry as JsonObject).text);
  assert.match(attempts[1] ?? '', /k tokens in \(\d\d % cached\), 1 out$/);
  assert.match(
    attempts[2] ?? '',
    /\(\d\d % cached\), 1 out; cache: tools changed: \+1 at place 2 \(Cron\), −1 \(Read\)$/,
  );

  const [latest] = over.proxy.recent.list();
  assert.ok(latest);
  const stories = logStories();
  for (const entry of over.log) {
    const parsed = parseLogLine(JSON.stringify({ time: new Date().toISOString(), pid: 1, ...entry }));
    if (parsed) stories.add(parsed);
  }
  const fromLog = stories.find(latest.id);
  assert.ok(fromLog);
  for (const [request, source] of [
    [latest, 'memory'],
    [fromLog, 'log'],
  ] as const) {
    const { result } = explain({ request, source, from: 'here' });
    assert.match(result, /tokens in \(\d\d % of them from the prompt cache\) and 1 out\./);
    assert.ok(
      result.includes(
        `The prompt cache did not hold the whole earlier prompt (${cause}, −1 (Read)), so 2.0k of`,
      ),
      result,
    );
  }
  assert.equal(
    toSessionAnswer(latest, [], undefined)?.cached,
    Math.round((100 * (latest.cache?.read ?? 0)) / (latest.cache?.input ?? 1)),
  );
});
