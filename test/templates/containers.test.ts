/**
 * The container files: their own tools accept them where these are installed (hadolint, docker compose,
 * kubernetes-validate), and what they contain works with this program.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadSettings } from '../../lib/config/load.ts';
import { hangMs } from '../support/limits.ts';
import { proxyOver } from '../support/proxy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'templates', 'container');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const [dockerfile, compose, kubernetes] = ['Dockerfile', 'compose.yaml', 'kubernetes.yaml'].map(read);
assert.ok(dockerfile !== undefined && compose !== undefined && kubernetes !== undefined);

function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { timeout: hangMs }).status === 0;
}

/** The program of Docker itself is of no use without the plugin; the plugin also runs alone. */
const composeCommand = [['docker', 'compose'], ['docker-compose']].find(([command = '', ...rest]) =>
  works(command, ...rest, 'version'),
);

describe('their own tools accept the files', () => {
  for (const [tool, found, line] of [
    ['hadolint', works('hadolint', '--version'), ['hadolint', join(folder, 'Dockerfile')]],
    [
      'docker compose',
      composeCommand !== undefined,
      [
        ...(composeCommand ?? ['']),
        '-f',
        join(folder, 'compose.yaml'),
        '--project-directory',
        root,
        'config',
      ],
    ],
    [
      'kubernetes-validate',
      works('kubernetes-validate', '--version'),
      ['kubernetes-validate', '--strict', join(folder, 'kubernetes.yaml')],
    ],
  ] as const) {
    test(tool + (found ? '' : ' (skipped: it is not installed)'), { skip: !found }, () => {
      const [command = '', ...args] = line;
      const { status, stdout, stderr } = spawnSync(command, args, {
        env: { ...process.env, OCC_AUTH_TOKEN: 'x' },
        encoding: 'utf8',
        timeout: hangMs,
      });
      assert.equal(status, 0, stdout + stderr);
    });
  }
});

/** The text below a line that ends in `key: |`, without its indentation. */
function block(text: string, key: string): string {
  const [, margin = '', body = ''] = new RegExp(`^( *)${key}: \\|\\n((?:\\1 +.*\\n)+)`, 'm').exec(text) ?? [];
  assert.notEqual(body, '', key);
  return body.replaceAll(new RegExp(`^${margin} {2}`, 'gm'), '');
}

for (const [name, text, key] of [
  ['compose.yaml', compose, 'content'],
  ['kubernetes.yaml', kubernetes, 'config.json'],
] as const) {
  test(`the configuration in ${name} is valid, without a warning`, async (t) => {
    const dir = temporary(t);
    const file = join(dir, 'config.json');
    writeFileSync(file, block(text, key.replace('.', '\\.')), { mode: 0o600 });
    const { settings } = await loadSettings({ configFile: file, env: {}, home: dir, runCommands: false });
    assert.deepEqual(settings.warnings, []);
    assert.ok(settings.allowedHosts.includes('occ'), 'the name by which other containers reach it');
  });
}

test('live streams have less time to finish than the process has until it is killed', () => {
  const figure = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
  const own = figure(dockerfile, /OCC_DRAIN_MS=(\d+)/) / 1000;
  assert.ok(own > 0);
  const grace = figure(compose, /stop_grace_period: (\d+)s/);
  assert.ok(figure(compose, /OCC_DRAIN_MS: "(\d+)"/) / 1000 + 5 < grace);
  const pause = figure(kubernetes, /command: \[sleep, "(\d+)"\]/);
  const drain = figure(kubernetes, /OCC_DRAIN_MS\n *value: "(\d+)"/) / 1000;
  assert.ok(pause + drain + 5 < figure(kubernetes, /terminationGracePeriodSeconds: (\d+)/));
});

test('the image is built from files that exist, and none that it needs is ignored', () => {
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = '']) =>
    list.split(' '),
  );
  const allowed = new Set(
    read('Dockerfile.dockerignore')
      .split('\n')
      .map((line) => line.replace('!', '')),
  );
  assert.ok(sources.length > 5);
  for (const source of sources) {
    assert.ok(existsSync(join(root, source)), source);
    assert.ok(allowed.has(source), `${source} is ignored`);
  }
  // What the program reads at run time beside the bundle.
  for (const needed of ['package.json', 'dist', 'templates'])
    assert.match(dockerfile, new RegExp(`^COPY --from=build \\S*/${needed}\\b`, 'm'));
});

test('the health check of the image tells a proxy from none', async () => {
  const words = JSON.parse(/HEALTHCHECK[^\n]*\n *CMD (.*)/.exec(dockerfile)?.[1] ?? '') as string[];
  assert.equal(words[0], 'node');
  const look = (port: number): Promise<number | null> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], OCC_PORT: String(port) };
      spawn(process.execPath, words.slice(1), { env, timeout: hangMs }).once('exit', resolve);
    });
  let port: number;
  {
    await using over = await proxyOver();
    ({ port } = over.proxy);
    assert.equal(await look(port), 0);
  }
  assert.equal(await look(port), 1);
});

function temporary(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'occ-containers-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}
