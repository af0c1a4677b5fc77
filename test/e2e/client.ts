/**
 * Runs the real Claude Code: from OCC_E2E_CLAUDE, else installed by npm into a cache folder, in the version range that
 * `occ launch` uses. It has its own HOME and does not see the user's environment.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claudePackage } from '../../lib/clients/claude-package.ts';
import { wantedPackage } from '../../lib/clients/find.ts';
import { hangMs, stretched } from '../support/limits.ts';

export const occ = fileURLToPath(new URL('../../dist/bin/occ.js', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/occ-e2e', import.meta.url));

/** A client that hangs is killed after this time, so that only its own test fails. */
const longestRunMs = stretched(180_000);

/**
 * The path of the native program, without npm's wrapper. Installs it if necessary: into a folder of its own that is then
 * renamed, so that files that run at the same time never see half a program.
 */
export async function realClaude(): Promise<string> {
  const given = process.env['OCC_E2E_CLAUDE'];
  if (given !== undefined && given !== '') return given;
  const known = nativeBelow(cache);
  if (known !== undefined) return known;
  mkdirSync(dirname(cache), { recursive: true });
  const fresh = mkdtempSync(`${cache}-`);
  writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n');
  const fetched = await run(
    'npm',
    ['install', '--no-save', '--ignore-scripts', wantedPackage(claudePackage)],
    {
      cwd: fresh,
      env: process.env,
    },
  );
  try {
    renameSync(fresh, cache);
  } catch {
    // Another file was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  const program = nativeBelow(cache);
  if (program === undefined) throw new Error(`npm did not install Claude Code:\n${fetched.stderr}`);
  return program;
}

function nativeBelow(folder: string): string | undefined {
  const scope = join(folder, 'node_modules', '@anthropic-ai');
  if (!existsSync(scope)) return undefined;
  const natives = readdirSync(scope).filter((name) => name.startsWith('claude-code-'));
  return natives.map((name) => join(scope, name, 'claude')).find((file) => existsSync(file));
}

/** A HOME, a working folder and a configuration file, removed after the test. */
export interface Sandbox extends AsyncDisposable {
  home: string;
  work: string;
  /** Writes the configuration file and returns its path. */
  configure(config: unknown): string;
  read(name: string): string | undefined;
  env: Record<string, string>;
}

export function sandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'occ-e2e-'));
  const home = join(folder, 'home');
  const work = join(folder, 'work');
  mkdirSync(home);
  mkdirSync(work);
  return {
    home,
    work,
    configure(config) {
      const file = join(folder, 'config.json');
      writeFileSync(file, JSON.stringify(config));
      return file;
    },
    read(name) {
      const file = join(work, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Ran {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  input?: string;
  /** Timeout in milliseconds. */
  longestMs?: number;
}

/** Runs a program to its end. After a timeout it is killed and the code is the signal. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.longestMs ?? longestRunMs);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    endOf(child),
  ]);
  clearTimeout(timer);
  return { code, stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function endOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
}

export interface Foreground extends AsyncDisposable {
  /** The variables that `eval "$(occ start -f)"` sets. */
  variables: Record<string, string>;
}

/** Runs `occ start --foreground` on a free port, and ends it with SIGTERM after the test. */
export async function startForeground(args: readonly string[], options: RunOptions): Promise<Foreground> {
  const child = spawn(process.execPath, [occ, 'start', '--foreground', '--port', '0', ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const stderr = textOf(child.stderr);
  let stdout = '';
  const printed = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
      if (stdout.includes('unset ANTHROPIC_API_KEY\n')) resolve();
    });
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), hangMs);
  await Promise.race([printed, ended]);
  clearTimeout(timer);
  if (child.exitCode !== null) throw new Error(`occ start did not start:\n${stdout}\n${await stderr}`);
  const lines = stdout.matchAll(/^export ([A-Za-z_]+)=(?:'([^']*)'|"([^"]*)"|(\S*))$/gm);
  return {
    variables: Object.fromEntries([...lines].map(([, name, a, b, c]) => [name, a ?? b ?? c ?? ''])),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
