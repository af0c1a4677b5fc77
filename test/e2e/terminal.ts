/** A program in a terminal that a test can read and type into: a tmux server of its own, gone when the test is. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hangMs, waitUntil } from '../support/limits.ts';
import { run } from './client.ts';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

export interface Terminal extends AsyncDisposable {
  /** What the screen shows now, one line for each of its lines. */
  screen(): Promise<string>;
  /** The same with escape sequences for colours. */
  styled(): Promise<string>;
  /** Types a text as it is. */
  type(text: string): Promise<void>;
  /** Presses a key by tmux's name for it: `Enter`, `Escape`, `C-u`. */
  press(key: string): Promise<void>;
  /** Waits until the screen matches; rejects with what it shows instead after `withinMs`, 20 000 unless set. */
  shows(pattern: RegExp, withinMs?: number): Promise<string>;
}

export interface TerminalOptions {
  cwd: string;
  env: Record<string, string>;
  columns?: number;
  rows?: number;
}

export async function openTerminal(
  command: readonly string[],
  { cwd, env, columns = 120, rows = 40 }: TerminalOptions,
): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), 'occ-e2e-tmux-'));
  const server = ['-S', join(folder, 'socket'), '-f', '/dev/null'];
  const all = { TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env };

  async function tmux(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run('tmux', [...server, ...args], { cwd, env: all });
    if (code !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  }

  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', ...size, '-c', cwd, '--', ...command);
  await tmux('set-option', '-g', 'remain-on-exit', 'on');
  // Without it, Claude Code shows a hint in place of other lines.
  await tmux('set-option', '-g', 'focus-events', 'on');
  const screen = (): Promise<string> => tmux('capture-pane', '-p');
  return {
    screen,
    styled: () => tmux('capture-pane', '-e', '-p'),
    type: async (text) => void (await tmux('send-keys', '-l', text)),
    press: async (name) => void (await tmux('send-keys', name)),
    async shows(pattern, withinMs = hangMs) {
      const until = performance.now() + withinMs;
      for (;;) {
        const text = await screen();
        if (pattern.test(text)) return text;
        if (performance.now() > until) throw new Error(`the screen never showed ${pattern}:\n${text}`);
        await sleep(50);
      }
    },
    async [Symbol.asyncDispose]() {
      // The program must not write into its folders while a test removes them.
      const pane = async (field: string): Promise<number> =>
        Number(await tmux('display-message', '-p', `#{pane_${field}}`));
      const hasEnded = async (): Promise<boolean> => (await pane('dead')) === 1;
      if (!(await hasEnded())) hangUp(await pane('pid'));
      await waitUntil(hasEnded, 'the program to end');
      await tmux('kill-server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hangUp(pid: number): void {
  try {
    process.kill(pid, 'SIGHUP');
  } catch {
    // It has ended since.
  }
}

/** Longer than the 30 ms in which Gemini CLI takes Enter after another key for a line break in a pasted text. */
const pasteMs = 100;

/**
 * Types a text into the client's input box and sends it.
 *
 * @param shown What the screen shows once the client has read the text; what is typed before a client reads its keys
 *   is lost. The pause begins there, so Enter is never read as a part of a pasted text, however busy the machine is.
 */
export async function enter(
  terminal: Terminal,
  text: string,
  shown = new RegExp(`[❯›>]\\s+${text}`),
): Promise<void> {
  await terminal.type(text);
  await terminal.shows(shown);
  await sleep(pasteMs);
  await terminal.press('Enter');
}
