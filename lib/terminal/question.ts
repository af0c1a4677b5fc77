/** Questions on the terminal, asked on stderr so that stdout stays the answer. */
import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';

/** Enter means yes; the end of the input and Ctrl-C mean no. Waits as long as the person does. */
export async function confirm(question: string, input: Readable, output: Writable): Promise<boolean> {
  return (await ask(question, input, output)) === 'yes';
}

/** The same, for those to whom Ctrl-C is more than a no. */
export async function ask(
  question: string,
  input: Readable,
  output: Writable,
): Promise<'yes' | 'no' | 'interrupted'> {
  let interrupted = false;
  const reader = createInterface({ input, output, terminal: true });
  const left = new AbortController();
  reader.once('SIGINT', () => {
    interrupted = true;
    left.abort();
  });
  reader.once('close', () => left.abort());
  try {
    const answer = await reader.question(`${question} [Y/n] `, { signal: left.signal });
    return /^\s*(y|yes|)\s*$/i.test(answer) ? 'yes' : 'no';
  } catch {
    output.write('\n');
    return interrupted ? 'interrupted' : 'no';
  } finally {
    reader.close();
  }
}

/** A line that is not shown while it is typed; undefined at the end of the input and on Ctrl-C. */
export async function askHidden(
  question: string,
  input: Readable,
  output: Writable,
): Promise<string | undefined> {
  output.write(question);
  // What readline would echo goes nowhere.
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: unseen, terminal: true, historySize: 0 });
  const left = new AbortController();
  reader.once('SIGINT', () => left.abort());
  reader.once('close', () => left.abort());
  try {
    return await reader.question('', { signal: left.signal });
  } catch {
    return undefined;
  } finally {
    reader.close();
    output.write('\n');
  }
}
