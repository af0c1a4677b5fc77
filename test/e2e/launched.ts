/** Launches the real client with occ, on models of an emulator, and reads the log. */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { occ, realClaude, run, type Ran, type Sandbox } from './client.ts';

const claude = await realClaude();

/** Runs `occ launch` with these arguments to its end, with the client on PATH. */
export function launch(box: Sandbox, config: object, ...args: string[]): Promise<Ran> {
  return run(process.execPath, [occ, 'launch', '--config', box.configure(config), ...args], {
    cwd: box.work,
    env: environment(box),
  });
}

/** The environment of the sandbox, with the client on PATH. */
export function environment(box: Sandbox): Record<string, string> {
  return { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
}

/** The environment of a user who has already used Claude Code in this folder. */
export function onboarded(box: Sandbox): Record<string, string> {
  const env = environment(box);
  const folder = env['CLAUDE_CONFIG_DIR'] ?? '';
  const projects = { [realpathSync(box.work)]: { hasTrustDialogAccepted: true } };
  mkdirSync(folder);
  writeFileSync(join(folder, '.claude.json'), JSON.stringify({ hasCompletedOnboarding: true, projects }));
  return env;
}

/** The log of occ, in order. */
export function logOf({ home }: Sandbox): LogEntry[] {
  const text = readFileSync(join(home, '.local/state/occ/occ.log'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}

/** Answers requests with `turns` in order, except those that `aside` answers. */
export function inTurn(
  turns: readonly (Answer | Script)[],
  aside: (request: ReceivedRequest) => Answer | Script | undefined = () => undefined,
): (request: ReceivedRequest) => Answer | Script {
  let turn = 0;
  return (request) => aside(request) ?? turns[turn++] ?? [say('(no more)')];
}
