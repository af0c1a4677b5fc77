/** `occ report`: writes a recorded request with other text, for a bug report. */
import type { Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { ReportOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'The report holds one request, the answers of its models, and what the client received. Every character of the conversation is replaced by a random one of the same kind, so that the request fails in the same way. occ replay runs a report like any capture.',
    'Names of fields, models and providers stay, numbers outside texts stay, and so do common words of error messages. Names of your own tools and ids are replaced, images become blank data. The command lists what the report holds, runs it, and looks for words of the conversation in it before it writes anything.',
    'On a terminal it asks before it writes; otherwise it needs --yes or --output.',
  ],
  examples: [
    ['occ report', 'the last request'],
    ['occ report req_3f2a9c -o bug.json', 'this request, into that file'],
    ['occ replay bug.json', 'run the report'],
  ],
  exitCodes: {
    '0': 'the report was written, or you decided against it',
    '1': 'it was not written',
  },
};

export function defineReport(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('report')
    .summary('write a request without its text, for a bug report')
    .description('Writes a recorded request into a file, with other text of the same shape.')
    .argument('[capture]', 'the id of a request, a file, or - for stdin; the last request unless given')
    .option('-o, --output <file>', 'the file to write (default: occ-report-<id>.json in this folder)')
    .option('--yes', 'write without asking')
    .option('--json', 'print the result as JSON')
    .action(async (capture: string | undefined, options: ReportOptions) => {
      const { runReport } = await import('./run.ts');
      end(await runReport(capture, options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
