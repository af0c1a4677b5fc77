/** Tests the JUnit report with an XML parser, and against the elements and attributes that Jenkins' junit-10.xsd allows. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Finding } from '../../lib/doctor/check.ts';
import { renderJunit } from '../../lib/doctor/junit.ts';

const python = spawnSync('python3', ['--version']).status === 0;

/** Prints the tree as JSON: [tag, attributes, text, children]. */
const script = `
import sys, json, xml.etree.ElementTree as E
tree = lambda e: [e.tag, e.attrib, (e.text or '').strip(), [tree(c) for c in e]]
print(json.dumps(tree(E.fromstring(sys.stdin.buffer.read()))))`;

type Node = [tag: string, attributes: Record<string, string>, text: string, children: Node[]];

const allowed: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['name', 'tests', 'failures', 'errors', 'time'],
  testsuite: ['name', 'tests', 'failures', 'errors', 'time', 'skipped'],
  testcase: ['classname', 'name', 'time'],
  failure: ['type', 'message'],
  skipped: ['message'],
  'system-out': [],
};

const hostile = `a "quoted" <tag> & 'it' ]]> \u0000\u001b[31m \ufffe \ud800 größer 😀\nsecond`;
/** Without what XML 1.0 cannot hold. A parser turns the line break of an attribute into a space. */
const kept = `a "quoted" <tag> & 'it' ]]> [31m   größer 😀`;

test(`hostile text survives in valid XML${python ? '' : ' (not run: no python3)'}`, () => {
  if (!python) return;
  const remedy = { text: hostile, commands: [`occ "a" && b`] } as const;
  const one = (level: Finding['level'], more: Partial<Finding> = {}): Finding => ({
    code: `c-${level}`,
    level,
    summary: hostile,
    subject: `mine/${hostile}`,
    ms: 1500,
    ...more,
  });
  const findings = [
    one('ok'),
    one('fail', { fault: 'client', remedy, detail: hostile, evidence: '/x/<y>' }),
    one('warn', { fault: 'provider', remedy }),
    one('skipped', { skipped: { because: 'busy' } }),
  ];
  const counts = { passed: 1, warnings: 1, failed: 1, skipped: 1 };
  const xml = renderJunit({ interrupted: false, checked: true, counts, findings });
  const parsed = spawnSync('python3', ['-c', script], { input: xml, encoding: 'utf8' });
  assert.equal(parsed.status, 0, parsed.stderr + xml);
  const root = JSON.parse(parsed.stdout) as Node;
  const nodes: Node[] = [];
  const walk = (node: Node): void => {
    nodes.push(node);
    node[3].forEach(walk);
  };
  walk(root);
  for (const [tag, attributes] of nodes)
    assert.deepEqual(
      Object.keys(attributes).filter((name) => !allowed[tag]?.includes(name)),
      [],
      tag,
    );
  const [suite] = root[3];
  assert.deepEqual(suite?.[1], {
    name: 'occ doctor',
    tests: '4',
    failures: '1',
    errors: '0',
    time: '6.000',
    skipped: '1',
  });
  const [, failed, , skipped] = suite?.[3] ?? [];
  assert.equal(failed?.[3][0]?.[1]['message'], `${kept} second`);
  assert.ok(failed?.[3][0]?.[2].includes(`occ "a" && b`));
  assert.equal(skipped?.[3][0]?.[0], 'skipped');
});
