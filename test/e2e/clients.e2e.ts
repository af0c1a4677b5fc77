/**
 * The real clients other than Claude Code on upstreams of every format: each writes a file, reads it back and reports. What is
 * on disk and what the upstream received say whether it is true.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { failing } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { callTogether, say, wait, type Script } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import { fileActionOf, fileTools } from '../../lib/emulator/file-tools.ts';
import { clients } from '../../lib/clients/clients.ts';
import type { Client } from '../../lib/clients/client.ts';
import type { Format } from '../support/turns.ts';
import { hangMs } from '../support/limits.ts';
import { occ, sandbox, type Ran, type Sandbox } from './client.ts';
import { fetched } from './fetched.ts';
import { logOf } from './launched.ts';
import { environmentFor, launchOther } from './other-client.ts';
import { key, posts } from './upstream.ts';

/** The arguments with which each answers a prompt and ends, without asking before it uses a tool. */
const printing: Readonly<Record<string, (prompt: string) => readonly string[]>> = {
  opencode: (prompt) => ['run', '--auto', prompt],
  pi: (prompt) => ['-p', prompt],
  copilot: (prompt) => ['--allow-all-tools', '-p', prompt],
  qwen: (prompt) => ['--yolo', '-p', prompt],
};

const tested = clients.filter(({ name }) => name in printing);

const bases: Readonly<Record<Format, string>> = {
  chat: '/v1',
  messages: '/v1',
  responses: '/v1',
  gemini: '/v1beta',
};
const formats = Object.keys(bases) as Format[];

function configFor({ url }: Emulator, format: Format): object {
  const base = { wire_format: format, base_url: `${url}${bases[format]}`, api_key: key };
  return {
    providers: { own: base },
    models: { default: { provider: 'own', model_id: 'first', vision: true } },
    fallbacks: { default: [{ provider: 'own', model_id: 'second' }] },
  };
}

/** The least major version of Node that the client runs on. Those without an entry bring a program. */
const leastNode: Readonly<Record<string, number>> = { pi: 22, qwen: 22 };

/** The program, or why it cannot run here, for the name of its tests. */
function programOf(client: Client): { program?: string; why: string } {
  const least = leastNode[client.name] ?? 0;
  const [major = 0] = process.versions.node.split('.').map(Number);
  return major < least ? { why: ` (skipped: needs Node ${least})` } : fetched(client);
}

/** The requests of the conversation itself, without titles and the like: they have tools. */
const turnsOf = (emulator: Emulator): ReceivedRequest[] =>
  posts(emulator).filter(({ conversation }) => conversation.tools.length > 0);

const prompt = 'Write a file hello.txt that says hello, then read it back and tell me what it says.';

for (const client of tested) {
  const { program = '', why } = programOf(client);

  describe(`${client.package.title}${why}`, { skip: program === '' }, () => {
    const wordsFor = (prompt: string): readonly string[] => [
      '--',
      ...(printing[client.name]?.(prompt) ?? []),
    ];
    const launch = (box: Sandbox, config: object, prompt: string): Promise<Ran> =>
      launchOther(client, program, box, config, ...wordsFor(prompt));

    for (const format of formats) {
      test(`writes a file, reads it back and reports: ${format}`, async () => {
        await using box = sandbox();
        await using emulator = await startEmulator();
        const ran = await launch(box, configFor(emulator, format), prompt);
        assert.equal(ran.code, 0, ran.stderr + ran.stdout);
        assert.match(ran.stdout, /It says:\n\n> hello\n/);
        assert.equal(box.read('hello.txt')?.trimEnd(), 'hello');
        const turns = turnsOf(emulator);
        assert.deepEqual([...new Set(turns.map((one) => one.format))], [format]);
        const done = turns.at(-1)?.conversation.done ?? [];
        assert.deepEqual(
          done.map(({ name }) => fileActionOf(name)),
          ['write', 'read'],
        );
        assert.match(done[1]?.result?.text ?? '', /hello/);
      });
    }

    test('runs two parallel calls, of an answer that begins with them, and both results return', async () => {
      await using box = sandbox();
      await using emulator = await startEmulator({
        script: ({ conversation }): Script => {
          const { tools, done } = conversation;
          if (tools.length === 0) return [say('A title')];
          if (done.length > 0)
            return [say(`Two results: ${done.map(({ result }) => result?.failed).join()}.`)];
          const { write } = fileTools(tools);
          const calls = ['one', 'two'].flatMap(
            (name) => write?.(`${box.work}/${name}.txt`, `${name}\n`) ?? [],
          );
          return [callTogether(...calls.map(({ name, input }) => ({ name, input })))];
        },
      });
      const ran = await launch(box, configFor(emulator, 'chat'), 'Write both.');
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stdout, /Two results: false,false\./);
      assert.deepEqual([box.read('one.txt'), box.read('two.txt')], ['one\n', 'two\n']);
    });

    test('a first model that fails is not noticed', async () => {
      await using box = sandbox();
      await using emulator = await startEmulator({
        script: ({ conversation }) =>
          conversation.model === 'first'
            ? failing([say('never seen')], { breaks: { at: { deltas: 0 }, how: 'reset' } })
            : { script: [say('From the second.')] },
      });
      const ran = await launch(box, configFor(emulator, 'chat'), 'hi');
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stdout, /From the second\./);
      assert.equal(ran.stdout.includes('never seen'), false);
    });

    test('a stream that is cut is not shown as finished: the client asks again', async () => {
      await using box = sandbox();
      let answered = 0;
      await using emulator = await startEmulator({
        script: ({ conversation }) => {
          if (conversation.tools.length === 0) return { script: [say('A title')] };
          const whole: Script = [say('The first half, '), say('and the other one.')];
          return answered++ === 0
            ? failing(whole, { breaks: { at: { deltas: 1 }, how: 'reset' } })
            : { script: whole };
        },
      });
      const ran = await launch(box, configFor(emulator, 'chat'), 'hi');
      assert.match(ran.stdout, /The first half, and the other one\./, ran.stderr + ran.stdout);
      assert.ok(turnsOf(emulator).length > 1);
    });

    test('Ctrl-C reaches the upstream, and no other model is tried', async (t) => {
      await using box = sandbox();
      await using emulator = await startEmulator({
        script: ({ conversation }): Script =>
          conversation.tools.length === 0
            ? [say('A title')]
            : [say('Half of it '), wait(hangMs), say('and the rest.')],
      });
      const config = box.configure(configFor(emulator, 'chat'));
      const args = [occ, 'launch', client.name, '--config', config, ...wordsFor('hi')];
      const env = environmentFor(program, box);
      const group = spawn(process.execPath, args, { cwd: box.work, env, detached: true, stdio: 'ignore' });
      try {
        const ended = once(group, 'exit', { signal: AbortSignal.timeout(hangMs) });
        const turn = await waitForTurn(emulator);
        const pressed = performance.now();
        process.kill(-(group.pid ?? 0), 'SIGINT');
        const { how, afterMs } = await turn.ended;
        t.diagnostic(`${Math.round(turn.arrivedMs + afterMs - pressed)} ms from the key to the upstream`);
        assert.equal(how, 'aborted');
        await ended;
      } finally {
        if (group.exitCode === null && group.signalCode === null) process.kill(-(group.pid ?? 0), 'SIGKILL');
      }
      const models = turnsOf(emulator).map(({ conversation }) => conversation.model);
      assert.deepEqual(models, ['first']);
      const log = logOf(box);
      assert.deepEqual(
        log.filter(({ event }) => event === 'refused'),
        [],
      );
    });
  });
}

/** The first request with tools. A title may come before it. */
async function waitForTurn(emulator: Emulator): Promise<ReceivedRequest> {
  for (let count = 1; ; count++) {
    const received = await emulator.received(count, hangMs);
    const turn = turnsOf(emulator)[0];
    if (turn && received) return turn;
  }
}
