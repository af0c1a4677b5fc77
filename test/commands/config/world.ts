/** Runs `occ config …` in the process of the test, in a separate home directory, with or without a terminal. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { main } from '../../../lib/cli.ts';
import { typist, type Step } from '../../support/typist.ts';

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Asked {
  env?: Record<string, string>;
  /** The input on stdin, without a terminal. */
  stdin?: string;
  /** Runs it on a terminal, on which these steps are typed. */
  typed?: readonly Step[];
  columns?: number;
}

export interface Desk {
  home: string;
  /** ~/.config/occ/config.json */
  file: string;
  /** `occ config …` */
  occ: (args: readonly string[], asked?: Asked) => Promise<Said>;
  /** Any command. */
  run: (args: readonly string[], asked?: Asked) => Promise<Said>;
  read: () => string;
  write: (text: string) => void;
  /** Creates a program that replaces the editor and returns its path; `$1` is the copy. */
  editor: (script: string) => string;
}

/** A stream that keeps what is written to it. */
function sink(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

/** Its temporary files are in its home directory, which is removed with them. */
export function desk(t: TestContext): Desk {
  const home = mkdtempSync(join(tmpdir(), 'occ-desk-'));
  const file = join(home, '.config/occ/config.json');
  t.after(() => rmSync(home, { recursive: true, force: true }));
  let editors = 0;

  async function run(args: readonly string[], asked: Asked = {}): Promise<Said> {
    const terminal = asked.typed && typist(asked.typed, asked.columns);
    const [out, err] = [sink(), sink()];
    const system = {
      env: { PATH: '/usr/bin:/bin', NO_COLOR: '1', TMPDIR: home, ...asked.env },
      home,
      cwd: home,
      platform: process.platform,
      stdin: terminal?.stdin ?? Object.assign(new PassThrough().end(asked.stdin ?? ''), { isTTY: false }),
      stdout: Object.assign(out.stream, {
        isTTY: terminal !== undefined,
        ...(asked.columns !== undefined && { columns: asked.columns }),
      }),
      stderr: terminal?.stderr ?? Object.assign(err.stream, { isTTY: false }),
    };
    const code = await main([...args], system);
    const said = { code, stdout: out.text(), stderr: terminal?.text() ?? err.text() };
    if (terminal !== undefined) {
      assert.deepEqual(terminal.left(), [], said.stderr);
      assert.equal(terminal.raw() || terminal.cursorHidden(), false, 'the terminal is as it was');
    }
    return said;
  }

  return {
    home,
    file,
    occ: (args, asked) => run(['config', ...args], asked),
    run,
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
