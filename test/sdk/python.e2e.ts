/** The vendors' Python SDKs in front of the proxy: each served format with each upstream format, streamed and whole. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { call, callTogether, say, usage } from '../../lib/emulator/script.ts';
import { formats } from '../support/turns.ts';
import { spoken, type Spoken } from './dialects.ts';
import { pythonWith } from './fetched.ts';
import { stage, type Scene } from './scenes.ts';

const program = fileURLToPath(new URL('python/client.py', import.meta.url));
const got = await pythonWith(['anthropic==2.14.0', 'openai==3.57.0', 'google-genai==3.6.1']);

/** What the Python program prints. */
interface Heard {
  text?: string;
  calls?: [name: string, input: unknown][];
  finish?: string;
  tokens?: [input: number, output: number];
  models?: string[];
  failed?: string;
  status?: number | null;
  words?: string;
}

const counted = usage({ input: 30, cached: 20, output: 7 });
const scenes: Record<string, Scene> = {
  text: [[say('ä 漢 👩‍👩‍👧‍👦'), counted]],
  calls: [
    [callTogether({ name: 'Read', input: { path: 'a' } }, { name: 'Read', input: { path: 'b' } }), counted],
  ],
  refused: [refuse(400, { message: 'the emulated words' })],
  cut: [failing([say(['some ', 'words ', 'more'])], { breaks: { at: { deltas: 2 }, how: 'cut' } })],
  calling: [failing([say('I read.'), call('Read', { path: 'a' })], { omit: ['finish', 'end'] })],
};

/** What each format calls the end of an answer. */
const ends: Readonly<Record<Spoken, { text: string; calls: string }>> = {
  messages: { text: 'end_turn', calls: 'tool_use' },
  chat: { text: 'stop', calls: 'tool_calls' },
  responses: { text: 'completed', calls: 'completed' },
  gemini: { text: 'STOP', calls: 'STOP' },
};

/** Runs the Python program, which answers one question after the other. */
function python(bin: string, url: string, key: string) {
  const child = spawn(`${bin}/python`, [program, url, key], {
    env: { PATH: process.env['PATH'], NO_PROXY: '127.0.0.1', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    /** Asks for an answer, or for the list of models if there is no prompt. */
    async ask(served: Spoken, prompt?: string, stream?: boolean): Promise<Heard> {
      child.stdin.write(`${JSON.stringify({ served, prompt, stream })}\n`);
      const { value, done } = await lines.next();
      assert.ok(done !== true, `the Python program ended:\n${errors}`);
      return JSON.parse(value) as Heard;
    },
    close: () => child.kill(),
  };
}

const skip = 'why' in got;
describe(`Python's SDKs${skip ? ` (skipped: ${got.why})` : ''}`, { skip }, () => {
  for (const format of formats)
    test(`an upstream of ${format}`, async () => {
      assert.ok('bin' in got);
      const on = await stage(format, scenes);
      await using _over = on.over;
      const asking = python(got.bin, on.access.url, on.access.key);
      try {
        for (const name of spoken) {
          const prefix = name === 'gemini' ? 'models/' : '';
          assert.deepEqual(await asking.ask(name), {
            models: [`${prefix}emulator/first`, `${prefix}other/second`],
          });
          for (const stream of [true, false]) {
            const which = `${name}, ${stream ? 'streamed' : 'whole'}`;
            const text = await asking.ask(name, 'text', stream);
            assert.deepEqual(
              text,
              { text: 'ä 漢 👩‍👩‍👧‍👦', calls: [], finish: ends[name].text, tokens: [30, 7] },
              which,
            );
            const { calls, finish } = await asking.ask(name, 'calls', stream);
            assert.deepEqual(calls, [
              ['Read', { path: 'a' }],
              ['Read', { path: 'b' }],
            ]);
            assert.equal(finish, ends[name].calls, which);
            const refused = await asking.ask(name, 'refused', stream);
            assert.equal(refused.status, 400, `${which}: ${JSON.stringify(refused)}`);
            assert.match(refused.words ?? '', /the emulated words/, which);
            for (const scene of ['cut', 'calling']) {
              const heard = await asking.ask(name, scene, stream);
              assert.ok(heard.failed !== undefined, `${which}, ${scene}: ${JSON.stringify(heard)}`);
            }
          }
        }
      } finally {
        asking.close();
      }
    });
});
