/** The service as a unit of systemd that belongs to the user. */
import { isAbsolute, join } from 'node:path';
import type { HomeContext } from '../../config/paths.ts';
import { checked } from './checked.ts';
import { drainingLimitMs, type Ran, type RunProgram } from './run-program.ts';
import type { ServiceState, Supervisor } from './supervisor.ts';
import { renderUnit } from './unit.ts';

const unit = 'occ.service';

export function systemd({ env, home }: HomeContext, run: RunProgram): Supervisor {
  const given = env['XDG_CONFIG_HOME'];
  const config = given !== undefined && isAbsolute(given) ? given : join(home, '.config');
  const systemctl = (...args: string[]): Promise<Ran> => run('systemctl', ['--user', ...args]);
  const must = async (...args: string[]): Promise<void> =>
    checked(
      `systemctl --user ${args.join(' ')}`,
      await run('systemctl', ['--user', ...args], drainingLimitMs),
    );

  return {
    name: 'systemd',
    file: join(config, 'systemd', 'user', unit),
    readsEnvironmentFile: true,
    render: renderUnit,
    logCommand: `journalctl --user -u ${unit}`,
    commands: (start) => [
      'systemctl --user daemon-reload',
      `systemctl --user enable ${unit}`,
      ...(start ? [`systemctl --user restart ${unit}`] : []),
    ],

    async obstacle() {
      const { code, stderr } = await systemctl('show', '--property=Version');
      if (code === 0) return undefined;
      return code === 'missing'
        ? { why: 'there is no systemd here', remedy: withoutSystemd }
        : { why: `systemd does not answer for this user (${firstLine(stderr)})`, remedy: noSession };
    },

    async environment() {
      const { code, stdout } = await systemctl('show-environment');
      const pairs = stdout.split('\n').flatMap((line) => {
        const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, value ?? '']];
      });
      return code === 0 ? Object.fromEntries(pairs) : {};
    },

    async state() {
      const names = 'ActiveState,UnitFileState,MainPID,Result,ExecMainStatus';
      const { code, stdout } = await systemctl('show', `--property=${names}`, unit);
      return code === 0 ? toState(stdout) : { enabled: false, running: false };
    },

    async activate(start) {
      await must('daemon-reload');
      await must('enable', unit);
      // What failed too often before must not stop the new start.
      await systemctl('reset-failed', unit);
      if (start) await must('restart', unit);
    },
    deactivate: () => must('disable', '--now', unit),
    async forget() {
      await must('daemon-reload');
      await systemctl('reset-failed', unit);
    },
    stop: () => must('stop', unit),
    restart: () => must('restart', unit),

    async lingers() {
      const user = String(process.getuid?.() ?? '');
      const { code, stdout } = await run('loginctl', ['show-user', user, '--property=Linger', '--value']);
      return code === 0 ? stdout.trim() === 'yes' : undefined;
    },
  };
}

const withoutSystemd =
  'occ start runs the proxy in the background; in a container, make occ start --foreground its command';
const noSession =
  'log in as this user, or set XDG_RUNTIME_DIR=/run/user/$(id -u) (loginctl enable-linger creates that folder); occ start runs the proxy without systemd';

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function toState(shown: string): ServiceState {
  const values = new Map(
    shown.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  const active = values.get('ActiveState') ?? '';
  const pid = Number(values.get('MainPID'));
  const result = values.get('Result') ?? '';
  const status = values.get('ExecMainStatus') ?? '0';
  return {
    enabled: values.get('UnitFileState') === 'enabled',
    running: active === 'active' || active === 'reloading',
    ...(pid > 0 && { pid }),
    ...(result !== '' && result !== 'success' && { failure: `${result}, exit code ${status}` }),
  };
}
