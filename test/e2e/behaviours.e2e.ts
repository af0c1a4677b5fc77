/**
 * What each client of `occ launch` does with answers that are not plain: calls first and several at once, models that fail,
 * streams that are cut, Ctrl-C, a refusal.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, type TestContext } from 'node:test';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { fileTools, type FileCall } from '../../lib/emulator/file-tools.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { callTogether, say, wait, type Script } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { realPause, type Pause } from '../../lib/emulator/play.ts';
import { wireFormats, type WireFormat } from '../../lib/wire/formats.ts';
import { hangMs, stretched, waitUntil } from '../support/limits.ts';
import { exhaustive } from '../support/sampling.ts';
import { agents, print, startGroup, watch, type Agent } from './agents.ts';
import { cell } from './cells.ts';
import { columns, type Column } from './grid-columns.ts';
import { sandbox, type Sandbox } from './client.ts';
import { logOf } from './launched.ts';
import { key, posts } from './upstream.ts';

type Behaviour = (agent: Agent, format: WireFormat, context: TestContext) => Promise<string>;

/** Two models of one provider, the second for when the first fails. */
function configFor({ url }: Emulator, format: WireFormat): object {
  const base_url = format === 'gemini' ? `${url}/v1beta/models` : `${url}/v1`;
  return {
    providers: { own: { wire_format: format, base_url, api_key: key } },
    models: { default: { provider: 'own', model_id: 'first' } },
    fallbacks: { default: [{ provider: 'own', model_id: 'second' }] },
  };
}

/** An upstream with this answer for the conversation itself, and another for titles and the like, which have no tools. */
function upstream(
  answer: (request: ReceivedRequest) => Answer | Script,
  options: EmulatorOptions = {},
): Promise<Emulator> {
  return startEmulator({
    ...options,
    script: (request) => (request.conversation.tools.length === 0 ? [say('A title')] : answer(request)),
  });
}

/** The requests of the conversation itself. */
function turnsOf(emulator: Emulator): ReceivedRequest[] {
  return posts(emulator).filter(({ conversation }) => conversation.tools.length > 0);
}

/** A call that writes the word `name` into a file of that name, with the tool of the client for it. */
function writing({ conversation }: ReceivedRequest, box: Sandbox, name: string): FileCall {
  const call = fileTools(conversation.tools).write?.(`${box.work}/${name}.txt`, `${name}\n`);
  assert.ok(call, 'the client offers a tool that writes');
  return call;
}

/** Runs a client whose model first makes these calls, without a word before them, and then says how many results it has. */
function calling(...names: string[]): Behaviour {
  return async (agent, format) => {
    await using box = sandbox();
    await using emulator = await upstream((request) => {
      const { done } = request.conversation;
      if (done.length > 0) return [say(`Results: ${done.map(({ result }) => result?.failed).join()}.`)];
      return [callTogether(...names.map((name) => writing(request, box, name)))];
    });
    const ran = await print(agent, box, configFor(emulator, format), 'Write them.');
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    assert.match(ran.stdout, new RegExp(`Results: ${names.map(() => 'false').join()}\\.`), ran.stderr);
    assert.deepEqual(
      names.map((name) => box.read(`${name}.txt`)),
      names.map((name) => `${name}\n`),
    );
    return '';
  };
}

const fallback: Behaviour = async (agent, format) => {
  await using box = sandbox();
  await using emulator = await upstream(({ conversation }) =>
    conversation.model === 'first'
      ? failing([say('never seen')], { breaks: { at: { deltas: 0 }, how: 'reset' } })
      : [say('From the second.')],
  );
  const ran = await print(agent, box, configFor(emulator, format), 'hi');
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  assert.match(ran.stdout, /From the second\./, ran.stderr);
  assert.doesNotMatch(ran.stdout + ran.stderr, /never seen|\berror\b|retry|reconnect/i);
  const attempts = logOf(box).filter(({ event, model }) => event === 'attempt' && String(model) !== '');
  const failed = attempts.find(({ outcome }) => outcome === 'failed');
  const answered = attempts.find(
    ({ request, outcome }) => request === failed?.['request'] && outcome === 'answered',
  );
  assert.match(String(failed?.['model']), /first/);
  assert.match(String(answered?.['model']), /second/);
  return '';
};

const cutStream: Behaviour = async (agent, format) => {
  await using box = sandbox();
  const whole: Script = [say('The first half, '), say('and the other one.')];
  let answered = 0;
  await using emulator = await upstream(() =>
    answered++ === 0 ? failing(whole, { breaks: { at: { deltas: 1 }, how: 'reset' } }) : whole,
  );
  const ran = await print(agent, box, configFor(emulator, format), 'hi');
  const told = ran.stdout + ran.stderr;
  const cut = logOf(box).find(({ event, outcome }) => event === 'attempt' && outcome === 'failed');
  assert.ok(Number.isFinite(cut?.['firstContentMs']), 'the stream was cut after its first text');
  const turns = turnsOf(emulator).length;
  if (ran.code === 0) {
    // The client has asked again, and shows the whole answer.
    assert.match(ran.stdout, /The first half, and the other one\./, told);
    assert.ok(turns > 1, `${turns} requests`);
    return 'asks again';
  }
  assert.match(told, /error|incomplete|interrupted|disconnected/i);
  return `fails with ${ran.code}`;
};

const interrupted: Behaviour = async (agent, format, context) => {
  await using box = sandbox();
  let waits = false;
  const pause: Pause = (ms, signal) => {
    waits = true;
    return realPause(ms, signal);
  };
  await using emulator = await upstream(() => [say('Half of it '), wait(hangMs), say('and the rest.')], {
    pause,
  });
  const { folder, left, release } = watch(agent, box);
  const group = startGroup(agent, box, configFor(emulator, format), 'hi', { first: [folder] });
  const ended = once(group, 'exit', { signal: AbortSignal.timeout(2 * hangMs) }) as Promise<[number | null]>;
  try {
    await waitUntil(() => waits || group.exitCode !== null, 'the answer to begin');
    const [turn] = turnsOf(emulator);
    assert.ok(turn, `the client ended with ${group.exitCode}`);
    const pressed = performance.now();
    process.kill(-(group.pid ?? 0), 'SIGINT');
    await waitUntil(() => existsSync(left) || group.exitCode !== null, 'the client to leave');
    const { how, afterMs } = await turn.ended;
    assert.equal(group.exitCode, null, 'occ launch is still there when the upstream is left');
    assert.equal(how, 'aborted');
    const [code, leftMs] = readFileSync(left, 'utf8').split(' ').map(Number);
    const abortedMs = turn.arrivedMs + afterMs;
    const late = Math.round(performance.timeOrigin + abortedMs - Number(leftMs));
    context.diagnostic(
      `${Math.round(abortedMs - pressed)} ms from the key, ${late} ms from the client's end`,
    );
    // Only a guard, since other processes take part in it: `disconnect.e2e.ts` holds the proxy itself to 100 ms.
    assert.ok(late < stretched(500), `the upstream was left ${late} ms after the client had ended`);
    writeFileSync(release, '');
    assert.equal((await ended)[0], code, 'occ exits with the code of the client');
    assert.deepEqual(
      turnsOf(emulator).map(({ conversation }) => conversation.model),
      ['first'],
    );
    assert.deepEqual(
      logOf(box).filter(({ event }) => event === 'refused'),
      [],
    );
    return `${Math.round(abortedMs - pressed)} ms, exits with ${code}`;
  } finally {
    writeFileSync(release, '');
    if (group.exitCode === null && group.signalCode === null) process.kill(-(group.pid ?? 0), 'SIGKILL');
  }
};

const refused: Behaviour = async (agent, format) => {
  await using box = sandbox();
  await using emulator = await upstream(() => refuse(400, { message: 'this request is not for me' }));
  const { folder, left, release } = watch(agent, box);
  writeFileSync(release, '');
  const ran = await print(agent, box, configFor(emulator, format), 'hi', { first: [folder] });
  assert.equal(ran.code, Number(readFileSync(left, 'utf8').split(' ')[0]), 'the exit code of the client');
  assert.match(ran.stdout + ran.stderr, /this request is not for me/);
  return `exits with ${ran.code}`;
};

const behaviours: Readonly<Record<Column, [name: string, run: Behaviour]>> = {
  'call first': ['runs a call with which the answer begins', calling('one')],
  'parallel calls': ['runs two parallel calls, and both results return', calling('one', 'two')],
  'failing model': ['does not notice that the first model fails', fallback],
  'cut stream': ['does not show a stream that was cut as finished', cutStream],
  'Ctrl-C': ['leaves the upstream at Ctrl-C', interrupted],
  refusal: ['shows why the upstream refuses, and occ exits with the same code', refused],
};

/** One format for each behaviour of a client, so that each format comes up; every one in an exhaustive run. */
function formatsFor(place: number): readonly WireFormat[] {
  return exhaustive ? wireFormats : [wireFormats[place % wireFormats.length] ?? 'chat'];
}

describe('behaviours', { concurrency: 2 }, () => {
  for (const [number, agent] of agents.entries())
    for (const [at, column] of columns.entries())
      for (const format of formatsFor(number + at)) {
        const [name, run] = behaviours[column];
        cell(agent, column, `${name}: ${format}`, async (context) => {
          const note = await run(agent, format, context);
          return note === '' ? format : `${format}: ${note}`;
        });
      }
});
