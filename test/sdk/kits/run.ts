/**
 * Runs the public kits against the proxy: `npm run kits`. With `--write`, the results go into kits.md. Fails if a check fails
 * that explained.ts does not explain, or if a check that it explains passes now.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LooseJson } from '../../support/loose-json.ts';
import { proxyOver } from '../../support/proxy.ts';
import { formats } from '../../support/turns.ts';
import { npmWith, pythonWith, run } from '../fetched.ts';
import { explained } from './explained.ts';
import { kits, programOf, type Check, type Kit } from './kits.ts';
import { kitModel } from './model.ts';

interface Result extends Check {
  kit: Kit;
  upstream: string;
}

const page = fileURLToPath(new URL('../kits.md', import.meta.url));
const order: readonly Check['status'][] = ['failed', 'warned', 'skipped', 'passed'];

async function judge(kit: Kit, url: string): Promise<Check[]> {
  const fetch = kit.from === 'PyPI' ? pythonWith : npmWith;
  const got = await fetch([`${kit.name}${kit.from === 'PyPI' ? '==' : '@'}${kit.version}`]);
  if ('why' in got) throw new Error(`${kit.name} could not be run: ${got.why}`);
  const ran = await run(programOf(kit, got.bin), kit.args(url), { env: kit.env ?? {} });
  try {
    const checks = kit.read(JSON.parse(ran.stdout) as LooseJson);
    if (checks.length > 0) return checks;
  } catch {
    // Reported below.
  }
  throw new Error(`${kit.name} gave no report (exit code ${ran.code}):\n${ran.stdout}${ran.stderr}`);
}

async function judgeAll(): Promise<Result[]> {
  const results: Result[] = [];
  for (const upstream of formats) {
    await using over = await proxyOver({
      format: upstream,
      token: undefined,
      emulator: { script: kitModel },
    });
    for (const kit of kits) {
      const checks = await judge(kit, over.url);
      results.push(...checks.map((check) => ({ ...check, kit, upstream })));
      console.log(`${kit.name} ${kit.version}, ${kit.served} on ${upstream}: ${sumUp(checks)}`);
      for (const { name, status, words } of checks)
        if (status !== 'passed') console.log(`  ${status}: ${name}: ${words}`);
    }
  }
  return results;
}

function sumUp(checks: readonly Check[]): string {
  return order
    .toReversed()
    .map((status) => [status, checks.filter((check) => check.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

function whyOf({ kit, name, status }: Result): string | undefined {
  const found = explained.find((one) => one.kit === kit.name && one.check === name && one.status === status);
  return found?.why;
}

/** One row for each check: its worst result over all upstream formats. */
function rowsOf(kit: Kit, results: readonly Result[]): string[] {
  const own = results.filter((result) => result.kit === kit);
  return [...new Set(own.map(({ name }) => name))].map((name) => {
    const all = own.filter((result) => result.name === name);
    const worst = order.flatMap((status) => all.find((result) => result.status === status) ?? [])[0];
    return worst ? `| ${name} | ${worst.status} | ${whyOf(worst) ?? ''} |` : '';
  });
}

function sectionOf(kit: Kit, results: readonly Result[]): string {
  const command = [kit.name, ...kit.args('URL')].join(' ');
  return [
    `## ${kit.name} ${kit.version}, for ${kit.served}`,
    `From ${kit.from}. Command:`,
    `\`\`\`sh\n${command}\n\`\`\``,
    ['| check | result | why |', '| --- | --- | --- |', ...rowsOf(kit, results)].join('\n'),
  ].join('\n\n');
}

const results = await judgeAll();
if (process.argv.includes('--write')) {
  const [head = ''] = readFileSync(page, 'utf8').split('\n## ');
  const sections = kits.map((kit) => sectionOf(kit, results));
  writeFileSync(page, `${[head.trimEnd(), ...sections].join('\n\n')}\n`);
  await run('npx', ['oxfmt', page], { cwd: fileURLToPath(new URL('../../..', import.meta.url)) });
}
const unexplained = results.filter((result) => result.status === 'failed' && whyOf(result) === undefined);
for (const { kit, upstream, name, words } of unexplained)
  console.error(`not explained: ${kit.name}, ${kit.served} on ${upstream}: ${name}: ${words}`);
const stale = explained.filter(
  (one) => !results.some((result) => result.kit.name === one.kit && whyOf(result) === one.why),
);
for (const { kit, check } of stale) console.error(`explained, but it did not happen: ${kit}: ${check}`);
process.exitCode = unexplained.length + stale.length > 0 ? 1 : 0;
