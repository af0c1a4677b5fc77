#!/usr/bin/env node
/** The entry point of the program; see lib/cli.ts. */
import { main } from '../lib/cli.ts';

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
