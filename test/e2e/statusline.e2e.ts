/** The status line inside the real Claude Code, in a terminal: after an answer, after a fallback and in an outage. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { occ, sandbox, type Sandbox } from './client.ts';
import { onboarded } from './launched.ts';
import { enter, hasTmux, openTerminal, type Terminal } from './terminal.ts';
import { key } from './upstream.ts';

const skip = hasTmux ? false : 'needs tmux';

/** What the first model, and the second one, answer now. */
interface Upstream {
  first: 'answers' | 429;
  second: 'answers' | 529;
}

/** Two models of two providers; the second one is the fallback. */
async function withModels(
  columns: number,
  work: (terminal: Terminal, upstream: Upstream, box: Sandbox) => Promise<void>,
): Promise<void> {
  await using box = sandbox();
  const upstream: Upstream = { first: 'answers', second: 'answers' };
  await using emulator = await startEmulator({
    script: ({ conversation: { model } }) => {
      const now = model === 'glm-5.3' ? upstream.first : upstream.second;
      return now === 'answers' ? [say(`An answer of ${model}.`)] : refuse(now);
    },
  });
  const provider = { wire_format: 'chat', base_url: `${emulator.url}/v1`, api_key: key };
  const config = box.configure({
    providers: { zai: provider, opencode: provider },
    models: { default: { provider: 'zai', model_id: 'glm-5.3' } },
    fallbacks: { default: [{ provider: 'opencode', model_id: 'deepseek-v4-pro' }] },
    retry: { attempts: 0 },
  });
  const command = [process.execPath, occ, 'launch', '--config', config];
  await using terminal = await openTerminal(command, {
    cwd: box.work,
    env: onboarded(box),
    columns,
    rows: 30,
  });
  await terminal.shows(/❯/);
  await work(terminal, upstream, box);
}

/** The lines below the input box. */
function below(screen: string): string {
  return screen.slice(screen.lastIndexOf('───'));
}

const lines: Record<number, { answer: RegExp; fallback: RegExp; outage: RegExp }> = {
  40: {
    answer: /^ {2}glm-5\.3 · zai · \$0$/m,
    fallback: /^ {2}deepseek-v4-pro · fallback \(429\)$/m,
    outage: /^ {2}all models failed \(\d{3}\), retrying$/m,
  },
  120: {
    answer: /^ {2}glm-5\.3 · zai · first token \d+\.\d s · \$0$/m,
    fallback:
      /^ {2}deepseek-v4-pro · opencode · first token \d+\.\d s · \$0 · fallback from glm-5\.3 \(429\)$/m,
    outage: /^ {2}all models failed \(\d{3}\), retrying$/m,
  },
};

for (const [columns, { answer, fallback, outage }] of Object.entries(lines)) {
  test(`the status line names the model that answered, at ${columns} columns`, { skip }, async () => {
    await withModels(Number(columns), async (terminal, upstream) => {
      await enter(terminal, 'one');
      const first = await terminal.shows(answer);
      assert.match(below(first), answer);
      upstream.first = 429;
      await enter(terminal, 'two');
      await terminal.shows(fallback);
      // While the client waits between its tries, only the interval of the line runs it.
      upstream.second = 529;
      await enter(terminal, 'three');
      await terminal.shows(outage);
    });
  });
}
