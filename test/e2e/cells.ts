/** The tests of the grid: one for each client and each column of `grid.md`. */
import { appendFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { Agent } from './agents.ts';

/** A file of lines of JSON, one for each cell that ran; `npm run grid` sets it. */
const file = process.env['OCC_GRID'];

export interface Cell {
  client: string;
  version: string;
  column: string;
  passed: boolean;
  note: string;
}

/**
 * Defines the test of a cell. `body` resolves with what the table says of it beside that it passed: the format of the
 * upstream, or a figure. `canRun` is false if the machine lacks what the name says that it needs.
 */
export function cell(
  agent: Agent,
  column: string,
  name: string,
  body: (context: TestContext) => Promise<string>,
  canRun = true,
): void {
  const { client, version, program, why } = agent;
  const report = (passed: boolean, note: string): void => {
    const row: Cell = { client: client.package.title, version, column, passed, note };
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  };
  test(`${client.package.title} ${name}${why}`, { skip: program === '' || !canRun }, async (context) => {
    try {
      const note = await body(context);
      if (note !== '') context.diagnostic(note);
      report(true, note);
    } catch (error) {
      report(false, 'fails');
      throw error;
    }
  });
}
