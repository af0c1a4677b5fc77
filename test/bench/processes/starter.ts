/** Starts programs from a small process, because what a fork costs grows with the memory of the one that forks. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ready, reply } from './reply.ts';

export interface StartMessage {
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Written to stdin, which is then closed. */
  input?: string;
  /** Ends the measurement when stdout contains it; otherwise the end of the program does. */
  until?: string;
  /** Starts, one after the other. */
  times: number;
}

export interface Started {
  /** Milliseconds of each start. */
  ms: number[];
  /** Milliseconds of CPU per start, of the program and its children, from Linux's counters; NaN elsewhere. */
  cpuMs: number;
  stdout: string;
}

/** No start takes this long. In milliseconds. */
const longestStart = 60_000;

async function once(message: StartMessage): Promise<{ ms: number; stdout: string }> {
  const { command, args, env, input, until } = message;
  const from = performance.now();
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: longestStart });
  let stdout = '';
  let stderr = '';
  let ms = 0;
  child.stdin.on('error', () => {}).end(input);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (until === undefined || ms > 0 || !stdout.includes(until)) return;
    ms = performance.now() - from;
    child.kill('SIGTERM');
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (until === undefined) ms = performance.now() - from;
  if (ms === 0 || (until === undefined && code !== 0)) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  }
  return { ms, stdout };
}

/** Milliseconds of CPU of the ended children of this process. */
function childrenCpuMs(): number {
  if (process.platform !== 'linux') return NaN;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  // cutime and cstime, in hundredths of a second; see proc(5).
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

reply(async (message: StartMessage): Promise<Started> => {
  const before = childrenCpuMs();
  const all: { ms: number; stdout: string }[] = [];
  for (let i = 0; i < message.times; i++) all.push(await once(message));
  return {
    ms: all.map(({ ms }) => ms),
    cpuMs: (childrenCpuMs() - before) / message.times,
    stdout: all.at(-1)?.stdout ?? '',
  };
});
ready();
