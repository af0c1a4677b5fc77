/** The report as a page and as XML: narrow enough, marked by more than colour, the summary last, nothing unescaped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReport } from '../../lib/commands/doctor/page.ts';
import { renderJunit } from '../../lib/doctor/junit.ts';
import type { Report } from '../../lib/doctor/report.ts';
import { loadStyle } from '../../lib/terminal/style.ts';

const report: Report = {
  schema: 1,
  findings: [
    { code: 'node', level: 'ok', summary: 'v24', ms: 1 },
    {
      code: 'eof',
      subject: 'opencode-go/glm-5.3',
      level: 'fail',
      summary:
        'opencode-go <cut> its answer off & said "nothing" after a rather long while, which is told here\u0007',
      fault: 'provider',
      remedy: { text: 'ask another one', commands: ['occ config set models.default.model_id minimax-m3'] },
      evidence: '/home/me/.local/state/occ/doctor/eof.txt',
      ms: 1500,
    },
    {
      code: 'usage',
      subject: 'opencode-go/glm-5.3',
      level: 'warn',
      summary: 'odd',
      detail: 'one\ntwo',
      ms: 2,
    },
    { code: 'cancel', subject: 'opencode-go/glm-5.3', level: 'skipped', summary: 'needs model', ms: 0 },
    { code: 'two-minute', subject: 'opencode-go/glm-5.3', level: 'skipped', summary: 'needs model', ms: 0 },
  ],
};

test('a page of 60 columns', async () => {
  const lines = renderReport(report, await loadStyle(0), 60);
  assert.deepEqual(lines, [
    '✓ node        v24',
    '',
    'opencode-go/glm-5.3',
    '✗ eof         opencode-go <cut> its answer off & said',
    '              "nothing" after a rather long while, which is',
    '              told here\u0007',
    '    The fault is at the provider.',
    '    Ask another one',
    '        occ config set models.default.model_id minimax-m3',
    '    evidence: /home/me/.local/state/occ/doctor/eof.txt',
    '! usage       odd',
    '    one',
    '    two',
    '- not checked, needs model: cancel, two-minute',
    '',
    '1 problem, 1 warning, 2 not checked',
  ]);
});

test('colour marks, and nothing else', async () => {
  const plain = renderReport(report, await loadStyle(0), 80).join('\n');
  const coloured = renderReport(report, await loadStyle(1), 80).join('\n');
  assert.notEqual(coloured, plain);
  // eslint-disable-next-line no-control-regex
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), plain);
});

test('JUnit has its counts, and escapes what it must', () => {
  const xml = renderJunit(report);
  assert.match(
    xml,
    /<testsuite name="occ doctor" tests="5" failures="1" skipped="2" errors="0" time="1\.503">/,
  );
  assert.match(
    xml,
    /message="opencode-go &lt;cut&gt; its answer off &amp; said &quot;nothing&quot;[^"]* told here">/,
  );
  assert.match(xml, /occ config set models\.default\.model_id minimax-m3\nevidence: /);
  assert.match(
    xml,
    /<testcase classname="opencode-go\/glm-5\.3" name="two-minute" time="0\.000"><skipped message="needs model"\/>/,
  );
});
