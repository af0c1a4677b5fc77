/**
 * Prints what `occ start` reports once the proxy answers. A person reads its address and the next commands; a shell reads
 * the commands that make it use the proxy: `eval "$(occ start)"`.
 */
import { anyToken } from '../../clients/any-token.ts';
import { shellLines } from '../../clients/shell.ts';
import type { ProxyRecord } from '../../daemon/record.ts';
import type { Output } from '../../terminal/output.ts';
import { withTilde } from '../../tilde.ts';

export interface StartedPage {
  record: ProxyRecord;
  /** What a client needs, with the token. */
  variables: Readonly<Record<string, string>>;
  output: Output;
  /** Columns of stdout; undefined for a pipe. */
  width: number | undefined;
  /** The proxy runs in the background. */
  stays: boolean;
  home: string;
}

export function printStarted({ record, variables, output, width, stays, home }: StartedPage): void {
  const { url, host, port, pid, log } = record;
  const open = variables['ANTHROPIC_AUTH_TOKEN'] === anyToken;
  if (output.json) {
    // JSON output often ends up in files and logs, so it omits the token.
    const { ANTHROPIC_AUTH_TOKEN: _token, ...env } = variables;
    output.printJson({ url, host, port, pid, env, log });
  } else if (width === undefined) {
    output.print(`# occ listens on ${url} (pid ${pid})`);
    for (const line of shellLines(variables)) output.print(line);
  } else {
    output.print(`occ listens on ${output.style.bold(url)} (pid ${pid})`);
    for (const line of renderNext(stays, width)) output.print(line);
  }
  if (open && record.options.emulator !== true) {
    output.warn('occ: no auth_token is configured, so every user of this machine can spend the key');
    output.warn('  openssl rand -hex 32 | occ config set auth_token --stdin');
  }
  output.info(`occ: log: ${withTilde(log, home)}; ${stays ? 'occ stop ends it' : 'Ctrl-C ends it'}`);
}

/** The next commands on one line, or below each other where that is too narrow. */
export function renderNext(stays: boolean, width: number): string[] {
  const commands = ['eval "$(occ env)"', 'occ launch --attach', 'occ status', ...(stays ? ['occ stop'] : [])];
  const title = 'next: ';
  const line = title + commands.join(' · ');
  if (line.length <= width) return [line];
  return commands.map((command, index) => (index === 0 ? title : ' '.repeat(title.length)) + command);
}
