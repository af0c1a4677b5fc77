/** The `script` of util-linux, which runs a command on a terminal of its own. */
import { spawnSync } from 'node:child_process';

const { error, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8', timeout: 10_000 });

/** True where it is missing, or where it is the one of macOS, which takes other arguments. */
export const noScript = error !== undefined || !stdout.includes('util-linux');

/** For the name of a test that needs it. */
export const onTerminal = noScript
  ? 'on a terminal (skipped: needs the script of util-linux)'
  : 'on a terminal';
