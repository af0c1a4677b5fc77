#!/usr/bin/env node
/** The entry point of the program; see lib/cli.ts. */
import { printVersion } from '../lib/cli/print-version.ts';

const args = process.argv.slice(2);
if (!printVersion(args)) void run();

async function run(): Promise<void> {
  const { enableCompileCache } = await import('../lib/cli/compile-cache.ts');
  await enableCompileCache(args);
  const { main } = await import('../lib/cli.ts');
  process.exitCode = await main(args);
}
