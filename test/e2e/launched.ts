/** The real client, launched by occ on models that an emulator plays, and the log that the launch left. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { occ, realClaude, run, type Ran, type Sandbox } from './client.ts';

const claude = await realClaude();

/** Runs `occ launch` with these words to its end, with the client where PATH finds it. */
export function launch(box: Sandbox, config: object, ...args: string[]): Promise<Ran> {
  return run(process.execPath, [occ, 'launch', '--config', box.configure(config), ...args], {
    cwd: box.work,
    env: environment(box),
  });
}

/** The sandbox's own, with the client on PATH. */
export function environment(box: Sandbox): Record<string, string> {
  return { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
}

/** What occ wrote down, entries in their order. */
export function logOf({ home }: Sandbox): LogEntry[] {
  const text = readFileSync(join(home, '.local/state/occ/occ.log'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}

/** Answers the conversation's requests in turn; what `aside` answers is none of them. */
export function inTurn(
  turns: readonly (Answer | Script)[],
  aside: (asked: ReceivedRequest) => Answer | Script | undefined = () => undefined,
): (asked: ReceivedRequest) => Answer | Script {
  let turn = 0;
  return (asked) => aside(asked) ?? turns[turn++] ?? [say('(no more)')];
}
