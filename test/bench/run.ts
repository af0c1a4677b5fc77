/**
 * Timings, as ratios of things measured side by side in this one run: absolute figures say more about the machine than
 * about the code. `npm run bench` prints a table; nothing passes or fails here.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { statusLineCommand } from '../../lib/clients/status-line.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { emulatorSettings } from '../../lib/emulator/settings.ts';
import { filler, say } from '../../lib/emulator/script.ts';
import { silent } from '../../lib/log/log.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import { toFileText } from '../../lib/statusline/session-file.ts';
import { sseDecoder } from '../../lib/stream/sse.ts';

interface Row {
  what: string;
  base: string;
  baseMs: number;
  ms: number;
}

const occ = fileURLToPath(new URL('../../dist/bin/occ.js', import.meta.url));

/** Both by turns, so that whatever else the machine does falls on both; the middle of each, in milliseconds. */
async function sideBySide(
  runs: number,
  base: () => unknown,
  measured: () => unknown,
): Promise<Pick<Row, 'baseMs' | 'ms'>> {
  const times = { base: [] as number[], measured: [] as number[] };
  const time = async (act: () => unknown, into: number[]) => {
    const from = performance.now();
    await act();
    into.push(performance.now() - from);
  };
  await base();
  await measured();
  for (let i = 0; i < runs; i++) {
    await time(base, times.base);
    await time(measured, times.measured);
  }
  return { baseMs: middle(times.base), ms: middle(times.measured) };
}

function middle(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

/** A data line of so many megabytes, read in slices of a kilobyte: four times the line should take four times as long. */
function lineOf(megabytes: number): () => void {
  const line = new TextEncoder().encode(`data: ${'x'.repeat(megabytes * 1e6)}\n\n`);
  return () => {
    const decoder = sseDecoder();
    for (let i = 0; i < line.length; i += 1024) for (const _ of decoder.step(line.subarray(i, i + 1024)));
  };
}

/** No start takes this long; one that hangs is no timing. In milliseconds. */
const longestStart = 30_000;

/** From nothing to the end of a small command: what is answered at once, what loads the command line, what does a little. */
async function starts(): Promise<Row[]> {
  const node =
    (...args: string[]) =>
    () => {
      const { status, error } = spawnSync(process.execPath, args, { timeout: longestStart });
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`, { cause: error });
    };
  const rows: Row[] = [];
  for (const words of ['--version', '--help', 'config path', 'config check']) {
    rows.push({
      what: `occ ${words}`,
      base: 'node -e 0',
      ...(await sideBySide(7, node('-e', '0'), node(occ, ...words.split(' ')))),
    });
  }
  rows.push({
    what: 'the status line of launch',
    base: 'node -e 0',
    ...(await sideBySide(20, node('-e', '0'), await statusLine())),
  });
  return rows;
}

/** The command that Claude Code runs for its status line, with the JSON that it passes. */
async function statusLine(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'occ-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const answer = { at: new Date().toISOString(), model: 'deepseek-v4-pro', provider: 'opencode-go' };
  writeFileSync(join(folder, 'a-session'), await toFileText(answer));
  const input = JSON.stringify({ session_id: 'a-session', rest: 'x'.repeat(1500) });
  const command = statusLineCommand(folder, true);
  return () => {
    const { stdout } = spawnSync('/bin/sh', ['-c', command], {
      input,
      timeout: longestStart,
      encoding: 'utf8',
    });
    if (stdout !== 'deepseek-v4-pro · opencode-go\n') throw new Error(`the status line was "${stdout}"`);
  };
}

/** One streamed question to the end; its first byte is what a person waits for. */
function ask(url: string, body: string): Promise<{ firstMs: number; wholeMs: number }> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    let firstMs = 0;
    const asking = request(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      (res) => {
        res.on('data', () => (firstMs ||= performance.now() - from));
        res.on('end', () => resolve({ firstMs, wholeMs: performance.now() - from }));
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}

/** A request of 200 KB and an answer of a few thousand events, straight to the emulator and through the proxy. */
async function throughProxy(): Promise<Row[]> {
  const emulator = await startEmulator({ script: () => [say('word '.repeat(4000))] });
  const { settings } = await loadSettings({ env: {}, configFile: undefined });
  const trial = emulatorSettings(settings, emulator.url);
  const proxy = await startProxy({ settings: () => trial, host: '127.0.0.1', port: 0, log: silent });
  const messages = [{ role: 'user', content: 'x'.repeat(200_000) }];
  const body = JSON.stringify({ model: 'emulator-messages', max_tokens: 9, stream: true, messages });
  const firsts = { direct: [] as number[], proxied: [] as number[] };
  const time = (url: string, into: number[]) => async () => {
    const { firstMs } = await ask(`${url}/v1/messages`, body);
    into.push(firstMs);
  };
  const whole = await sideBySide(20, time(emulator.url, firsts.direct), time(proxy.url, firsts.proxied));
  await proxy.close(0);
  await emulator.close();
  const first = { baseMs: middle(firsts.direct), ms: middle(firsts.proxied) };
  return [
    { what: 'first byte through occ, 200 KB asked', base: 'straight', ...first },
    { what: 'whole answer through occ', base: 'straight', ...whole },
  ];
}

/** Small answers, alone and beside a client that reads nothing of an answer without end. */
async function besideTheDeaf(): Promise<Row> {
  const emulator = await startEmulator({
    script: ({ conversation: { prompt } }) => [
      say(prompt === 'small' ? 'word '.repeat(400) : filler(2e9, 16_384)),
    ],
  });
  const { settings } = await loadSettings({ env: {}, configFile: undefined });
  const trial = emulatorSettings(settings, emulator.url);
  const proxies = await Promise.all(
    [0, 1].map(() => startProxy({ settings: () => trial, host: '127.0.0.1', port: 0, log: silent })),
  );
  const [alone, beside] = proxies;
  if (!alone || !beside) throw new Error('no proxies');
  const body = (content: string) =>
    JSON.stringify({
      model: 'emulator-messages',
      max_tokens: 9,
      stream: true,
      messages: [{ role: 'user', content }],
    });
  const deaf = request(`${beside.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  deaf.on('response', (res) => res.pause());
  deaf.on('error', () => {});
  deaf.end(body('large'));
  await emulator.received(1);
  const small = (url: string) => async () => {
    for (let i = 0; i < 20; i++) await ask(`${url}/v1/messages`, body('small'));
  };
  const figures = await sideBySide(15, small(alone.url), small(beside.url));
  deaf.destroy();
  for (const proxy of proxies) await proxy.close(0);
  await emulator.close();
  return { what: '20 answers beside one who does not read', base: 'alone', ...figures };
}

const rows: Row[] = [
  { what: 'SSE line of 4 MB in 1 KB slices', base: '1 MB', ...(await sideBySide(7, lineOf(1), lineOf(4))) },
  ...(await starts()),
  ...(await throughProxy()),
  await besideTheDeaf(),
];
for (const { what, base, baseMs, ms } of rows) {
  console.log(
    `${what.padEnd(40)} ${(ms / baseMs).toFixed(2).padStart(7)} × ${base} (${baseMs.toFixed(1)} ms → ${ms.toFixed(1)} ms)`,
  );
}
