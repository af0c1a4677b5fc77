/**
 * Writes the unit of systemd. The rules of quoting are those of systemd.syntax(7) and systemd.service(5). Pure but for the
 * template.
 */
import { readFileSync } from 'node:fs';
import { packageFile } from '../../package-root.ts';
import { fillTemplate } from './template.ts';
import type { ServiceProgram } from './program.ts';

export function renderUnit({ command, variables, environmentFile, stopSeconds }: ServiceProgram): string {
  return fillTemplate(readFileSync(packageFile('templates/service/occ.service'), 'utf8'), {
    command: commandLine(command),
    environment: Object.entries(variables)
      .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`)
      .join('\n'),
    stopSeconds: String(stopSeconds),
    // The rest of the line is the path, so it is not quoted.
    environmentFile: environmentFile.replaceAll('%', '%%'),
  });
}

/** systemd refuses a program whose path has a quote, a backslash or a control character; a shell takes it. */
function commandLine([program = '', ...args]: readonly string[]): string {
  // oxlint-disable-next-line no-control-regex -- what systemd refuses
  if (/["'\\\u0000-\u001f\u007f]/.test(program))
    return commandLine(['/bin/sh', '-c', 'exec "$0" "$@"', program, ...args]);
  // The program itself is not searched for variables, so its dollar signs stay.
  return [quoted(program), ...args.map((arg) => quoted(arg.replaceAll('$', '$$$$')))].join(' ');
}

/** A word as systemd reads it back: `%` begins a specifier, a backslash an escape. */
function quoted(word: string): string {
  const escaped = word
    .replaceAll('%', '%%')
    .replace(/["\\]/g, String.raw`\$&`)
    // oxlint-disable-next-line no-control-regex -- a control character would end the line
    .replace(/[\u0000-\u001f\u007f]/g, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
