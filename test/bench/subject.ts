/** The built program under test, in a home directory of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { atEnd } from './cleanup.ts';
import type { Inside } from './processes/probe.ts';
import { upstreamPaths, type Format } from './processes/formats.ts';

/** A checkout with a built `dist/`. */
export interface Subject {
  name: string;
  root: string;
}

export interface Home {
  dir: string;
  env: Record<string, string>;
  /** The arguments of Node that run a command of occ. */
  occ(...words: string[]): string[];
  remove(): void;
}

/** The models of the configuration, one per wire format of the upstream. */
export const modelIn: Record<Format, string> = {
  chat: 'bench-chat/m',
  messages: 'bench-messages/m',
  responses: 'bench-responses/m',
  gemini: 'bench-gemini/m',
};

/** A temporary home directory with a configuration that asks the upstream, and a client that ends at once. */
export function makeHome({ root }: Subject, upstreamPort: number): Home {
  const dir = mkdtempSync(join(tmpdir(), 'occ-bench-'));
  const remove = atEnd(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  const config = join(dir, '.config/occ');
  const bin = join(dir, 'bin');
  mkdirSync(config, { recursive: true });
  mkdirSync(bin);
  writeFileSync(join(config, 'config.json'), JSON.stringify(configuration(upstreamPort)), { mode: 0o600 });
  writeFileSync(join(bin, 'claude'), '#!/bin/sh\necho a client\n', { mode: 0o755 });
  return {
    dir,
    env: {
      PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: dir,
      TMPDIR: tmpdir(),
    },
    occ: (...words) => [join(root, 'dist/bin/occ.js'), ...words],
    remove,
  };
}

function configuration(port: number): object {
  const formats = Object.keys(upstreamPaths) as Format[];
  const provider = (format: Format) => ({
    wire_format: format,
    // The path of a model in Gemini's API follows from its list of models.
    base_url: `http://127.0.0.1:${port}${upstreamPaths[format].replace(/\/m:.*/, '')}`,
    api_key: 'a-key',
  });
  const model = (format: Format) => ({
    provider: `bench-${format}`,
    model_id: 'm',
    context_window: 10_000_000,
  });
  return {
    host: '127.0.0.1',
    port: 0,
    auth_token: 'a-token-of-the-benchmark',
    providers: Object.fromEntries(formats.map((format) => [`bench-${format}`, provider(format)])),
    models: {
      default: model('chat'),
      ...Object.fromEntries(formats.map((format) => [`of-${format}`, model(format)])),
    },
  };
}

export interface RunningProxy {
  pid: number;
  port: number;
  /** What the probe in it says; only where it was started with one. */
  inside?: () => Promise<Inside>;
  stop: () => Promise<void>;
}

/** Milliseconds for a proxy to start, and to stop. */
const patienceMs = 60_000;

/** Starts the proxy in the foreground, with the arguments of a probe or without, and resolves when it listens. */
export async function startOcc(home: Home, probe: readonly string[] = []): Promise<RunningProxy> {
  const probed = probe.length > 0;
  const child = spawn(process.execPath, [...probe, ...home.occ('start', '--foreground')], {
    env: home.env,
    cwd: home.dir,
    stdio: ['ignore', 'pipe', 'pipe', ...(probed ? (['ipc'] as const) : [])],
  });
  const kill = atEnd(() => void child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    let text = '';
    const give = setTimeout(() => reject(new Error(`occ does not start: ${text}`)), patienceMs);
    const look = (more: string): void => {
      text += more;
      const found = listening.exec(text);
      if (!found) return;
      clearTimeout(give);
      resolve(Number(found[1]));
    };
    child.stdout?.setEncoding('utf8').on('data', look);
    child.stderr?.setEncoding('utf8').on('data', look);
    child.once('close', () => reject(new Error(`occ ended: ${text}`)));
  });
  return {
    pid: child.pid ?? 0,
    port,
    ...(probed && {
      async inside() {
        child.send('look');
        const replied = await Promise.race([once(child, 'message'), ended.then(() => [])]);
        if (replied.length === 0) throw new Error('occ ended');
        return replied[0] as Inside;
      },
    }),
    async stop() {
      const give = setTimeout(kill, patienceMs);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(give);
      kill();
    },
  };
}

/** What occ prints when it listens. */
export const listening = /ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:(\d+)/;

/** Where a client of the format sends its requests. */
export function clientPath(client: Format, model: string): string {
  const paths: Record<Format, string> = {
    messages: '/v1/messages',
    chat: '/v1/chat/completions',
    responses: '/v1/responses',
    gemini: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
  };
  return paths[client];
}

export const clientHeaders = { authorization: 'Bearer a-token-of-the-benchmark' };
