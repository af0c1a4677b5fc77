#!/usr/bin/env node
/** The entry point of the program; see lib/cli.ts. */
import { main } from '../lib/cli.ts';

process.exitCode = await main(process.argv.slice(2));
