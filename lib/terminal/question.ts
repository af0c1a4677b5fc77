/** Asks questions on the terminal. The question goes to stderr, because stdout is for the result. */
import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';

/** Enter means yes; the end of the input and Ctrl-C mean no. There is no time limit. */
export async function confirm(question: string, input: Readable, output: Writable): Promise<boolean> {
  return (await ask(question, input, output)) === 'yes';
}

/** Like `confirm`, for callers that treat Ctrl-C differently from no. */
export async function ask(
  question: string,
  input: Readable,
  output: Writable,
): Promise<'yes' | 'no' | 'interrupted'> {
  let interrupted = false;
  const reader = createInterface({ input, output, terminal: true });
  const ended = new AbortController();
  reader.once('SIGINT', () => {
    interrupted = true;
    ended.abort();
  });
  reader.once('close', () => ended.abort());
  try {
    const answer = await reader.question(`${question} [Y/n] `, { signal: ended.signal });
    return /^\s*(y|yes|)\s*$/i.test(answer) ? 'yes' : 'no';
  } catch {
    output.write('\n');
    return interrupted ? 'interrupted' : 'no';
  } finally {
    reader.close();
  }
}

/** Reads a line without showing it; undefined at the end of the input and on Ctrl-C. */
export async function askHidden(
  question: string,
  input: Readable,
  output: Writable,
): Promise<string | undefined> {
  output.write(question);
  // Discards what readline echoes.
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: discard, terminal: true, historySize: 0 });
  const ended = new AbortController();
  reader.once('SIGINT', () => ended.abort());
  reader.once('close', () => ended.abort());
  try {
    return await reader.question('', { signal: ended.signal });
  } catch {
    return undefined;
  } finally {
    reader.close();
    output.write('\n');
  }
}
