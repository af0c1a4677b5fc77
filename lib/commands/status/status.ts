/** `occ status`: is the proxy running, and how is it? Exit 3 when it is not, as service managers have it. */
import type { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import { outputOf, type CommandContext, type GlobalOptions, type World } from '../../terminal/world.ts';

interface StatusOptions extends GlobalOptions {
  watch?: boolean;
}

export function defineStatus(program: Command, { world, globals, end }: CommandContext): void {
  program
    .command('status')
    .summary('is the proxy running, and how is it?')
    .description('Shows the proxy that occ start runs: requests, failures and models.')
    .option('-w, --watch', 'again every two seconds, until Ctrl-C')
    .option('--json', 'answer in JSON')
    .addHelpText('after', '\nExit codes: 0 running, 3 not running.\n')
    .action(async (options: StatusOptions) => {
      const output = await outputOf(world, globals(options));
      const { watch } = await import('./watch.ts');
      end(options.watch === true ? await watch(world, output, show) : await show(world, output));
    });
}

async function show(world: World, output: Output): Promise<number> {
  const { findRecorded, askRunning, whyNot } = await import('../../daemon/running.ts');
  const found = await findRecorded(world);
  if (found?.state !== 'running') {
    if (output.json) output.answerJson({ running: false, pid: null, url: null, reason: whyNot(found) });
    else output.answer(whyNot(found));
    if (found?.state === 'silent') output.say('occ: occ stop ends it');
    return exitCodes.notRunning;
  }
  const status = await askRunning(found.record, '/occ/status');
  if (output.json) output.answerJson({ running: true, ...status });
  else {
    const { renderStatus } = await import('./page.ts');
    for (const line of renderStatus(status, output.style, widthOf(world.stdout))) output.answer(line);
  }
  return exitCodes.ok;
}
