/** Prints what `occ start` reports once the proxy answers: its address, and the commands for a client's shell. */
import { anyToken } from '../../clients/claude.ts';
import { shellLines } from '../../clients/shell.ts';
import type { ProxyRecord } from '../../daemon/record.ts';
import type { Output } from '../../terminal/output.ts';

export function printStarted(
  record: ProxyRecord,
  variables: Readonly<Record<string, string>>,
  output: Output,
  stays = false,
): void {
  const { url, host, port, pid, log } = record;
  const open = variables['ANTHROPIC_AUTH_TOKEN'] === anyToken;
  if (output.json) {
    // JSON output often ends up in files and logs, so it omits the token.
    const { ANTHROPIC_AUTH_TOKEN: _token, ...env } = variables;
    output.printJson({ url, host, port, pid, env, log });
  } else {
    output.print(`# occ listens on ${url} (pid ${pid})`);
    for (const line of shellLines(variables)) output.print(line);
  }
  if (open && record.options.emulator !== true) {
    output.warn('occ: no auth_token is configured, so every user of this machine can spend the key');
  }
  output.info(`occ: log in ${log}; ${stays ? 'occ stop ends it' : 'Ctrl-C ends it'}`);
}
