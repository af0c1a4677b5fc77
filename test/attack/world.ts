/** The two proxies under attack, each in a process of its own, and the home of occ. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { atEnd } from '../bench/cleanup.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { hangMs } from '../support/limits.ts';
import type { Target } from './attack.ts';
import { token } from './dial.ts';

/** The provider's key, which only the upstream may see. */
export const providerKey = 'sk-attack-key-0123456789abcdef0123456789';

export interface Home {
  dir: string;
  env: Record<string, string>;
  remove(): void;
}

/** A home directory with a configuration whose upstream is on `port`. */
export function makeHome(port: number): Home {
  requireBuilt();
  const dir = mkdtempSync(join(tmpdir(), 'occ-attack-'));
  const remove = atEnd(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  const folder = join(dir, '.config/occ');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration(port)), { mode: 0o600 });
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: dir, TMPDIR: dir };
  return { dir, env, remove };
}

const formats = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  responses: '/v1/responses',
  gemini: '/v1beta/models',
} as const;

/** Milliseconds that occ waits for a hostile upstream: its defaults are minutes. */
const patience = { timeout_ms: 2000, first_event_timeout_ms: 2000, stream_idle_timeout_ms: 2000 };

export function configuration(port: number): object {
  const providers = Object.entries(formats).flatMap(([format, path]) => {
    const provider = {
      wire_format: format,
      base_url: `http://127.0.0.1:${port}${path}`,
      api_key: providerKey,
    };
    return [
      [format, { ...provider, ...patience }],
      // With the times of the defaults, so that only what is kept is bounded.
      [`patient-${format}`, provider],
    ];
  });
  return {
    host: '127.0.0.1',
    port: 0,
    auth_token: token,
    providers: Object.fromEntries(providers) as object,
    models: { default: { provider: 'chat', model_id: 'polite' } },
    // Each attack is to reach the upstream once.
    retry: { attempts: 0, max_attempts_total: 1 },
    circuit_breaker: { failures: 1_000_000 },
  };
}

export interface Proxy extends Target {
  /** What it has printed. */
  printed: () => string;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts the built program in the foreground; `node` are further arguments of Node. */
export async function startOcc(home: Home, node: readonly string[] = []): Promise<Proxy> {
  const child = spawn(process.execPath, [...node, builtOcc, 'start', '--foreground'], {
    env: home.env,
    cwd: home.dir,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { ended, kill } = ending(child);
  let text = '';
  const port = await new Promise<number>((resolve, reject) => {
    const look = (more: string): void => {
      text = (text + more).slice(-1e6);
      const found = /ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    };
    child.stdout?.setEncoding('utf8').on('data', look);
    child.stderr?.setEncoding('utf8').on('data', look);
    child.once('close', () => reject(new Error(`occ ended: ${text}`)));
  });
  return {
    name: 'occ',
    pid: child.pid ?? 0,
    port,
    child,
    printed: () => text,
    stop: () => stop(child, ended, kill),
  };
}

let compiled: string | undefined;

/** The bare proxy, as a program without a loader. */
function compileBare(): string {
  if (compiled !== undefined) return compiled;
  const folder = fileURLToPath(new URL(`../../.test-build/attack-${process.pid}`, import.meta.url));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  compiled = join(folder, 'bare.mjs');
  const source = fileURLToPath(new URL('./processes/bare.ts', import.meta.url));
  buildSync({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: compiled,
    logLevel: 'error',
  });
  return compiled;
}

/** Starts the bare proxy. */
export async function startBare(upstreamPort: number): Promise<Proxy> {
  const child = fork(compileBare(), [`http://127.0.0.1:${upstreamPort}/`, providerKey], { execArgv: [] });
  const { ended, kill } = ending(child);
  const [port] = (await once(child, 'message')) as [number];
  return {
    name: 'bare',
    pid: child.pid ?? 0,
    port,
    child,
    printed: () => '',
    stop: () => stop(child, ended, kill),
  };
}

function ending(child: ChildProcess): { ended: Promise<void>; kill: () => void } {
  return {
    kill: atEnd(() => void child.kill('SIGKILL')),
    ended: new Promise<void>((resolve) => child.once('close', () => resolve())),
  };
}

async function stop(child: ChildProcess, ended: Promise<void>, kill: () => void): Promise<void> {
  const give = setTimeout(kill, hangMs);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(give);
  kill();
}
