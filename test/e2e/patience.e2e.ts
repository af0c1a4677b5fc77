/**
 * Codex and Qwen Code give up a stream after some silence, and heartbeats do not count. `occ launch` raises these limits. Minutes
 * cannot pass here, so a limit of seconds shows that it is this setting which counts, and that a user's own value does.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { say, wait } from '../../lib/emulator/script.ts';
import { hangMs } from '../support/limits.ts';
import { agents, print } from './agents.ts';
import { cell } from './cells.ts';
import { sandbox } from './client.ts';
import { startUpstream } from './other-client.ts';
import { posts } from './upstream.ts';

const limitMs = 2000;

/** The arguments and variables with which a user sets the limit. */
const limits: Readonly<Record<string, { args?: readonly string[]; env?: Readonly<Record<string, string>> }>> =
  {
    codex: { args: ['-c', `model_providers.occ.stream_idle_timeout_ms=${limitMs}`] },
    qwen: { env: { QWEN_STREAM_IDLE_TIMEOUT_MS: String(limitMs) } },
  };

describe('silence', { concurrency: 2 }, () => {
  for (const agent of agents) {
    const { args = [], env = {} } = limits[agent.client.name] ?? {};
    if (limits[agent.client.name] === undefined) continue;
    cell(
      agent,
      'silence',
      'gives up a silent stream at the limit that is set, in spite of heartbeats',
      async () => {
        await using box = sandbox();
        let turns = 0;
        await using upstream = await startUpstream('chat', {
          script: () =>
            turns++ === 0
              ? [say('One '), wait(hangMs), say('two.')]
              : [say('Said at once, the second time.')],
        });
        Object.assign(box.env, env);
        const config = { ...upstream.config, heartbeat_ms: limitMs / 8 };
        const ran = await print(agent, box, config, 'hi', { args });
        assert.match(ran.stdout, /Said at once, the second time\./, ran.stderr);
        const [first] = posts(upstream.emulator);
        assert.equal(first?.ending?.how, 'aborted');
        assert.ok((first?.ending?.afterMs ?? 0) >= limitMs, 'not before the limit');
        return '';
      },
    );
  }
});
