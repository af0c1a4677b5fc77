/** Tests the report for the terminal and as JUnit XML. */
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
        'opencode-go <cut> off its answer & sent "nothing" for a long time, as this long line says\u0007',
      fault: 'provider',
      remedy: { text: 'use another model', commands: ['occ config set models.default.model_id minimax-m3'] },
      evidence: '/home/me/.local/state/occ/doctor/eof.txt',
      ms: 1500,
    },
    {
      code: 'usage',
      subject: 'opencode-go/glm-5.3',
      level: 'warn',
      summary: 'a warning',
      detail: 'one\ntwo',
      ms: 2,
    },
    {
      code: 'cancel',
      subject: 'opencode-go/glm-5.3',
      level: 'skipped',
      summary: 'needs model',
      skipped: { because: 'need', check: 'model' },
      ms: 0,
    },
    {
      code: 'two-minute',
      subject: 'opencode-go/glm-5.3',
      level: 'skipped',
      summary: 'needs model',
      skipped: { because: 'need', check: 'model' },
      ms: 0,
    },
  ],
};

test('the report wraps at 60 columns', async () => {
  const lines = renderReport(report, await loadStyle(0), 60);
  assert.deepEqual(lines, [
    '✓ node        v24',
    '',
    'opencode-go/glm-5.3',
    '✗ eof         opencode-go <cut> off its answer & sent',
    '              "nothing" for a long time, as this long line',
    '              says\u0007',
    '    The fault is at the provider.',
    '    Use another model',
    '        occ config set models.default.model_id minimax-m3',
    '    evidence: /home/me/.local/state/occ/doctor/eof.txt',
    '! usage       a warning',
    '    one',
    '    two',
    '- not checked, needs model: cancel, two-minute',
    '',
    '1 problem, 1 warning, 2 not checked',
  ]);
});

test('colour adds only escape sequences', async () => {
  const plain = renderReport(report, await loadStyle(0), 80).join('\n');
  const coloured = renderReport(report, await loadStyle(1), 80).join('\n');
  assert.notEqual(coloured, plain);
  // eslint-disable-next-line no-control-regex
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), plain);
});

test('JUnit XML has the counts and is escaped', () => {
  const xml = renderJunit(report);
  assert.match(
    xml,
    /<testsuite name="occ doctor" tests="5" failures="1" skipped="2" errors="0" time="1\.503">/,
  );
  assert.match(
    xml,
    /message="opencode-go &lt;cut&gt; off its answer &amp; sent &quot;nothing&quot;[^"]* line says">/,
  );
  assert.match(xml, /occ config set models\.default\.model_id minimax-m3\nevidence: /);
  assert.match(
    xml,
    /<testcase classname="opencode-go\/glm-5\.3" name="two-minute" time="0\.000"><skipped message="needs model"\/>/,
  );
});
