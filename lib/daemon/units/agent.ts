/** Writes the property list of launchd (launchd.plist(5)). Pure but for the template. */
import { readFileSync } from 'node:fs';
import { OccError } from '../../errors.ts';
import { packageFile } from '../../package-root.ts';
import { fillTemplate } from './template.ts';
import type { ServiceProgram } from './program.ts';

/** The name of the agent, and of its file. */
export const agentLabel = 'occ-cli.occ';

/** OccError `service_name_unusable` for a path or value that XML cannot hold. */
export function renderAgent(
  { command, variables, errorFile, stopSeconds }: ServiceProgram,
  home: string,
): string {
  return fillTemplate(readFileSync(packageFile('templates/service/occ.plist'), 'utf8'), {
    label: agentLabel,
    command: command.map((word) => `    <string>${escaped(word)}</string>`).join('\n'),
    environment: Object.entries(variables)
      .map(([name, value]) => `    <key>${escaped(name)}</key>\n    <string>${escaped(value)}</string>`)
      .join('\n'),
    stopSeconds: String(stopSeconds),
    home: escaped(home),
    errorFile: escaped(errorFile),
  });
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** XML 1.0 has no way to write control characters. */
function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what is looked for
  if (/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/u.test(text)) {
    throw new OccError('service_name_unusable', `a property list cannot hold ${JSON.stringify(text)}`, {
      remedy: 'use a path without control characters, and unset a variable that contains some',
    });
  }
  return text.replace(/[&<>]/g, (found) => entities[found] ?? found);
}
