/** Finds the session and prints its line. */
import { readOwn } from '../../bounded-file.ts';
import type { Readable } from 'node:stream';
import { clientMargin } from '../../clients/status-line.ts';
import { findPlaces } from '../../config/paths.ts';
import { exitCodes } from '../../errors.ts';
import { parseJson, toObject, toText } from '../../json.ts';
import type { SessionAnswer } from '../../statusline/answer.ts';
import { fitting, renderLines } from '../../statusline/line.ts';
import { latestSession, readFileText, sessionFile, sessionFolder } from '../../statusline/session-file.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import { openResults } from '../../terminal/output.ts';
import { colorLevel, loadStyle } from '../../terminal/style.ts';
import { widthOf } from '../../terminal/width.ts';

/** Milliseconds to wait for the JSON on stdin; the client writes it at once. */
const stdinMs = 1000;
/** Characters of stdin that are read; the client writes some 2,000. */
const maxStdin = 1_000_000;

/** Prints the line of the session, or why there is none. Resolves to the exit code. */
export async function printStatusLine(
  system: System,
  { json = false, color = true }: GlobalOptions = {},
): Promise<number> {
  const output = openResults(system.stdout, json, true);
  const folder = sessionFolder(findPlaces({ env: system.env, home: system.home }).runtimeDir);
  const given = toText(toObject(parseJson(await readStdin(system.stdin)))['session_id']);
  const session = given || system.env['CLAUDE_CODE_SESSION_ID'] || latestSession(folder);
  const answer = session === undefined ? undefined : readAnswer(folder, session);
  if (json) output.printJson({ session: session ?? null, answer: answer ?? null });
  else
    output.print(
      answer === undefined ? await whyNone(system) : await lineOf(answer, system, color, given !== ''),
    );
  return exitCodes.ok;
}

/** `piped`: the client runs this command; it reads from a pipe and shows colours in its terminal. */
async function lineOf(
  answer: SessionAnswer,
  system: System,
  color: boolean,
  piped: boolean,
): Promise<string> {
  const { env, stdout } = system;
  const level = colorLevel({ noColor: !color, env, isTTY: piped || stdout.isTTY === true });
  return fitting(renderLines(answer, await loadStyle(level)), columnsOf(system));
}

function columnsOf({ env, stdout }: System): number {
  const ofClient = Number(env['COLUMNS'] ?? NaN) - clientMargin;
  return widthOf(stdout) ?? (ofClient > 0 ? ofClient : Infinity);
}

/** Far more than the file of a session has. */
const maxBytes = 1024 * 1024;

function readAnswer(folder: string, session: string): SessionAnswer | undefined {
  const file = sessionFile(folder, session);
  try {
    return file === undefined ? undefined : readFileText(readOwn(file, maxBytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function whyNone(system: System): Promise<string> {
  const { findProxy, isRunning } = await import('../../daemon/running.ts');
  const { recordFolders } = await import('../../daemon/record.ts');
  const { findLaunches } = await import('../../daemon/launches.ts');
  const [proxy, launches] = await Promise.all([findProxy(system), findLaunches(recordFolders(system))]);
  const running = isRunning(proxy) || launches.length > 0;
  return running ? 'occ: no answer yet' : 'occ: no proxy is running (occ start, or occ launch)';
}

/** All of stdin; "" for a terminal, and what has come if it does not end in time. */
async function readStdin(stdin: Readable & { isTTY?: boolean }): Promise<string> {
  if (stdin.isTTY === true) return '';
  let text = '';
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, stdinMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    stdin.setEncoding('utf8');
    stdin.on('data', (more: string) => {
      text += more;
      // The client writes one value, which may be complete before the end.
      if (text.length > maxStdin || parseJson(text) !== undefined) done();
    });
    stdin.once('end', done).once('error', done);
  });
  stdin.destroy();
  return text;
}
