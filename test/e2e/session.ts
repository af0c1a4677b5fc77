/** A session of several turns with the real Claude Code: in one `occ launch -p`, which reads prompts from its input. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseJson, toArray, toObject, toText, type JsonObject } from '../../lib/json.ts';
import { hangMs } from '../support/limits.ts';
import { occ, type Sandbox } from './client.ts';
import { environment } from './launched.ts';

/** One turn, as the client reports it. */
export interface Turn {
  /** The last text of the turn, which `-p` prints. An error of the client is such a text too. */
  answer: string;
  failed: boolean;
  /** Every text of the model. */
  texts: readonly string[];
  /** Whether each tool that ran succeeded, in order. */
  results: readonly boolean[];
  /** `compact_result` of each compaction, in order. */
  compactions: readonly string[];
}

export interface Session extends AsyncDisposable {
  /** Sends a prompt and resolves when the client has finished the turn. Rejects if the client ends. */
  ask(prompt: string): Promise<Turn>;
}

export function openSession(box: Sandbox, config: object, args: readonly string[]): Session {
  const stream = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const child = spawn(
    process.execPath,
    [occ, 'launch', '--config', box.configure(config), '-p', ...stream, ...args],
    { cwd: box.work, env: environment(box), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  /** Kills a client that hangs. */
  async function guarded<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => child.kill('SIGKILL'), hangMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  async function untilResult(): Promise<Turn> {
    const events: JsonObject[] = [];
    for (;;) {
      const { done, value } = await lines.next();
      if (done === true) throw new Error(`the client ended: ${stderr}\n${JSON.stringify(events.slice(-3))}`);
      const event = toObject(parseJson(value));
      events.push(event);
      if (event['type'] === 'result') return toTurn(events, event);
    }
  }

  return {
    ask(prompt) {
      const message = { role: 'user', content: [{ type: 'text', text: prompt }] };
      child.stdin.write(`${JSON.stringify({ type: 'user', message })}\n`);
      return guarded(untilResult());
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await guarded(ended);
    },
  };
}

function toTurn(events: readonly JsonObject[], result: JsonObject): Turn {
  const blocks = events.flatMap(({ message }) => toArray(toObject(message)['content']).map(toObject));
  const typed = (type: string): JsonObject[] => blocks.filter((block) => block['type'] === type);
  return {
    answer: toText(result['result']),
    failed: result['is_error'] !== false,
    texts: typed('text').map(({ text }) => toText(text)),
    results: typed('tool_result').map((block) => block['is_error'] !== true),
    compactions: events.map((event) => toText(event['compact_result'])).filter((one) => one !== ''),
  };
}
