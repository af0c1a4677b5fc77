/** Reporter of one test file for `test/run.mjs`: every failure as text, then one line of JSON with the counts. */
import { inspect } from 'node:util';

// Node takes a reporter from the default export.
// oxlint-disable-next-line import/no-default-export
export default async function* report(source) {
  const counts = { tests: 0, passed: 0, failed: 0, skipped: 0 };
  const names = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') names[data.nesting] = data.name;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { error, type: kind, duration_ms: ms } = data.details;
    const failed = type === 'test:fail' && !data.todo;
    // The tests of a suite that is skipped are not reported.
    if (kind !== 'suite' || data.skip !== undefined) {
      counts.tests++;
      if (data.skip !== undefined) counts.skipped++;
      else if (failed) counts.failed++;
      else counts.passed++;
    }
    // A parent fails with its subtests, which have already been reported.
    if (!failed || error?.failureType === 'subtestsFailed') continue;
    if (kind === 'suite') counts.failed++;
    const path = [...names.slice(0, data.nesting), data.name].join(' > ');
    yield `  ✖ ${path} (${Math.round(ms)} ms)\n${indent(textOf(error?.cause ?? error))}\n`;
  }
  yield JSON.stringify(counts);
}

function textOf(error) {
  return typeof error === 'string' ? error : inspect(error, { colors: false, depth: 6 });
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}
