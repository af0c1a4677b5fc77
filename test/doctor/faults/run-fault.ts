/** Plants a fault, asks `occ doctor`, carries out the remedy, and asks again. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Finding } from '../../../lib/doctor/check.ts';
import { quote } from '../../../lib/shell-word.ts';
import { toAnswer } from '../../support/answers.ts';
import { home } from '../../commands/program.ts';
import type { Bed, Cure, Expected, Fault } from './fault.ts';

/** `busy`: other programs kept the machine so busy that doctor passed no judgement. */
export type Verdict = { kind: 'right' | 'busy' } | { kind: 'wrong'; why: string };

export function bedFor(t: TestContext): Bed {
  const at = home(t);
  return {
    t,
    at,
    env: {},
    configure(config, file = '.config/occ/config.json') {
      const path = join(at.dir, file);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const asItIs = typeof config === 'string' || Buffer.isBuffer(config);
      writeFileSync(path, asItIs ? config : JSON.stringify(config));
      chmodSync(path, 0o600);
      return path;
    },
  };
}

/** A busy machine gets three tries. */
export async function judge(t: TestContext, fault: Fault): Promise<{ cure: Cure; verdict: Verdict }> {
  for (let tries = 1; ; tries++) {
    const bed = bedFor(t);
    const cure = await fault.plant(bed);
    const verdict = await lookFor(fault, bed, cure);
    if (verdict.kind !== 'busy' || tries === 3) return { cure, verdict };
  }
}

const wrong = (why: string): Verdict => ({ kind: 'wrong', why });
const busy: Verdict = { kind: 'busy' };
const isBusy = ({ skipped }: Finding): boolean => skipped?.because === 'busy';

async function lookFor({ args, expected }: Fault, bed: Bed, cure: Cure): Promise<Verdict> {
  const doctor = ['doctor', ...args, '--json'];
  const before = await bed.at.run(doctor, bed.env);
  const found = findingIn(before.stdout, expected);
  if (found === undefined) return wrong(`no finding of ${expected.check}: ${before.stdout}${before.stderr}`);
  if (isBusy(found)) return busy;
  const said = diagnosis(found);
  const meant = diagnosis({ code: expected.check, level: expected.level, fault: expected.side });
  if (said !== meant) return wrong(`${said} instead of ${meant}: ${found.summary}`);
  if (!expected.summary.test(found.summary)) return wrong(`its summary is: ${found.summary}`);
  if (expected.level === 'fail' && before.code !== 1) return wrong(`the exit code is ${before.code}`);
  const { text = '', commands = [] } = found.remedy ?? {};
  if (cure.how !== 'commands' && !cure.text.test(text)) return wrong(`the text of its remedy is: ${text}`);
  return cured(bed, cure, commands, doctor, expected);
}

/** Commands that show the user what is there. */
const looks = /^(?:curl|openssl|date) |--version(?: |$)/;

/** The commands of the remedy, in one shell with the program, followed by doctor again. */
async function cured(
  { at, env }: Bed,
  cure: Cure,
  commands: readonly string[],
  doctor: readonly string[],
  expected: Expected,
): Promise<Verdict> {
  const typed = join(at.dir, 'typed');
  writeFileSync(typed, cure.how === 'commands' && cure.typed !== undefined ? `${cure.typed}\n` : '');
  const fill = cure.how === 'commands' ? (cure.fill ?? {}) : {};
  const lines = commands.map((command) =>
    Object.entries(fill).reduce((line, [from, to]) => line.replaceAll(from, to), command),
  );
  if (cure.how === 'followed' && typeof cure.by === 'function') await cure.by();
  const script = [
    // A command that fails is named, but one that only looks may say so.
    ...lines.map((line, i) =>
      looks.test(line)
        ? `{ ${line}\n} </dev/null >>out 2>&1`
        : `{ ${line}\n} <${quote(typed)} >>out 2>&1 || echo "${i} ended with $?" >>failed`,
    ),
    ...(cure.how === 'followed' && typeof cure.by === 'string' ? [cure.by] : []),
    `occ ${doctor.map((word) => quote(word)).join(' ')}`,
    'code=$?',
    '[ ! -e failed ] || cat failed >&2',
    'exit $code',
  ].join('\n');
  const after = await at.shell(script, env);
  const found = findingIn(after.stdout, expected);
  if (found === undefined) return wrong(`no finding after the remedy: ${after.stdout}${after.stderr}`);
  if (cure.how === 'told') return { kind: 'right' };
  if (isBusy(found)) return busy;
  if (after.stderr.includes('ended with'))
    return wrong(`a command of the remedy fails: ${after.stderr} ${lines.join('; ')}`);
  return found.level === 'ok'
    ? { kind: 'right' }
    : wrong(`after ${lines.join('; ')}: ${found.level} ${found.summary}`);
}

function findingIn(stdout: string, { check, subject }: Expected): Finding | undefined {
  if (!stdout.startsWith('{')) return undefined;
  const findings = toAnswer('doctor', stdout)['findings'] as Finding[];
  return findings.find((each) => each.code === check && (subject === undefined || each.subject === subject));
}

function diagnosis({ code, level, fault }: Pick<Finding, 'code' | 'level' | 'fault'>): string {
  return `${level} ${code} (${fault ?? 'nobody'})`;
}

/** The arguments of two runs that together look at everything except the streams of the emulator, which no set-up changes. */
const runs = [
  [
    'node',
    'claude',
    'config',
    'keys',
    'conflicts',
    'proxy-env',
    'certificates',
    'loopback',
    'port',
    'record',
    'folders',
    'timeouts',
    '--offline',
  ],
  ['--live'],
];

/** What doctor says against a healthy set-up; empty if nothing. */
export async function complaints(bed: Bed): Promise<string[]> {
  bed.at.program('claude', '#!/bin/sh\necho "2.1.330 (Claude Code)"\n');
  const found: string[] = [];
  for (const args of runs) {
    const { stdout, stderr } = await bed.at.run(['doctor', ...args, '--json'], bed.env);
    if (!stdout.startsWith('{')) return [`no answer: ${stdout}${stderr}`];
    const findings = toAnswer('doctor', stdout)['findings'] as Finding[];
    for (const { level, code, subject = '', summary } of findings)
      if (level === 'fail' || level === 'warn') found.push(`${level} ${code} ${subject}: ${summary}`);
  }
  return found;
}
