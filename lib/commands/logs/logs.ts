/** `occ logs`: the log of the proxies in words. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { levels } from '../../log/log.ts';
import { readRequestId } from '../../request-id.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { LogsOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'Every line has the time, the start of the id of its request, and what happened. All launches and occ start write to one log. It never holds a key, a text of a conversation or the words of a provider; occ why has those of a running proxy.',
  ],
  examples: [
    ['occ logs', 'print the last 50 lines'],
    ['occ logs -f', 'follow the log'],
    ['occ logs --request 3f2a9c', 'print what happened to one request'],
    ['occ logs --since 10m --level warn', 'print the problems of the last ten minutes'],
  ],
};

export function defineLogs(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('logs')
    .summary('show what happened, line by line')
    .description('Shows the log of occ launch and occ start in words.')
    .option('-f, --follow', 'print new lines as they come, until Ctrl-C')
    .option('--request <id>', 'only lines of this request; the start of its id is enough', toId)
    .addOption(new Option('--level <level>', 'only lines of this level or above').choices(levels))
    .option('-n, --lines <n>', 'the number of lines, 50 unless --since or --request is given', toCount)
    .option('--since <time>', 'only lines since then: 10m, 2h, 1d, 14:05 or an ISO 8601 time', (text) =>
      toTime(text),
    )
    .option('--json', 'print the lines as they are in the file')
    .action(async (options: LogsOptions) => {
      const { runLogs } = await import('./run.ts');
      end(await runLogs(options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}

function toCount(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 0 to 9999999.');
}

function toId(text: string): string {
  const id = readRequestId(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError('expected the id of a request or its start, such as 3f2a9c.');
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since 1970. */
export function toTime(text: string, now = new Date()): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now.getTime() - Number(amount) * (unitMs[unit] ?? 0);
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours !== undefined) return new Date(now).setHours(Number(hours), Number(minutes), 0, 0);
  const parsed = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(parsed)) return parsed;
  throw new InvalidArgumentError('expected 10m, 2h, 1d, 14:05 or a time such as 2026-11-29T14:05.');
}
