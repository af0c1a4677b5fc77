/**
 * The user presses Esc in the real Claude Code, in every phase of an answer: the upstream request is aborted, no other
 * model is tried, no failure is recorded, and the next prompt is answered. Needs tmux.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, think, wait, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { toArray, toObject, toText, type JsonObject } from '../../lib/json.ts';
import { occ, run, sandbox, type Sandbox } from './client.ts';
import { logOf, onboarded } from './launched.ts';
import { enter, hasTmux, openTerminal, type Terminal } from './terminal.ts';
import { key, posts } from './upstream.ts';

const never = 60_000;
const heartbeatMs = 1000;

interface Phase {
  answer: Answer | Script;
  /** Waits until the phase has been reached. */
  reached: (terminal: Terminal, request: ReceivedRequest) => Promise<unknown>;
  /** The upstream's answer has ended before the key is pressed. */
  ended?: boolean;
}

const text = say('First line of it.\n\nSecond line of it.\n\nThird');
const pinged = (): Promise<void> => sleep(2.5 * heartbeatMs);
const bash = call('Bash', { command: `echo ${'a very long word '.repeat(20)}` });

const phases: Record<string, Phase> = {
  // First, so that a retry that is not cancelled would arrive during the other phases.
  'retry delay': {
    answer: refuse(503),
    reached: (_, request) => request.ended,
    ended: true,
  },
  'before headers': {
    answer: failing([text], { headersAfterMs: never }),
    reached: () => sleep(heartbeatMs / 4),
  },
  thinking: {
    answer: [think('Let me think about it.'), wait(never), text],
    reached: (terminal) => terminal.shows(/thinking\)/),
  },
  'in mid-text': {
    answer: [text, wait(never), say(' and more.')],
    reached: (terminal) => terminal.shows(/Second line of it\./),
  },
  'in the arguments of a call': {
    answer: failing([bash], { breaks: { at: { deltas: 5 }, how: 'silence' } }),
    reached: () => sleep(500),
  },
  'heartbeats before content': {
    answer: failing([text], { firstEventAfterMs: never }),
    reached: pinged,
  },
  'heartbeats in mid-text': {
    answer: [text, wait(never), say(' and more.')],
    reached: async (terminal) => {
      await terminal.shows(/Second line of it\./);
      await pinged();
    },
  },
};

const name = 'Esc in every phase of an answer (needs tmux)';
test(name, { skip: !hasTmux && 'tmux is not installed' }, async (t) => {
  await using box = sandbox();
  const env = onboarded(box);
  await using emulator = await startEmulator({
    script: ({ conversation: { prompt } }) => {
      const [, phase, number] = /(?:phase <(.+)>|number (\d+))$/.exec(prompt) ?? [];
      return phases[phase ?? '']?.answer ?? [say(`Answer ${number}.`)];
    },
  });
  const config = box.configure({
    providers: { own: { wire_format: 'chat', base_url: `${emulator.url}/v1`, api_key: key } },
    models: { default: { provider: 'own', model_id: 'first' } },
    fallbacks: { default: [{ provider: 'own', model_id: 'second' }] },
    retry: { attempts: 1, base_ms: 1500, max_ms: 1500 },
    heartbeat_ms: heartbeatMs,
  });
  const started = await inSandbox(box, env, 'start', '--port', '0', '--config', config);
  assert.equal(started.code, 0, started.stderr);
  const url = toText((await status(box, env))['url']);
  try {
    const launched = [process.execPath, occ, 'launch', '--attach'];
    await using terminal = await openTerminal(launched, { cwd: box.work, env });
    await terminal.shows(/for shortcuts|manual mode on/);
    let received = 0;
    for (const [index, [phase, { answer: _, reached, ended = false }]] of Object.entries(phases).entries()) {
      await t.test(phase, async (t) => {
        await enter(terminal, `phase <${phase}>`);
        const request = await emulator.received(++received, 10_000);
        await reached(terminal, request);
        const pressed = performance.now();
        await terminal.press('Escape');
        const { how } = await within(2000, request.ended);
        if (ended) await until(() => isIdle(url));
        t.diagnostic(`${Math.round(performance.now() - pressed)} ms from the key to the end`);
        assert.equal(how, ended ? 'sent' : 'aborted');
        await until(() => isIdle(url));
        const screen = await terminal.screen();
        t.diagnostic(JSON.stringify(lastLinesOf(screen)));
        assert.doesNotMatch(screen, /all models failed|API Error|\b50\d\b/);
        await terminal.press('C-u'); // the input box contains the cancelled prompt again
        await enter(terminal, `number ${index}`);
        await terminal.shows(new RegExp(`Answer ${index}\\.`));
        assert.equal(posts(emulator).length, ++received, 'no other request was sent');
      });
    }
    const { failures, last_error: lastError, models } = await status(box, env);
    assert.deepEqual([failures, lastError], [0, null]);
    const [first, ...others] = toArray(models).map(toObject);
    assert.deepEqual(others, [], 'the second model was not tried');
    // The one failure is the 503 of the retry delay.
    assert.deepEqual([first?.['failures'], first?.['failures_in_a_row']], [1, 0]);
    assert.equal(toObject(first?.['breaker'])['state'], 'closed');
    const log = logOf(box);
    assert.deepEqual(
      log.filter(({ event, level }) => event === 'refused' || level === 'error'),
      [],
    );
    const outcomes = log.filter(({ event }) => event === 'attempt').map(({ outcome }) => outcome);
    const aborted = Object.values(phases).filter(({ ended }) => !ended);
    assert.equal(outcomes.filter((outcome) => outcome === 'abandoned').length, aborted.length);
  } finally {
    await inSandbox(box, env, 'stop', '--timeout', '0');
  }
});

function inSandbox(box: Sandbox, env: Record<string, string>, ...args: string[]): ReturnType<typeof run> {
  return run(process.execPath, [occ, ...args], { cwd: box.work, env });
}

async function status(box: Sandbox, env: Record<string, string>): Promise<JsonObject> {
  return JSON.parse((await inSandbox(box, env, 'status', '--json')).stdout) as JsonObject;
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`not within ${ms} ms`);
  });
  return Promise.race([promise, late]);
}

/** True if the proxy has no running request. */
async function isIdle(url: string): Promise<boolean> {
  const health = (await (await fetch(`${url}/health`)).json()) as JsonObject;
  return health['live'] === 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await sleep(10);
  }
  assert.fail('the proxy never became idle');
}

/** The last three lines of the conversation, without the frame around the prompt. */
function lastLinesOf(screen: string): string[] {
  const lines = screen.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => /\w/.test(line) && !/^tmux focus|for shortcuts|\/effort/.test(line))
    .slice(-3);
}
