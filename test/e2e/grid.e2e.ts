/**
 * Each client of `occ launch` on upstreams of each format: it writes a file, reads it back and reports. What is on disk and
 * what the upstream received say whether it is true. `npm run grid` writes the results to `grid.md`.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { fileActionOf } from '../../lib/emulator/file-tools.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { agents, print } from './agents.ts';
import { cell } from './cells.ts';
import { sandbox } from './client.ts';
import { logOf } from './launched.ts';
import { leftBehind, prompt, startUpstream } from './other-client.ts';
import { posts } from './upstream.ts';

/** What each tool call of the two must do. Codex does both with its shell. */
const shell = 'exec_command';

describe('a file written, read and reported', { concurrency: 2 }, () => {
  for (const agent of agents)
    for (const format of wireFormats)
      cell(agent, format, `writes a file, reads it back and reports, on a model in ${format}`, async () => {
        await using box = sandbox();
        await using upstream = await startUpstream(format);
        const ran = await print(agent, box, upstream.config, prompt);
        assert.equal(ran.code, 0, ran.stderr + ran.stdout);
        assert.equal(box.read('hello.txt')?.trimEnd(), 'hello from occ');
        assert.match(ran.stdout, /It says:[^]*hello from occ/);

        const requests = posts(upstream.emulator);
        assert.deepEqual([...new Set(requests.map((one) => one.format))], [format]);
        assert.deepEqual(
          requests.filter(({ status }) => status !== 200),
          [],
        );
        const longest = Math.max(...requests.map(({ conversation }) => conversation.done.length));
        const last = requests.find(({ conversation }) => conversation.done.length === longest);
        const done = last?.conversation.done ?? [];
        assert.deepEqual(
          done.map(({ name, result }) => [name === shell ? shell : fileActionOf(name), result?.failed]),
          agent.client.name === 'codex'
            ? [
                [shell, false],
                [shell, false],
              ]
            : [
                ['write', false],
                ['read', false],
              ],
        );
        assert.match(done[1]?.result?.text ?? '', /hello from occ/);
        assert.deepEqual(
          logOf(box).filter(({ event, level }) => event === 'refused' || level === 'error'),
          [],
        );
        assert.deepEqual(leftBehind(box), []);
        return '';
      });
});
