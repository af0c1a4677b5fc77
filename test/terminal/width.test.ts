/** Tests terminals of 0, 1 and 20 columns. One of 0 columns counts as a pipe. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { main } from '../../lib/cli.ts';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { openOutput } from '../../lib/terminal/output.ts';
import { withProgress } from '../../lib/terminal/progress.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { widthOf } from '../../lib/terminal/width.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { hangMs, stretched } from '../support/limits.ts';
import { noScript, onTerminal } from './script.ts';

/** More cursor movements than any test needs, so that an endless loop fails instead of hanging. */
const maxMoves = 10_000;

interface FakeStream extends Writable {
  isTTY: boolean;
  columns?: number;
}

/** A stream like that of a terminal, or of a pipe if `columns` is undefined. */
function fakeStream(columns: number | undefined): { stream: FakeStream; text: () => string } {
  let text = '';
  let moves = 0;
  const move = (): boolean => {
    if (++moves > maxMoves) throw new Error('too many cursor movements');
    return true;
  };
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const stream = Object.assign(sink, {
    isTTY: columns !== undefined,
    ...(columns !== undefined && { columns, rows: 24 }),
    cursorTo: move,
    moveCursor: move,
    clearLine: move,
  });
  return { stream, text: () => text };
}

test('only a terminal of at least one column has a width', () => {
  for (const [columns, width] of [
    [undefined, undefined],
    [0, undefined],
    [1, 1],
    [20, 20],
  ] as const)
    assert.equal(widthOf(fakeStream(columns).stream), width);
  assert.equal(widthOf({ isTTY: false, columns: 80 }), undefined);
  assert.equal(widthOf({ isTTY: true }), undefined);
});

/** ora checks these variables of the process: it draws nothing in CI or on a dumb terminal. */
function allowAnimation(t: TestContext): void {
  const { CI, TERM } = process.env;
  delete process.env['CI'];
  process.env['TERM'] = 'xterm';
  t.after(() => {
    if (CI !== undefined) process.env['CI'] = CI;
    if (TERM === undefined) delete process.env['TERM'];
    else process.env['TERM'] = TERM;
  });
}

const outputOn = (stderr: FakeStream) =>
  openOutput({
    stdout: fakeStream(undefined).stream,
    stderr,
    env: {},
    noColor: true,
    json: false,
    quiet: false,
    verbose: false,
  });

describe('progress', () => {
  const text = 'fetching a package with a long name';

  /** Shows progress on `stream` while `during` moves its timers, by milliseconds. */
  async function progressOn(
    t: TestContext,
    stream: FakeStream,
    during: (tick: (ms: number) => void) => void,
  ) {
    allowAnimation(t);
    const output = await outputOn(stream);
    await import('ora'); // so that the timers below are the spinner's
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const { promise, finish } = controlled();
    const work = withProgress(output, text, promise);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    during((ms) => t.mock.timers.tick(ms));
    finish('done');
    assert.equal(await work, 'done');
    assert.equal(stream.listenerCount('resize'), 0);
  }

  for (const columns of [0, 1, 20]) {
    test(`ends and prints little on ${columns} columns`, async (t) => {
      const { stream, text: written } = fakeStream(columns);
      await progressOn(t, stream, (tick) => tick(800));
      assert.ok(written().length < 2000, `${written().length} characters`);
      assert.equal(written().includes('\u001b'), columns > 0);
    });
  }

  test('is cut to the width', async (t) => {
    const { stream, text: written } = fakeStream(20);
    await progressOn(t, stream, (tick) => tick(300));
    assert.match(written(), /fetching a packag/);
    assert.doesNotMatch(written(), /fetching a package/);
  });

  test('is a plain line after a second on 0 columns', async (t) => {
    const { stream, text: written } = fakeStream(0);
    await progressOn(t, stream, (tick) => {
      tick(999);
      assert.equal(written(), '');
      tick(10_000);
    });
    assert.equal(written(), `${text}\n`);
  });

  test('stops when the terminal shrinks to 0 columns', async (t) => {
    const { stream, text: written } = fakeStream(20);
    let before = 0;
    await progressOn(t, stream, (tick) => {
      tick(200);
      stream.columns = 0;
      stream.emit('resize');
      before = written().length;
      assert.ok(before > 0);
      tick(60_000);
    });
    assert.ok(written().length - before < 200);
  });
});

/** A promise that the test fulfils. */
function controlled(): { promise: Promise<string>; finish: (value: string) => void } {
  let finish: (value: string) => void = () => {};
  const promise = new Promise<string>((resolve) => (finish = resolve));
  return { promise, finish };
}

describe('pages', () => {
  const commands = [
    ['models'],
    ['route'],
    ['usage'],
    ['doctor', '--list'],
    ['config', 'show'],
    ['status'],
    ['--help'],
  ];

  async function stdoutOf(args: readonly string[], columns: number | undefined): Promise<string> {
    const [stdout, stderr] = [fakeStream(columns), fakeStream(columns)];
    const system = {
      env: { NO_COLOR: '1' },
      home: '/nonexistent/home',
      cwd: '/',
      platform: process.platform,
      stdin: new PassThrough(),
      stdout: stdout.stream,
      stderr: stderr.stream,
    };
    await main([...args], system);
    return stdout.text();
  }

  for (const args of commands) {
    test(`occ ${args.join(' ')} prints the same on 0 columns as in a pipe, and works on 1 and 20`, async () => {
      const piped = await stdoutOf(args, undefined);
      assert.notEqual(piped, '');
      assert.equal(await stdoutOf(args, 0), piped);
      for (const columns of [1, 20]) assert.match(await stdoutOf(args, columns), /\w/);
    });
  }

  test('tables have their full width in a pipe', async () => {
    const models = await stdoutOf(['models'], undefined);
    assert.match(models, /^[● ] opencode-go\/deepseek-v4-pro +1\.0M.* chat$/m);
    const checks = await stdoutOf(['doctor', '--list'], undefined);
    assert.ok(
      checks.trimEnd().split('\n').length <= (await stdoutOf(['doctor', '--list'], 80)).split('\n').length,
    );
  });

  test('the models of a running proxy', async () => {
    const model = { model: `emulator/${'a-long-name-'.repeat(8)}`, format: 'chat', attempts: 3, failures: 1 };
    const render = async (columns: number | undefined) =>
      renderStatus({ models: [model] }, '/home/me', await loadStyle(0), widthOf(fakeStream(columns).stream));
    const piped = await render(undefined);
    assert.match(piped.at(-1) ?? '', /a-long-name.*3 attempts/);
    assert.deepEqual(await render(0), piped);
    for (const columns of [1, 20]) {
      const words = (await render(columns)).join(' ').split(/\s+/).join(' ');
      assert.match(words, / 3 attempts, 1 failed$/);
    }
  });
});

test(`the built program prints no spinner ${onTerminal} of 0 columns`, { skip: noScript }, async (t) => {
  requireBuilt();
  const home = mkdtempSync(join(tmpdir(), 'occ-width-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  // Responds late, so that a spinner would be drawn many times.
  const server = createServer((_req, res) => {
    setTimeout(() => res.end('{"data":[{"id":"one"}]}'), 1500);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const config = join(home, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      models: { default: { provider: 'near', model_id: 'one' } },
      providers: { near: { wire_format: 'chat', base_url, api_key: 'sk-of-this-test' } },
    }),
  );
  // Without a terminal on stdin, the pseudo-terminal of script has 0 columns. The timeout ends a program that blocks in
  // an endless loop, which would survive script.
  const seconds = Math.ceil(stretched(20_000) / 1000);
  const command = `timeout -s KILL ${seconds} '${process.execPath}' '${builtOcc}' models --refresh --config '${config}'`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: home,
    env: { PATH: '/usr/bin:/bin', HOME: home, TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (text.length > 1_000_000) child.kill('SIGKILL');
  });
  const [code] = (await once(child, 'close', { signal: AbortSignal.timeout(hangMs) })) as [number | null];
  assert.equal(code, 0, text.slice(0, 2000));
  assert.match(text, /requesting the model lists of the providers\r\n/);
  assert.ok(text.length < 50_000, `${text.length} characters`);
  for (const sequence of ['\u001b[?25l', '\u001b[1A'])
    assert.equal(text.includes(sequence), false, 'no spinner');
});
