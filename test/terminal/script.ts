/** Detects the `script` of util-linux, which runs a command on a pseudo-terminal. */
import { spawnSync } from 'node:child_process';

const { error, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8', timeout: 10_000 });

/** True if it is missing, or is that of macOS, which has other arguments. */
export const noScript = error !== undefined || !stdout.includes('util-linux');

/** For the names of tests that need it. */
export const onTerminal = noScript
  ? 'on a terminal (skipped: needs the script of util-linux)'
  : 'on a terminal';
