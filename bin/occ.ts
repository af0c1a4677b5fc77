#!/usr/bin/env node
/** The program: everything it does is in lib/cli.ts. */
import { main } from '../lib/cli.ts';

process.exitCode = await main(process.argv.slice(2));
