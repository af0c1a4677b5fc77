/** Fetches Python and npm packages into folders of their own, which later runs use again. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hangMs } from '../support/limits.ts';

const cache = fileURLToPath(new URL('../../node_modules/.cache/occ-sdk', import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program without the user's settings. A program that hangs is killed. */
export function run(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ran> {
  const home = join(cache, 'home');
  mkdirSync(home, { recursive: true });
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: cwd ?? home,
      env: { PATH: process.env['PATH'], HOME: home, NO_PROXY: '127.0.0.1', ...registries(), ...env },
      timeout: hangMs * 5,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ code: null, stdout, stderr: String(error) }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The variables by which pip and npm find their registries and certificates. */
function registries(): Record<string, string> {
  const names =
    /^(?:pip_\w+|npm_config_(?:registry|cafile|proxy|https_proxy)|https?_proxy|ssl_cert_file|node_extra_ca_certs)$/i;
  const found = Object.entries(process.env).filter(
    ([name, value]) => names.test(name) && value !== undefined,
  );
  return Object.fromEntries(found) as Record<string, string>;
}

/** The folder of the programs of a virtual environment with these packages, or why there is none. */
export async function pythonWith(packages: readonly string[]): Promise<{ bin: string } | { why: string }> {
  const folder = join(cache, `py-${packages.join('+').replaceAll(/[^\w.+-]/g, '_')}`);
  const bin = join(folder, 'bin');
  if (existsSync(join(folder, 'ready'))) return { bin };
  rmSync(folder, { recursive: true, force: true });
  const made = await run('python3', ['-m', 'venv', folder]);
  if (made.code !== 0) return { why: 'Python 3 with venv is not installed' };
  const installed = await run(join(bin, 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    ...packages,
  ]);
  if (installed.code !== 0) return { why: `pip cannot fetch ${packages.join(', ')}` };
  writeFileSync(join(folder, 'ready'), '');
  return { bin };
}

/** The folder of the programs of these npm packages, or why there is none. */
export async function npmWith(packages: readonly string[]): Promise<{ bin: string } | { why: string }> {
  const folder = join(cache, `npm-${packages.join('+').replaceAll(/[^\w.+-]/g, '_')}`);
  const bin = join(folder, 'node_modules', '.bin');
  if (existsSync(join(folder, 'ready'))) return { bin };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const installed = await run('npm', ['install', '--no-save', '--ignore-scripts', ...packages], {
    cwd: folder,
  });
  if (installed.code !== 0) return { why: `npm cannot fetch ${packages.join(', ')}` };
  writeFileSync(join(folder, 'ready'), '');
  return { bin };
}
