/**
 * Runs the real Claude Code for one turn without a terminal, with the arguments and the environment of `occ launch`. Its home
 * and its configuration are temporary and empty, so it neither reads nor writes anything of the user.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareClaude } from '../../clients/claude.ts';
import type { Settings } from '../../config/settings.ts';
import { makePrivateDirectory, writePrivateFile } from '../../config/paths.ts';
import { isObject, parseJson, type JsonObject } from '../../json.ts';
import { platformOf } from '../../platform.ts';
import type { Machine } from '../check.ts';

export interface ClientOptions {
  command: string;
  machine: Machine;
  settings: Settings;
  /** Of the proxy, without a path. */
  url: string;
  token: string;
  prompt: string;
  /** Ends the client with everything that it has started. */
  signal: AbortSignal;
}

export interface ClientRun {
  /** The exit code, or the name of the signal that ended it; undefined if it could not be started. */
  ended: number | string | undefined;
  /** The result that it printed; undefined if it printed none. */
  result: JsonObject | undefined;
  /** The last line of stderr. */
  complaint: string;
}

/** A temporary folder for the home and the work of the client. */
export interface Ground {
  work: string;
  home: string;
  [Symbol.dispose](): void;
}

export function openGround(): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'occ-doctor-'));
  const work = join(folder, 'work');
  const home = join(folder, 'home');
  for (const path of [work, home]) mkdirSync(path);
  return {
    work,
    home,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Characters kept of each output. */
const maxKept = 1024 * 1024;

/** Never rejects. */
export function runClient(options: ClientOptions, ground: Ground): Promise<ClientRun> {
  const { command, machine, settings, url, token, prompt, signal } = options;
  const prepared = prepareClaude({
    settings,
    url,
    token,
    env: isolated(machine.env, ground.home),
    args: ['-p', prompt, '--output-format', 'json', '--permission-mode', 'acceptEdits'],
    privateFile: () => join(ground.home, 'settings.json'),
    autoMode: false,
    keepEnv: false,
  });
  if (prepared.privateFile !== undefined) {
    makePrivateDirectory(ground.home);
    writePrivateFile(prepared.privateFile.path, prepared.privateFile.text);
  }
  const group = platformOf().hasProcessGroups;
  return new Promise((resolve) => {
    const text = { stdout: '', stderr: '' };
    const child = spawn(command, prepared.args, {
      cwd: ground.work,
      env: prepared.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its tools end with it.
      detached: group,
      windowsHide: true,
    });
    const kill = (): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const end = (ended: ClientRun['ended']): void => {
      signal.removeEventListener('abort', kill);
      kill();
      resolve({ ended, result: resultIn(text.stdout), complaint: lastLine(text.stderr) });
    };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (more: string) => {
        text[name] = (text[name] + more).slice(-maxKept);
      });
    child.once('error', (error: NodeJS.ErrnoException) => {
      text.stderr += error.code ?? error.message;
      end(undefined);
    });
    child.once('close', (code, ending) => end(ending ?? code ?? undefined));
    if (signal.aborted) kill();
    else signal.addEventListener('abort', kill, { once: true });
  });
}

/**
 * The environment with another home, without telemetry and updates, and without what a running client has set for its tools.
 */
function isolated(env: Machine['env'], home: string): Record<string, string | undefined> {
  const { CLAUDECODE: _inside, CLAUDE_CODE_ENTRYPOINT: _entry, CLAUDE_CODE_SSE_PORT: _port, ...rest } = env;
  return {
    ...rest,
    HOME: home,
    USERPROFILE: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // A failure is shown at once, instead of after minutes of retries.
    CLAUDE_CODE_MAX_RETRIES: '0',
  };
}

function resultIn(stdout: string): JsonObject | undefined {
  const values = stdout.split('\n').map((line) => parseJson(line));
  return values.findLast((value): value is JsonObject => isObject(value) && value['type'] === 'result');
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
