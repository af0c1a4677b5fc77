/** Configuration files of other tools that mean harm. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOcc } from '../support/built.ts';
import { bounded, open, type Seen } from './attack.ts';
import type { Home } from './world.ts';

const nested = (open: string, close: string, times: number): string =>
  open.repeat(times) + close.repeat(times);
/** Nine levels of lists that hold the one before nine times. */
const bomb = ['a: &a ["x"]']
  .concat(
    Array.from('bcdefghi').map(
      (name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`,
    ),
  )
  .join('\n');

const files: Readonly<Record<string, string | Buffer>> = {
  'bomb.yaml': `openai-compatibility:\n${bomb}\n`,
  'deep.yaml': `host: ${nested('[', ']', 50_000)}\n`,
  'large.yaml': `host: ${','.repeat(1_000_000)}\n`,
  'deep.json': nested('{"Providers":[', ']}', 20_000),
  'large.json': JSON.stringify({ Providers: [], Router: {}, filler: 'x'.repeat(8_000_000) }),
  'prototype.json':
    '{"Providers":[{"name":"__proto__","api_base_url":"http://a","models":["m"]}],"Router":{"__proto__":{"x":1}}}',
  'controls.json': JSON.stringify({
    Providers: [
      { name: 'a\u001b]0;owned\u0007b', api_base_url: 'http://\u202ea', models: ['../../x', 'a\nb'] },
    ],
    Router: { default: 'a,../../x' },
  }),
  'header.json': JSON.stringify({
    Providers: [{ name: 'p', api_base_url: 'http://a/v1', api_key: 'k\r\nx-injected: 1', models: ['m'] }],
  }),
  'bytes.json': Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80, 0x81, 0x00]),
};

/** Milliseconds, and characters of output, that one import may take. */
const limits = { ms: 20_000, characters: 200_000 };

export async function hostileImports(home: Home): Promise<Seen> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(home.dir, name);
    writeFileSync(file, text);
    const { code, printed, timedOut } = await imported(home, file);
    if (timedOut) return open(`${name} is read for more than ${limits.ms / 1000} s`);
    if (/unexpected error|heap out of memory/i.test(printed))
      return open(`${name} ends in ${printed.slice(0, 200)}`);
    if (printed.includes('\u001b]') || printed.includes('\u202e'))
      return open(`${name} reaches the terminal`);
    if (printed.length > limits.characters) return open(`${name} prints ${printed.length} characters`);
    if (code !== 0 && printed === '') return open(`${name} is refused without a word`);
  }
  return bounded(`${Object.keys(files).length} files are imported in part or refused in words`);
}

function imported(
  { env, dir }: Home,
  file: string,
): Promise<{ code: number; printed: string; timedOut: boolean }> {
  return new Promise((resolve) => {
    const args = ['--max-old-space-size=256', builtOcc, 'config', 'import', file, '--dry-run'];
    const options = { env, cwd: dir, timeout: limits.ms, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({
        code: child.exitCode ?? 1,
        printed: stdout + stderr,
        timedOut: error?.killed === true,
      }),
    );
    child.stdin?.end();
  });
}
