/**
 * A strict reader of what `GET /metrics` sends: Prometheus' text format 0.0.4, and what `promtool check metrics` demands of
 * names. It shares no code with `lib/`. Where promtool is installed, it judges, too.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

export interface Exposed {
  name: string;
  type: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const metricName = /^[a-z_:][a-z0-9_:]*$/;
const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/** Every family by its name. Fails on what a scraper would refuse or read otherwise. */
export function readExposition(text: string): Map<string, Exposed> {
  assert(text.endsWith('\n'), 'the last line has no end');
  const families = new Map<string, Exposed>();
  const seen = new Set<string>();
  let help = '';
  let current: Exposed | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') {
        assert(!families.has(name), `two families ${name}`);
        help = name;
      } else {
        assert.equal(help, name, `${name} has no help`);
        assert.match(name, metricName);
        assert.match(rest, /^(?:counter|gauge|histogram)$/);
        families.set(name, (current = { name, type: rest, samples: [] }));
      }
      continue;
    }
    const [, name = '', given = '', written = ''] =
      sampleLine.exec(line) ?? assert.fail(`no sample: ${line}`);
    assert(current, `a sample without a family: ${line}`);
    const suffix = name.slice(current.name.length);
    const allowed = current.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    assert(name.startsWith(current.name) && allowed.includes(suffix), `${name} in ${current.name}`);
    assert.equal(current.type === 'counter', name.endsWith('_total'), name);
    const labels = readLabels(given);
    const key = JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    assert(!seen.has(key), `twice: ${line}`);
    seen.add(key);
    const value = written === '+Inf' ? Infinity : Number(written);
    assert(!Number.isNaN(value), line);
    if (current.type !== 'gauge') assert(value >= 0, line);
    current.samples.push({ name, labels, value });
  }
  for (const family of families.values()) {
    assert(family.samples.length > 0, `${family.name} is empty`);
    if (family.type === 'histogram') checkHistogram(family);
  }
  return families;
}

function readLabels(given: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = given;
  while (rest !== '') {
    const [whole, name = '', value = ''] =
      /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest) ?? assert.fail(`no label: ${rest}`);
    assert(!Object.hasOwn(labels, name), `the label ${name} twice`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}

/** Buckets ascend, none counts less than the one before it, and the last one counts everything. */
function checkHistogram({ name, samples }: Exposed): void {
  const groups = new Map<string, Exposed['samples']>();
  for (const one of samples) {
    const key = JSON.stringify({ ...one.labels, le: '' });
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`);
    const ends = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])));
    assert.deepEqual(
      ends,
      [...new Set(ends)].toSorted((a, b) => a - b),
      `${name} ${key}`,
    );
    assert.equal(ends.at(-1), Infinity);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      `${name} ${key}`,
    );
    const of = (suffix: string): number[] =>
      group.filter((one) => one.name === name + suffix).map(({ value }) => value);
    assert.deepEqual(of('_count'), [counts.at(-1)]);
    assert.equal(of('_sum').length, 1);
  }
}

/** The sum of the samples of a name whose labels have these values. */
export function total(
  families: ReadonlyMap<string, Exposed>,
  name: string,
  labels: Record<string, string> = {},
): number {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  return (family?.samples ?? [])
    .filter((one) => one.name === name)
    .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** What promtool has to say, which is nothing if all is well; undefined where it is not installed. */
export function promtool(text: string): string | undefined {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error) return undefined;
  return status === 0 && stdout === '' ? stderr : `${stdout}${stderr}` || `status ${status}`;
}
