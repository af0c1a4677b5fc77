/** Checks the versions of Node and Claude Code. */
import { quote } from '../../../shell-word.ts';
import { execFile } from 'node:child_process';
import { claudePackage } from '../../../clients/claude-package.ts';
import { findClient, installCommand } from '../../../clients/find.ts';
import { isOlder, wasTested } from '../../../clients/versions.ts';
import { skip, type Check, type CheckResult, type Remedy } from '../../check.ts';

/** The minimum of undici, and therefore of this package (`engines`). */
const oldestNode = '20.18.1';

export const node: Check = {
  code: 'node',
  title: 'Node is new enough',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 1000,
  run: () => checkNode(process.versions.node),
};

export function checkNode(version: string): CheckResult {
  if (!isOlder(version, oldestNode)) return { level: 'ok', summary: `v${version} at ${process.execPath}` };
  return {
    level: 'fail',
    summary: `v${version} is older than ${oldestNode}, the oldest supported version`,
    fault: 'client',
    remedy: {
      text: 'install a newer Node, from https://nodejs.org or with a version manager',
      commands: ['nvm install --lts'],
    },
  };
}

export const claude: Check = {
  code: 'claude',
  title: 'Claude Code is installed in a tested version',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 8000,
  async run({ machine, signal, isBusy }): Promise<CheckResult> {
    const found = findClient(claudePackage, machine.env, machine.home);
    if (found.kind === 'missing') {
      const text = 'occ launch can run it with npx; or install it';
      return {
        level: 'warn',
        summary: 'not found',
        fault: 'client',
        remedy: { text, commands: [installCommand(claudePackage)] },
      };
    }
    const { command } = found;
    if (found.kind === 'not_runnable') {
      return {
        level: 'warn',
        summary: `${command} is not executable`,
        fault: 'client',
        remedy: { text: 'make it executable', commands: [`chmod +x ${quote(command)}`] },
      };
    }
    const { version, late } = await versionOf(command, machine.env, signal);
    if (version === undefined) {
      const summary = `${command} does not print its version`;
      if (late && isBusy()) return skip('busy', `${summary}, but other programs keep this machine busy`);
      const remedy: Remedy = {
        text: 'see what it prints; if it is damaged, install it again',
        commands: [`${quote(command)} --version`, installCommand(claudePackage)],
      };
      return { level: 'warn', summary, fault: 'client', remedy };
    }
    if (wasTested(version, claudePackage.versions))
      return { level: 'ok', summary: `${version} at ${command}` };
    return {
      level: 'warn',
      summary: `${version} at ${command}; occ was tested with ${claudePackage.versions}`,
      fault: 'client',
      remedy: {
        text: 'it may work; to install the tested version',
        commands: [installCommand(claudePackage)],
      },
    };
  },
};

interface Printed {
  version?: string | undefined;
  /** It was ended before it had printed a version. */
  late: boolean;
}

function versionOf(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Printed> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, signal, timeout: 7000, killSignal: 'SIGKILL' } as const;
    execFile(command, ['--version'], options, (error, stdout) =>
      resolve({ version: /\d+\.\d+\.\d+/.exec(stdout)?.[0], late: error?.killed === true }),
    );
  });
}
