/**
 * The text formats that Prometheus reads: its own, version 0.0.4, and OpenMetrics 1.0, which differs in the names of counters
 * and in its last line. Pure.
 */
import type { Family, Labels, Sample } from './families.ts';

export type TextFormat = 'prometheus' | 'openmetrics';

export const contentTypes: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Families without samples are left out. */
export function expose(families: readonly Family[], format: TextFormat): string {
  const text = families.map((family) => exposeFamily(family, format)).join('');
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function exposeFamily({ name, help, type, samples }: Family, format: TextFormat): string {
  const all = samples();
  if (all.length === 0) return '';
  // In OpenMetrics the family of a counter has the name without the ending that its samples have.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  const lines = all.map((sample) => exposeSample(name, sample));
  return `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n${lines.join('')}`;
}

function exposeSample(name: string, { suffix, labels, value }: Sample): string {
  return `${name}${suffix}${exposeLabels(labels)} ${toNumber(value)}\n`;
}

function exposeLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Backslashes, quotes and line feeds, as both formats escape them. */
function escaped(value: string): string {
  return value.replace(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
}

/** As Go reads numbers. */
function toNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

/** The format that an `Accept` header prefers; Prometheus' own unless OpenMetrics is named with at least the same weight. */
export function preferredFormat(accept = ''): TextFormat {
  let [open, plain] = [0, 0];
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = weightIn(parameters);
    if (type === 'application/openmetrics-text') open = Math.max(open, weight);
    else if (type === 'text/plain') plain = Math.max(plain, weight);
  }
  return open > 0 && open >= plain ? 'openmetrics' : 'prometheus';
}

/** 1 if none is given; 0 for one that is no number. */
function weightIn(parameters: readonly string[]): number {
  const given = parameters.find((one) => one.startsWith('q='));
  const weight = given === undefined ? 1 : Number(given.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
