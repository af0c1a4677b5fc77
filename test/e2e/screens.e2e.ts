/**
 * The clients of `occ launch` other than Claude Code on a screen: no login and no question but the client's own about trust, a
 * prompt, the key that interrupts a slow answer, the next prompt, and the summary after the end. Needs tmux. `escape.e2e.ts`
 * does it for Claude Code.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { say, wait } from '../../lib/emulator/script.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { hangMs, stretched, waitUntil } from '../support/limits.ts';
import { agents, openScreen } from './agents.ts';
import { cell } from './cells.ts';
import { sandbox } from './client.ts';
import { logOf } from './launched.ts';
import { leftBehind, startUpstream, type Upstream } from './other-client.ts';
import { enter, hasTmux } from './terminal.ts';
import { posts } from './upstream.ts';

interface Screen {
  /** What the screen shows when it takes a prompt. */
  ready: RegExp;
  /** A question before that, which Enter answers. */
  trust?: RegExp;
  args?: readonly string[];
  /** The keys that interrupt an answer. */
  interrupt: readonly string[];
  quit: string;
}

const screens: Readonly<Record<string, Screen>> = {
  codex: { ready: /Ask Codex to do anything/, interrupt: ['Escape'], quit: '/quit' },
  gemini: { ready: /Type your message/, args: ['--skip-trust'], interrupt: ['Escape'], quit: '/quit' },
  opencode: { ready: /Ask anything/, interrupt: ['Escape', 'Escape'], quit: '/exit' },
  pi: { ready: /\(auto\)/, interrupt: ['Escape'], quit: '/quit' },
  copilot: {
    trust: /Do you trust the files in this folder/,
    ready: /\/ commands/,
    interrupt: ['C-c'],
    quit: '/exit',
  },
  qwen: { ready: /Type your message/, interrupt: ['Escape'], quit: '/quit' },
};

/** The requests of the conversation: titles have no tools, that of Codex has one. */
function turnsOf({ emulator }: Upstream): ReceivedRequest[] {
  return posts(emulator).filter(({ conversation }) => conversation.tools.length > 1);
}

describe('screens', { concurrency: 2 }, () => {
  for (const [number, agent] of agents.entries()) {
    const screen = screens[agent.client.name];
    if (screen === undefined) continue;
    const format = wireFormats[number % wireFormats.length] ?? 'chat';
    cell(
      agent,
      'screen',
      `on a screen: a prompt, ${screen.interrupt.join(' ')} in mid-answer, another prompt, the end: ${format} (needs tmux)`,
      async (context) => {
        await using box = sandbox();
        let turns = 0;
        await using upstream = await startUpstream(format, {
          script: ({ conversation: { tools } }) => {
            if (tools.length < 2) return [say('A title')];
            if (turns++ > 0) return [say('The whole answer.')];
            return [say('The first part.\n\nAnd more of it\n\nis here.'), wait(hangMs), say('Never seen.')];
          },
        });
        // Some clients show a text when the next event comes.
        const config = { ...upstream.config, heartbeat_ms: 1000 };
        await using terminal = await openScreen(agent, box, config, screen.args ?? []);
        if (screen.trust !== undefined) {
          await terminal.shows(screen.trust);
          await terminal.press('Enter');
        }
        await terminal.shows(screen.ready);
        /** Input boxes of these clients begin with different signs, and some with none. */
        const send = (text: string): Promise<void> => enter(terminal, text, new RegExp(text));
        await send('please begin');
        await terminal.shows(/The first part\./);
        const [turn] = turnsOf(upstream);
        assert.ok(turn);
        let pressed = 0;
        for (const key of screen.interrupt) {
          pressed = performance.now();
          await terminal.press(key);
          await sleep(stretched(100));
        }
        await waitUntil(() => turn.ending !== undefined, 'the upstream to be left');
        assert.equal(turn.ending?.how, 'aborted');
        const ms = Math.round(turn.arrivedMs + (turn.ending?.afterMs ?? 0) - pressed);
        assert.ok(ms < stretched(2000), `the upstream was left ${ms} ms after the last key`);
        assert.doesNotMatch(await terminal.screen(), /API Error|all models failed|Never seen/);
        // Some put the interrupted prompt back into the line.
        await terminal.press('C-u');
        await send('please go on');
        await terminal.shows(/The whole answer\./);
        await sleep(stretched(300));
        await terminal.press('C-u');
        await send(screen.quit);
        await terminal.shows(/occ: \d+ requests?, .* tokens in/);
        assert.deepEqual(
          logOf(box).filter(({ event, level }) => event === 'refused' || level === 'error'),
          [],
        );
        assert.deepEqual(leftBehind(box), []);
        context.diagnostic(`${ms} ms from the key to the upstream`);
        return `${format}: ${ms} ms`;
      },
      hasTmux,
    );
  }
});
