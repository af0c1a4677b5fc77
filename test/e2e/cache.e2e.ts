/** The real Claude Code in several turns, in each format: what can be read from the prompt cache is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emulatedFormats } from '../../lib/emulator/formats.ts';
import { promptCache } from '../../lib/emulator/prompt/cache.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { describeCauses, type CacheRecord } from '../../lib/proxy/policy/cache-causes.ts';
import { sandbox } from './client.ts';
import { launch, logOf } from './launched.ts';

const formats = ['chat', 'messages', 'responses', 'gemini'] as const;
/** Turns of the first run; the client is then run again with -c. */
const turns = 12;

/** Commands, a tool search in the middle, and a sub-agent. */
function answerTo({ conversation }: ReceivedRequest): Script {
  const { done, tools, prompt } = conversation;
  if (tools.length === 0) return [say('A title')];
  const offered = (name: string): boolean => tools.some((tool) => tool.name === name);
  if (prompt.startsWith('Count the files'))
    return done.length < 2 ? bash(done.length) : [say('There are none.')];
  if (prompt.startsWith('What now')) return done.length < 3 ? bash(done.length) : [say('Nothing more.')];
  if (done.length === 4 && offered('ToolSearch'))
    return [call('ToolSearch', { query: 'select:WebFetch,NotebookEdit', max_results: 3 })];
  if (done.length === 7 && offered('Agent'))
    return [
      call('Agent', {
        description: 'count files',
        prompt: 'Count the files here.',
        subagent_type: 'general-purpose',
        run_in_background: false,
      }),
    ];
  return done.length < turns ? bash(done.length) : [say('All done.')];
}

function bash(number: number): Script {
  const command = `echo ${`"line of command ${number}" `.repeat(60)}`;
  return [say(`Step ${number}.`), call('Bash', { command, description: 'prints lines' })];
}

for (const format of formats) {
  test(`${format}: at least 98 % of what could be read is read, and nothing but a loaded tool breaks it`, async (t) => {
    await using box = sandbox();
    await using emulator = await startEmulator({ script: answerTo, promptCache: promptCache(), keep: 1000 });
    const config = {
      models: { default: { provider: 'mine', model_id: 'm', quirks: emulatedFormats[format]?.quirks ?? {} } },
      providers: {
        mine: {
          wire_format: format,
          base_url: `${emulator.url}${emulatedFormats[format]?.endpoint ?? ''}`,
          api_key: 'sk-test-0123456789abcdef',
        },
      },
    };
    const options = ['--allowedTools', 'Bash(echo:*)', 'Agent', 'ToolSearch'];
    const first = await launch(box, config, '-p', 'Work on it.', ...options);
    assert.equal(first.code, 0, first.stderr);
    const again = await launch(box, config, '-c', '-p', 'What now?', ...options);
    assert.equal(again.code, 0, again.stderr);

    const records = logOf(box).flatMap(({ event, outcome, cache }) =>
      event === 'attempt' && outcome === 'answered' && cache !== undefined ? [cache as CacheRecord] : [],
    );
    const causes = records.map(({ causes: all = [] }) => describeCauses(all));
    t.diagnostic(JSON.stringify(causes.filter((words) => words !== '')));
    assert.ok(records.length > turns + 5, `${records.length} requests`);
    for (const words of causes) assert.match(words, /^$|^first request$|^tools changed: \+\d at the end \(/);
    const sum = (of: (record: CacheRecord) => number): number =>
      records.reduce((all, record) => all + of(record), 0);
    const possible = sum((record) => record.possible);
    // After a restart occ does not know what the client sent before, and reads more than it expected.
    const read = sum((record) => Math.min(record.read, record.possible));
    const share = sum((record) => record.read) / sum((record) => record.input);
    t.diagnostic(`${read} of ${possible} tokens; ${Math.round(100 * share)} % of all input`);
    assert.ok(read >= 0.98 * possible);
    assert.ok(share >= 0.8);
  });
}
