/** What `occ start` says once the proxy answers: where it is, and the lines a client's shell needs. */
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
  const open = variables['ANTHROPIC_AUTH_TOKEN'] === 'unused';
  if (output.json) {
    // The token is printed by the plain form only: JSON ends up in files and logs.
    const { ANTHROPIC_AUTH_TOKEN: _token, ...env } = variables;
    output.printJson({ url, host, port, pid, env, log });
  } else {
    output.print(`# occ listens on ${url} (pid ${pid})`);
    for (const line of shellLines(variables)) output.print(line);
  }
  if (open && record.options.emulator !== true) {
    output.warn('occ: no auth_token is configured, so every user of this machine may spend the key');
  }
  output.info(`occ: log in ${log}; ${stays ? 'occ stop ends it' : 'Ctrl-C ends it'}`);
}
