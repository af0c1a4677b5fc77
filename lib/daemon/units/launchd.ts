/** The service as an agent of launchd that belongs to the user. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentLabel, renderAgent } from './agent.ts';
import { checked } from './checked.ts';
import type { Ran, RunProgram } from './run-program.ts';
import type { Supervisor } from './supervisor.ts';

/** How often, and how many milliseconds apart, it is asked whether the agent has ended: 25 seconds in all. */
const asked = 100;
const betweenMs = 250;

export function launchd(
  home: string,
  run: RunProgram,
  { uid = process.getuid?.() ?? 0, pause = (ms: number): Promise<unknown> => sleep(ms) } = {},
): Supervisor {
  const domain = `gui/${uid}`;
  const target = `${domain}/${agentLabel}`;
  const file = join(home, 'Library', 'LaunchAgents', `${agentLabel}.plist`);
  const launchctl = (...args: string[]): Promise<Ran> => run('launchctl', args);
  const must = async (...args: string[]): Promise<void> =>
    checked(`launchctl ${args.join(' ')}`, await launchctl(...args));
  const isLoaded = async (): Promise<boolean> => (await launchctl('print', target)).code === 0;

  /** launchctl returns before the agent has ended, and refuses to load it again until then. */
  async function unload(): Promise<void> {
    if (!(await isLoaded())) return;
    await must('bootout', target);
    for (let i = 0; i < asked && (await isLoaded()); i++) await pause(betweenMs);
  }

  async function load(): Promise<void> {
    await must('enable', target);
    await must('bootstrap', domain, file);
  }

  return {
    name: 'launchd',
    file,
    readsEnvironmentFile: false,
    render: (program) => renderAgent(program, home),
    logCommand: 'occ logs',
    commands: (start) =>
      start ? [`launchctl enable ${target}`, `launchctl bootstrap ${domain} ${file}`] : [],

    async obstacle() {
      const { code, stderr } = await launchctl('print', domain);
      if (code === 0) return undefined;
      return {
        why: `launchd has no session of this user (${stderr})`,
        remedy:
          'log in at the screen of this Mac, and run the command there; occ start runs the proxy without launchd',
      };
    },
    environment: () => Promise.resolve({}),

    async state() {
      const { code, stdout } = await launchctl('print', target);
      const disabled = (await launchctl('print-disabled', domain)).stdout;
      const isOff = new RegExp(`"${agentLabel.replaceAll('.', String.raw`\.`)}" => (?:true|disabled)`).test(
        disabled,
      );
      if (code !== 0) return { enabled: !isOff, running: false };
      const pid = Number(/^\s*pid = (\d+)/m.exec(stdout)?.[1] ?? 0);
      const ended = Number(/^\s*last exit code = (\d+)/m.exec(stdout)?.[1] ?? 0);
      return {
        enabled: !isOff,
        running: pid > 0,
        ...(pid > 0 && { pid }),
        ...(pid === 0 && ended !== 0 && { failure: `exit code ${ended}` }),
      };
    },

    async activate(start) {
      await unload();
      if (start) await load();
    },
    deactivate: unload,
    forget: () => Promise.resolve(),
    stop: unload,
    async restart() {
      if (await isLoaded()) await must('kickstart', '-k', target);
      else await load();
    },
    lingers: () => Promise.resolve(undefined),
  };
}
