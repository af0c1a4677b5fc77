/** Reads the value of `occ config set` from the command line, from stdin, or hidden from the terminal. */
import type { Readable } from 'node:stream';
import { parsePath } from '../../config/file/json-path.ts';
import { secretAt } from '../../config/file/lookup.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { openPrompts } from '../../terminal/prompts.ts';
import type { ConfigCall } from './call.ts';

export interface Typed {
  text: string;
  /** Whether it was given on the command line. */
  visible: boolean;
}

/** Far more than any value needs. */
const maxBytes = 1024 * 1024;

/** Rejects with an OccError `usage` (exit code 2) if there is no value or more than one. */
export async function readTyped(call: ConfigCall, path: string): Promise<Typed> {
  const { words, options } = call;
  const [, value] = words;
  if (options.stdin !== true) {
    if (value === undefined) throw wrong(`${path} needs a value`, path);
    return { text: value, visible: true };
  }
  if (value !== undefined) throw wrong('found a value and --stdin, expected one of them', path);
  const text = await readHidden(call, path);
  if (text === '') throw wrong('nothing was given on stdin', path);
  return { text, visible: false };
}

/** Without showing it on a terminal, else all of stdin without its last line break. */
export async function readHidden({ system, output }: ConfigCall, name: string): Promise<string> {
  const typing = system.stdin.isTTY === true && output.terminal;
  return typing
    ? await openPrompts(system, output, 'nothing was changed').hidden(name, expectSomething)
    : (await readAll(system.stdin)).replace(/\r?\n$/, '');
}

function expectSomething(answer: string): string | undefined {
  return answer === '' ? 'expected a value; Ctrl-C leaves the file as it is' : undefined;
}

async function readAll(stdin: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin) {
    pieces.push(Buffer.from(piece as Uint8Array | string));
    bytes += pieces.at(-1)?.length ?? 0;
    if (bytes > maxBytes) {
      throw new OccError('usage', `found more than ${maxBytes} bytes on stdin`, {
        exitCode: exitCodes.usage,
        remedy: 'give only the value on stdin',
      });
    }
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** A secret on the command line would stay in the history of the shell, so that way is not suggested for one. */
function wrong(message: string, path: string): OccError {
  const hidden = `occ config set ${path} --stdin`;
  const secret = secretAt(parsePath(path) ?? []) !== undefined;
  return new OccError('usage', message, {
    exitCode: exitCodes.usage,
    remedy: secret ? hidden : `occ config set ${path} <value>\n${hidden}   for a secret`,
  });
}
