/** The status line of a launch, which Claude Code runs after every answer and every few seconds: a command for /bin/sh. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Command from '../../../lib/clients/status-line.ts';
import type * as File from '../../../lib/statusline/session-file.ts';
import type { Part } from '../part.ts';
import type { Started, StartMessage } from '../processes/starter.ts';
import { quantile } from '../statistics.ts';

export const statusLine: Part = {
  name: 'statusline',
  title: 'The status line of a launch, as a multiple of `node -e 0`',
  rounds: 9,
  floors: ['node'],
  rows: [
    { figure: 'ms', label: 'the command', unit: 'ms', floor: 'node', target: { of: 'ratio', atMost: 0.3 } },
  ],
  async measure(world, name) {
    const starter = await world.starter();
    const env = { PATH: process.env['PATH'] ?? '' };
    const run = async (message: Omit<StartMessage, 'times' | 'env'>) => {
      const started = await starter.ask<Started>({ ...message, env, times: 10 });
      return { ms: quantile(started.ms, 0.5), stdout: started.stdout };
    };
    if (name === 'node') return { ms: (await run({ command: process.execPath, args: ['-e', '0'] })).ms };
    // The sources of the subject: the command is not part of what its program prints.
    const from = <T>(path: string) =>
      import(pathToFileURL(join(world.rootOf(name), path)).href) as Promise<T>;
    const { statusLineCommand } = await from<typeof Command>('lib/clients/status-line.ts');
    const { toFileText } = await from<typeof File>('lib/statusline/session-file.ts');
    const home = world.home(name);
    const answer = { at: new Date().toISOString(), model: 'deepseek-v4-pro', provider: 'opencode-go' };
    writeFileSync(join(home.dir, 'a-session'), await toFileText(answer));
    const input = JSON.stringify({ session_id: 'a-session', rest: 'x'.repeat(1500) });
    const args = ['-c', statusLineCommand(home.dir, true)];
    const { ms, stdout } = await run({ command: '/bin/sh', args, input });
    home.remove();
    if (!stdout.includes(answer.model)) throw new Error(`the status line was "${stdout}"`);
    return { ms };
  },
};
