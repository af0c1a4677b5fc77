/**
 * Where the scenes play: a new user's home, an `occ` on PATH, and a bash in a terminal of tmux. The providers are the
 * emulator, under the names of OpenCode Go: its first model can be told to fail.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decide } from '../../lib/emulator/agent.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { sandbox } from '../e2e/client.ts';
import { onboarded } from '../e2e/launched.ts';
import { openTerminal } from '../e2e/terminal.ts';
import { key, startGo } from '../e2e/upstream.ts';
import { readScreen, type Size } from './screen.ts';
import type { Frame } from './svg.ts';

export interface Stage {
  /** Types a command and presses Enter. */
  run(command: string): Promise<void>;
  type(text: string): Promise<void>;
  press(...keys: string[]): Promise<void>;
  /** Waits until the screen matches. */
  shows(pattern: RegExp): Promise<string>;
  /** Waits, in seconds: for what moves on the screen. */
  wait(seconds: number): Promise<void>;
  /** Takes a picture of what the screen shows now, which stays for some seconds in an animation. */
  frame(seconds?: number): Promise<void>;
}

export interface Options extends Size {
  /** False for a home without any configuration. */
  configured: boolean;
  /** What the providers do: the first model, or every model, answers each request with 429; or they refuse the key. */
  upstream: 'fine' | 'limited' | 'all limited' | 'refuses the key';
}

/** Plays a scene, and resolves to its frames. */
export async function perform(
  { configured, upstream: state, ...size }: Options,
  scene: (stage: Stage) => Promise<void>,
): Promise<Frame[]> {
  requireBuilt();
  await using whole = sandbox();
  const box = { ...whole, work: join(whole.home, 'my-project') };
  mkdirSync(box.work);
  await using upstream = await startGo({
    models: { [firstModel]: ['chat'], [secondModel]: ['chat'] },
    script: (request) => {
      const { model } = request.conversation;
      if (state === 'refuses the key') return refuse(401, { type: 'AuthError', message: keyText });
      if (state === 'all limited' || (state === 'limited' && model === firstModel))
        return refuse(429, { type: 'RateLimitError', message: limitText });
      return decide(request.conversation, request);
    },
  });
  const bin = join(box.home, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'occ'), `#!/bin/sh\nexec '${process.execPath}' '${builtOcc}' "$@"\n`);
  chmodSync(join(bin, 'occ'), 0o755);
  const env = onboarded(box);
  if (configured) {
    const folder = join(box.home, '.config/occ');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration(upstream.url)));
  }
  const frames: Frame[] = [];
  await using terminal = await openTerminal(['bash', '--norc', '--noprofile'], {
    cwd: box.work,
    env: { ...env, PATH: `${bin}:${env['PATH']}`, PS1: '\\[\\e[1;32m\\]$\\[\\e[0m\\] ', IS_SANDBOX: '1' },
    ...size,
  });
  await terminal.shows(/^\$/);
  const stage: Stage = {
    async run(command) {
      await terminal.type(command);
      await terminal.press('Enter');
    },
    type: (text) => terminal.type(text),
    async press(...keys) {
      for (const name of keys) await terminal.press(name);
    },
    shows: (pattern) => terminal.shows(pattern),
    wait: (seconds) => sleep(seconds * 1000),
    async frame(seconds = 1) {
      frames.push({ rows: await readScreen(await terminal.styled(), size), seconds });
    },
  };
  await scene(stage);
  await terminal.press('C-c');
  await terminal.press('C-d');
  return frames;
}

const firstModel = 'glm-5.3';
const secondModel = 'kimi-k3.1-pro';
const keyText = 'Invalid API key.';
const limitText = 'Rate limit exceeded. Please try again later.';

function configuration(url: string): object {
  const entry = (model_id: string): object => ({ provider: 'opencode-go', model_id });
  return {
    api_key: key,
    opencode_go: { base_url: `${url}/zen/go/v1/chat/completions` },
    models: { default: entry(firstModel) },
    fallbacks: { default: [entry(secondModel)] },
  };
}
