/**
 * Demonstrates occ on a fresh machine: Claude Code, started by `occ launch`, does a small task while its models fail. The
 * first model refuses every request with 429, and the second one breaks off its first stream. At the end it tells what
 * happened, from the log. It needs no key and no account, and the network only for npx to fetch Claude Code. It runs in a
 * temporary folder with its own HOME; all of it but the log is removed. Exits with 1 if a promise did not come true.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storyOf } from './story.mjs';

const occ = fileURLToPath(new URL('../../dist/bin/occ.js', import.meta.url));
const prompt = 'Write a file hello.txt that says hello from occ, then read it back and tell me what it says.';
/** Milliseconds after which the launch counts as hanging: enough to fetch Claude Code over a slow line. */
const limitMs = 15 * 60_000;

if (!existsSync(occ)) {
  console.error('dist/ is missing: run npm ci first to build it.');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'occ-demo-'));
const [home, work, state] = ['home', 'work', 'log'].map((name) => join(folder, name));
for (const directory of [home, work, state]) mkdirSync(directory, { mode: 0o700 });
const config = join(home, 'demo.json');
writeFileSync(
  config,
  JSON.stringify({
    models: { default: { provider: 'emulator', model_id: 'refuse-429', wire_format: 'chat' } },
    fallbacks: { default: [{ provider: 'emulator', model_id: 'cut-once', wire_format: 'messages' }] },
    retry: { attempts: 0 },
  }),
  { mode: 0o600 },
);

/** PATH and the settings of npm, but nothing else from the user's environment. */
const env = {
  PATH: process.env.PATH,
  HOME: home,
  XDG_STATE_HOME: state,
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
/** Removes everything but the log. */
const clean = () => [home, work].forEach((path) => rmSync(path, { recursive: true, force: true }));
process.on('exit', clean);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    child?.kill(signal);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

/**
 * Runs occ, and resolves to its exit code or to the signal that ended it.
 * @param {string[]} args
 * @param {'inherit' | 'pipe'} stdout
 * @param {(text: string) => void} [onText]
 */
async function run(args, stdout, onText) {
  child = spawn(process.execPath, [occ, ...args], { cwd: work, env, stdio: ['ignore', stdout, 'inherit'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  child.stdout?.setEncoding('utf8').on('data', onText);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal ?? code));
    });
  } finally {
    clearTimeout(limit);
  }
}

/** What occ prints. */
async function output(args) {
  let text = '';
  await run(args, 'pipe', (more) => (text += more));
  return text;
}

/** Prints a text in lines of the terminal's width, the later ones indented. */
async function print(text, indent = 0) {
  const { wrapAnsi } = await import('fast-wrap-ansi');
  const width = Math.min(process.stdout.columns || 80, 100) - indent;
  console.log(wrapAnsi(text, width).replaceAll('\n', `\n${' '.repeat(indent)}`));
}

await print(
  'Claude Code writes a file and reads it back. Its first model refuses every request with 429, and the second one breaks off its first stream.',
);
await print(`\n$ occ launch -p "${prompt}" --permission-mode acceptEdits\n`);
const args = ['launch', '--config', config, '--yes', '-p', prompt, '--permission-mode', 'acceptEdits'];
const exit = await run(args, 'inherit');
const file = join(work, 'hello.txt');
const logged = await output(['logs', '--json', '--lines', '1000']);
const lines = logged
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
const { story, broken } = storyOf(lines, { exit, text });
console.log('\nWhat happened:');
for (const [i, sentence] of story.entries()) await print(`${i + 1}. ${sentence}`, 3);
for (const promise of broken) await print(`✗ ${promise}`, 2);
await print(`\nThe log of this run stays in ${state}. To read about the cut in occ's own words:`);
console.log(`XDG_STATE_HOME=${state} node dist/bin/occ.js why`);
process.exitCode = broken.length === 0 ? 0 : 1;
