/**
 * Demonstrates occ on a fresh machine: Claude Code, started by `occ launch`, writes a file and reads it back with the
 * emulator. It needs no key and no account, and the network only for npx to fetch Claude Code. It runs in a temporary folder
 * with its own HOME, which it removes.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const occ = fileURLToPath(new URL('../dist/bin/occ.js', import.meta.url));
const prompt = 'Write a file hello.txt that says hello from occ, then read it back and tell me what it says.';

const folder = mkdtempSync(join(tmpdir(), 'occ-demo-'));
const home = join(folder, 'home');
const work = join(folder, 'work');
mkdirSync(home);
mkdirSync(work);

/** PATH and the settings of npm, but nothing else from the user's environment. */
const env = {
  PATH: process.env.PATH,
  HOME: home,
  CLAUDE_CONFIG_DIR: join(home, '.claude'),
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm'),
  npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
  ...(process.env.TERM && { TERM: process.env.TERM }),
  ...(process.env.NO_COLOR && { NO_COLOR: process.env.NO_COLOR }),
};

let child;
const clean = () => rmSync(folder, { recursive: true, force: true });
process.on('exit', clean);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    child?.kill(signal);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

if (!existsSync(occ)) {
  console.error('dist/ is missing: run npm ci first to build it.');
  process.exit(1);
}
console.log(`occ launch --emulator -p "${prompt}" --permission-mode acceptEdits\n`);
const args = [occ, 'launch', '--emulator', '--yes', '-p', prompt, '--permission-mode', 'acceptEdits'];
child = spawn(process.execPath, args, { cwd: work, env, stdio: ['ignore', 'inherit', 'inherit'] });
const status = await new Promise((resolve, reject) => {
  child.on('error', reject);
  child.on('close', (code, signal) => resolve(signal ?? code));
});

const file = join(work, 'hello.txt');
const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
const done = status === 0 && text === 'hello from occ';
console.log(
  done
    ? `\n✓ Claude Code exited with 0, and hello.txt contains: ${text}`
    : `\n✗ Claude Code exited with ${status}, and hello.txt ${text === undefined ? 'was not written' : `contains: ${text}`}`,
);
process.exitCode = done ? 0 : 1;
