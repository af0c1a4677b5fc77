/** Runs `occ config …` in the process of the test, in a separate home directory, with or without a terminal. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { main } from '../../../lib/cli.ts';

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Asked {
  env?: Record<string, string>;
  /** The input on stdin; on a terminal it is typed at the first prompt. */
  stdin?: string;
  terminal?: boolean;
  columns?: number;
}

export interface Desk {
  home: string;
  /** ~/.config/occ/config.json */
  file: string;
  occ: (args: readonly string[], asked?: Asked) => Promise<Said>;
  read: () => string;
  write: (text: string) => void;
  /** Creates a program that replaces the editor and returns its path; `$1` is the copy. */
  editor: (script: string) => string;
}

/** Also removes the copies that were kept. */
export function desk(t: TestContext): Desk {
  const home = mkdtempSync(join(tmpdir(), 'occ-desk-'));
  const file = join(home, '.config/occ/config.json');
  t.after(() => rmSync(home, { recursive: true, force: true }));
  let editors = 0;

  async function occ(args: readonly string[], asked: Asked = {}): Promise<Said> {
    const said = { stdout: '', stderr: '' };
    const terminal = asked.terminal === true;
    const stdin = Object.assign(new PassThrough(), { isTTY: terminal });
    if (!terminal) stdin.end(asked.stdin ?? '');
    const sink = (name: 'stdout' | 'stderr'): Writable & { isTTY: boolean; columns?: number } =>
      Object.assign(
        new Writable({
          write(chunk: Buffer, _encoding, done) {
            said[name] += chunk.toString();
            if (terminal && name === 'stderr' && /(?:\[Y\/n\]|hidden\):) $/.test(chunk.toString()))
              stdin.write(asked.stdin ?? '\n');
            done();
          },
        }),
        { isTTY: terminal, ...(asked.columns !== undefined && { columns: asked.columns }) },
      );
    const system = {
      env: { PATH: '/usr/bin:/bin', NO_COLOR: '1', ...asked.env },
      home,
      cwd: home,
      platform: process.platform,
      stdin,
      stdout: sink('stdout'),
      stderr: sink('stderr'),
    };
    const code = await main(['config', ...args], system);
    for (const [, kept] of said.stderr.matchAll(/is kept: (\S+)\/config\.jsonc/g))
      t.after(() => rmSync(kept ?? '', { recursive: true, force: true }));
    return { code, ...said };
  }

  return {
    home,
    file,
    occ,
    read: () => readFileSync(file, 'utf8'),
    write(text) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600 });
    },
    editor(script) {
      const program = join(home, `editor-${editors++}`);
      writeFileSync(program, `#!/bin/sh\n${script}\n`);
      chmodSync(program, 0o755);
      return program;
    },
  };
}

/** The path of the copy in the output of occ. */
export function keptCopy({ stderr }: Said): string {
  return /are kept in (\S+)/.exec(stderr)?.[1] ?? '';
}
