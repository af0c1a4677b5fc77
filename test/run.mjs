/**
 * Runs test files, each in its own process, and prints one line per file as it ends, with its failures in full. Each file is
 * bundled first, which halves what its process needs to start. Each file also has its own temporary folder, and fails if it
 * leaves a folder or file of occ in it.
 *
 *     node test/run.mjs [--long | --e2e] [--retry] [selection...]
 *
 * Without an option: `*.test.ts`. `--long`: `*.long.ts`, which wait for minutes of real time, and every `*.laws.test.ts`
 * in its exhaustive form. `--e2e`: `*.e2e.ts`, which run the real Claude Code. A selection is a file, a folder, or part of
 * a path below `test/`, such as `wire/chat`. With `--retry`, up to three files that fail run once more, each by itself; those
 * that pass then are counted as passed and listed as flaky.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, bundled } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const suite = args.includes('--long') ? 'long' : args.includes('--e2e') ? 'e2e' : 'test';
const retries = args.includes('--retry') ? 3 : 0;
const selections = args.filter((arg) => !arg.startsWith('--'));

/** The files of each suite, how many run at once, and the minutes after which a file counts as hanging. */
const { belongs, atOnce, hangMinutes } = {
  test: { belongs: /\.test\.ts$/, atOnce: 2 * availableParallelism(), hangMinutes: 30 },
  long: { belongs: /\.long\.ts$|\.laws\.test\.ts$/, atOnce: 1 + availableParallelism(), hangMinutes: 40 },
  e2e: { belongs: /\.e2e\.ts$/, atOnce: 2, hangMinutes: 40 },
}[suite];

/** Files that take longest, the longest last. Half of the places start at that end, so that none of them runs on alone. */
const slowest = [
  'acceptance/field-state',
  'acceptance/field-fields',
  'acceptance/field-envelopes',
  'acceptance/ten-points',
  'commands/models',
  'host/reload',
  'proxy/broken-answers',
  'config/edit/replace',
  'commands/doctor.test',
  'proxy/backpressure',
  'commands/launch',
  'doctor/faults/matrix',
  'proxy/chaos',
  'commands/lifecycle',
  'secrets/secrets',
  'acceptance/long-streams',
];

const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((path) => `test/${path.split(sep).join('/')}`)
  .filter(
    (path) => belongs.test(path) && (selections.length === 0 || selections.some((s) => selects(s, path))),
  )
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

if (files.length === 0) {
  console.error(`no test file matches ${selections.join(' ')}`);
  process.exit(1);
}

const began = performance.now();
// What each file reports, and the temporary folder of each file.
const scratch = mkdtempSync(join(tmpdir(), 'occ-tests-'));
// Inside the package, so that its files and dependencies are found. Coverage is measured on the sources.
const bundles = join(root, `.test-build/${process.pid}`);
const compiles = process.env.NODE_V8_COVERAGE === undefined;
const running = new Set();
/** The last result of each file. */
const results = new Map();
let done = 0;

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    clean();
    process.exit(1);
  });

console.log(`${files.length} test files, ${Math.min(atOnce, files.length)} at a time`);
if (compiles) await bundle(files, bundles);
const queue = [...files];
await Promise.all(
  Array.from({ length: atOnce }, async (_, place) => {
    const next = () => (place % 2 === 0 ? queue.shift() : queue.pop());
    for (let file = next(); file !== undefined; file = next()) {
      const place = `[${String(++done).padStart(String(files.length).length)}/${files.length}]`;
      results.set(file, report(await run(file), place));
    }
  }),
);
const failed = () => files.filter((file) => results.get(file).failed > 0);
const again = failed().length <= retries ? failed() : [];
for (const file of again) results.set(file, report(await run(file), '[again]'));
clean();

const flaky = again.filter((file) => results.get(file).failed === 0);
if (flaky.length > 0)
  console.log(`\nFlaky, passed when run again:\n${flaky.map((file) => `  ${file}`).join('\n')}`);
if (failed().length > 0) {
  console.log('\nFailed:');
  for (const file of failed())
    for (const line of [file, ...results.get(file).failures]) console.log(`  ${line}`);
}
const total = (count) => files.reduce((sum, file) => sum + results.get(file)[count], 0);
console.log(`
# tests ${total('tests')}
# pass ${total('passed')}
# fail ${total('failed')}
# skipped ${total('skipped')}${retries > 0 ? `\n# flaky ${flaky.length}` : ''}
# duration ${seconds(performance.now() - began)}

${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') > 0 ? 1 : 0;

function clean() {
  for (const folder of [scratch, bundles]) rmSync(folder, { recursive: true, force: true });
}

/** Runs one file to its end. */
async function run(file) {
  const started = performance.now();
  // Short, since the paths of sockets are limited and pages of fixed width contain paths.
  const number = String(files.indexOf(file));
  const reportFile = join(scratch, `${number}.report`);
  const temporary = join(scratch, number);
  mkdirSync(temporary);
  const child = spawn(
    process.execPath,
    [
      ...(compiles ? ['--enable-source-maps'] : ['--import', 'tsx']),
      `--test-reporter=${join(root, 'test/reporter.mjs')}`,
      `--test-reporter-destination=${reportFile}`,
      compiles ? bundled(bundles, file) : file,
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        // The last two are the variables of Windows.
        TMPDIR: temporary,
        TEMP: temporary,
        TMP: temporary,
        ...(suite === 'long' && { OCC_TESTS: 'exhaustive' }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  let hangs = false;
  const guard = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, hangMinutes * 60_000);
  const ended = await new Promise((settle) => {
    child.once('error', (error) => settle(String(error)));
    child.once('close', (code, signal) => settle(signal ?? code));
  });
  clearTimeout(guard);
  running.delete(child);
  const ms = performance.now() - started;
  const left = readdirSync(temporary).filter((entry) => entry.startsWith('occ-'));
  rmSync(temporary, { recursive: true, force: true });
  return { file, ended, hangs, output, ms, left, ...readReport(reportFile) };
}

/** What the reporter wrote; without counts when the process ended before it could. */
function readReport(path) {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return { counts: JSON.parse(lines.pop()), text: lines.join('\n') };
  } catch {
    return { counts: undefined, text: '' };
  }
}

/** Prints what became of a file; returns its counts and the lines of its failures. */
function report({ file, ended, hangs, output, ms, left, counts, text }, place) {
  const complaint = hangs
    ? `still running after ${hangMinutes} minutes`
    : ended !== 0 && !counts?.failed
      ? `the process ended with ${ended}`
      : !counts?.tests
        ? 'no test ran'
        : left.length > 0
          ? `left in the temporary folder: ${left.join(', ')}`
          : undefined;
  const { tests, passed, failed, skipped } = counts ?? { tests: 0, passed: 0, failed: 0, skipped: 0 };
  const good = !complaint && failed === 0;
  console.log(
    `${place} ${good ? '✔' : '✖'} ${file}: ${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''} (${seconds(ms)})`,
  );
  if (!good) console.log([complaint && `  ✖ ${complaint}`, text, output].filter(Boolean).join('\n'));
  const added = complaint ? 1 : 0;
  const failures = [...text.matchAll(/^ {2}✖ .*$/gm)].map(([line]) => line);
  return { tests: tests + added, passed, skipped, failed: failed + added, failures };
}

function selects(selection, path) {
  const given = relative(root, resolve(root, selection)).split(sep).join('/');
  return (
    path === given ||
    path.startsWith(`${given}/`) ||
    path.slice('test/'.length).startsWith(selection) ||
    path.includes(`/${selection}`)
  );
}

function rank(path) {
  return slowest.findIndex((start) => path.startsWith(`test/${start}`));
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
