/** Renders a report as JUnit XML for CI systems: each finding is a test case, a warning is its output. */
import type { Finding } from './check.ts';
import type { Report } from './report.ts';

export function renderJunit({ findings, counts: { failed, skipped } }: Report): string {
  const seconds = findings.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const counts = `tests="${findings.length}" failures="${failed}" errors="0" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="occ doctor" ${counts}>`,
    // The schema of Jenkins (junit-10.xsd) knows `skipped` for one suite only.
    `  <testsuite name="occ doctor" ${counts} skipped="${skipped}">`,
    ...findings.map(renderCase),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

function renderCase(finding: Finding): string {
  const { code, subject = 'this machine', level, summary, fault, ms } = finding;
  const head = `    <testcase classname="${escape(subject)}" name="${escape(code)}" time="${(ms / 1000).toFixed(3)}"`;
  const output = escape([...outputOf(finding)].join('\n'));
  switch (level) {
    case 'fail':
      return `${head}><failure type="${fault ?? 'unknown'}" message="${escape(summary)}">${output}</failure></testcase>`;
    case 'skipped':
      return `${head}><skipped message="${escape(summary)}"/></testcase>`;
    case 'warn':
      return `${head}><system-out>warning: ${escape(summary)}\n${output}</system-out></testcase>`;
    case 'ok':
      return `${head}/>`;
  }
}

function* outputOf({ detail, remedy, evidence }: Finding): Generator<string> {
  if (detail !== undefined) yield detail;
  if (remedy) yield [remedy.text, ...remedy.commands].join('\n');
  if (evidence !== undefined) yield `evidence: ${evidence}`;
}

/** Removes the characters that XML 1.0 cannot represent. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
