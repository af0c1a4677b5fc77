import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { openOutput, ignoreClosedPipe, type OutputOptions } from '../../lib/terminal/output.ts';
import { withProgress } from '../../lib/terminal/progress.ts';
import { colorLevel, type ColorLevel, type ColorOptions } from '../../lib/terminal/style.ts';

const decisions: [Partial<ColorOptions>, ColorLevel][] = [
  [{}, 0],
  [{ isTTY: true }, 1],
  [{ isTTY: true, noColor: true }, 0],
  [{ noColor: true, env: { FORCE_COLOR: '3' } }, 0],
  [{ isTTY: true, env: { NO_COLOR: '1' } }, 0],
  [{ isTTY: true, env: { NO_COLOR: '' } }, 1],
  [{ env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, 0],
  [{ env: { FORCE_COLOR: '' } }, 1],
  [{ env: { FORCE_COLOR: 'true' } }, 1],
  [{ env: { FORCE_COLOR: '3' } }, 3],
  [{ isTTY: true, env: { FORCE_COLOR: '0' } }, 0],
  [{ isTTY: true, env: { FORCE_COLOR: 'constructor' } }, 0],
  [{ env: { FORCE_COLOR: '2', TERM: 'dumb' } }, 2],
  [{ isTTY: true, env: { TERM: 'dumb' } }, 0],
];

for (const [question, level] of decisions) {
  test(`colour ${JSON.stringify(question)} is ${level}`, () => {
    assert.equal(colorLevel({ noColor: false, env: {}, isTTY: false, ...question }), level);
  });
}

interface Captured {
  options: OutputOptions;
  stdout(): string;
  stderr(): string;
}

function capture(more: Partial<OutputOptions> & { tty?: boolean } = {}): Captured {
  const [out, err] = [stream(), stream()];
  const { tty, ...options } = more;
  return {
    options: {
      stdout: out.sink,
      stderr: Object.assign(err.sink, { isTTY: tty === true }),
      env: {},
      noColor: false,
      json: false,
      quiet: false,
      verbose: false,
      ...options,
    },
    stdout: out.text,
    stderr: err.text,
  };
}

function stream(): { sink: Writable; text: () => string } {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { sink, text: () => text };
}

test('results go to stdout, messages to stderr; --quiet drops messages, --verbose adds details', async () => {
  const printed = async (more: Partial<OutputOptions>): Promise<[string, string]> => {
    const captured = capture(more);
    const output = await openOutput(captured.options);
    output.print('result');
    output.info('message');
    output.warn('warning');
    output.detail('detail');
    return [captured.stdout(), captured.stderr()];
  };
  assert.deepEqual(await printed({}), ['result\n', 'message\nwarning\n']);
  assert.deepEqual(await printed({ quiet: true }), ['result\n', 'warning\n']);
  assert.deepEqual(await printed({ verbose: true }), ['result\n', 'message\nwarning\ndetail\n']);
});

test('prints JSON as one value with its schema number', async () => {
  const captured = capture({ json: true });
  (await openOutput(captured.options)).printJson({ a: [1] });
  assert.deepEqual(JSON.parse(captured.stdout()), { schema: 1, a: [1] });
});

test('each stream has its own style', async () => {
  const captured = capture({ tty: true });
  const { style, stderrStyle } = await openOutput(captured.options);
  assert.equal(style.bad('x'), 'x');
  assert.equal(stderrStyle.bad('x'), '\u001b[31mx\u001b[39m');
});

test('ignores a closed pipe, and reports another error once', () => {
  const { options } = capture();
  const reported: unknown[] = [];
  ignoreClosedPipe(options.stdout, ({ code }) => reported.push(code));
  for (const code of ['EPIPE', 'ENOSPC', 'ENOSPC'])
    options.stdout.emit('error', Object.assign(new Error('no'), { code }));
  assert.deepEqual(reported, ['ENOSPC']);
});

test('progress prints a plain line in a pipe, after a second', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const captured = capture();
  const output = await openOutput(captured.options);
  let finish: (value: string) => void = () => {};
  const quick = withProgress(output, 'fetching', Promise.resolve('done'));
  assert.equal(await quick, 'done');
  t.mock.timers.tick(5000);
  assert.equal(captured.stderr(), '');
  const slow = withProgress(output, 'fetching', new Promise<string>((resolve) => (finish = resolve)));
  t.mock.timers.tick(999);
  assert.equal(captured.stderr(), '');
  t.mock.timers.tick(1);
  assert.equal(captured.stderr(), 'fetching\n');
  finish('late');
  assert.equal(await slow, 'late');
  await assert.rejects(withProgress(output, 'x', Promise.reject(new Error('no'))), /no/);
});
