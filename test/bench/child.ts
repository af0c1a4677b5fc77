/** The processes of the benchmarks: compiled at once, so that each is a plain Node without a loader. */
import { fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { atEnd } from './cleanup.ts';

const folder = fileURLToPath(new URL(`../../.test-build/bench-${process.pid}`, import.meta.url));
const programs = {
  upstream: new URL('./processes/upstream.ts', import.meta.url),
  floor: new URL('./processes/floor.ts', import.meta.url),
  load: new URL('./processes/load.ts', import.meta.url),
  starter: new URL('./processes/starter.ts', import.meta.url),
  probe: new URL('./processes/probe.ts', import.meta.url),
  host: new URL('./processes/host.ts', import.meta.url),
};

/** Some of the packages that are bundled call `require`. */
const requires =
  "import { createRequire } from 'node:module'; const require = createRequire(process.argv[1]);";

export interface Child {
  pid: number;
  /** The port on which it listens; 0 if it does not. */
  port: number;
  /** Sends a message and resolves with the reply; rejects when the process has ended. */
  ask<T>(message: unknown): Promise<T>;
  stop: () => void;
}

let compiled = false;

function compile(): void {
  if (compiled) return;
  mkdirSync(folder, { recursive: true });
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  buildSync({
    entryPoints: Object.values(programs).map((url) => fileURLToPath(url)),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    // Packages of CommonJS require modules of Node.
    banner: { js: requires },
    logLevel: 'error',
  });
  compiled = true;
}

function compiledFile(program: keyof typeof programs): string {
  compile();
  return join(folder, basename(fileURLToPath(programs[program])).replace(/\.ts$/, '.mjs'));
}

/** The arguments of a Node that is to answer the questions of a soak. */
export function probeArguments(): string[] {
  return ['--import', pathToFileURL(compiledFile('probe')).href];
}

/** Starts a process and resolves when it can be asked. */
export async function startChild(
  program: keyof typeof programs,
  args: readonly string[] = [],
): Promise<Child> {
  const child = fork(compiledFile(program), args, { execArgv: [], env: { PATH: process.env['PATH'] } });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', ({ id, value, error }: { id: number; value?: never; error?: string }) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value as never);
    else one?.reject(new Error(`${program}: ${error}`));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${program} ended with ${code ?? signal}`));
    waiting.clear();
  });
  const wait = <T>(id: number) => new Promise<T>((resolve, reject) => waiting.set(id, { resolve, reject }));
  const stop = atEnd(() => void child.kill('SIGKILL'));
  const port = await wait<number>(0);
  return {
    pid: child.pid ?? 0,
    port,
    stop,
    ask<T>(message: unknown) {
      if (!child.connected) return Promise.reject(new Error(`${program} has ended`));
      const id = ++last;
      const reply = wait<T>(id);
      child.send({ id, message });
      return reply;
    },
  };
}
