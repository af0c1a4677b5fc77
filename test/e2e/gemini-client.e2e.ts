/** The real Gemini CLI behind `occ launch gemini`: its settings, models, screen and signals. `grid.e2e.ts` has every format. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gemini } from '../../lib/clients/gemini.ts';
import { say } from '../../lib/emulator/script.ts';
import { hangMs, waitUntil } from '../support/limits.ts';
import { sandbox, type Sandbox } from './client.ts';
import { fetched } from './fetched.ts';
import {
  launchOther,
  leftBehind,
  openOther,
  prompt,
  snapshot,
  spawnOther,
  startUpstream,
} from './other-client.ts';
import { enter, hasTmux } from './terminal.ts';

const { program = '', why } = fetched(gemini);
const skip = program === '';

/** A user who is logged in with Google, and has sent no usage report. */
function configureUser(box: Sandbox): { file: string; text: string } {
  const folder = join(box.home, '.gemini');
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  const file = join(folder, 'settings.json');
  const text = `{
  // Mine.
  "security": { "auth": { "selectedType": "oauth-personal" } },
  "privacy": { "usageStatisticsEnabled": false },
  "general": { "enableAutoUpdate": false }
}
`;
  writeFileSync(file, text);
  return { file, text };
}

test(
  `Gemini CLI keeps its session beside those of a user who logs in otherwise${why}`,
  { skip },
  async () => {
    await using box = sandbox();
    const user = configureUser(box);
    await using upstream = await startUpstream('chat');
    const words = ['--skip-trust', '--yolo', '-p', prompt];
    const ran = await launchOther(gemini, program, box, upstream.config, ...words);
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    assert.match(ran.stdout, /It says:\s+> hello from occ/);
    assert.equal(readFileSync(user.file, 'utf8'), user.text);
    const sessions = Object.keys(snapshot(join(box.home, '.gemini/tmp'))).filter((name) =>
      /chats/.test(name),
    );
    assert.equal(sessions.length, 1, "the session is among the user's own");
    assert.deepEqual(leftBehind(box), []);
  },
);

test(`Gemini CLI uses the model of -m, whose id has a slash${why}`, { skip }, async () => {
  await using box = sandbox();
  configureUser(box);
  await using upstream = await startUpstream('chat', { script: () => [say('Hello.')] });
  const ran = await launchOther(
    gemini,
    program,
    box,
    upstream.config,
    '-m',
    'own/some-model',
    '--skip-trust',
    '-p',
    'hi',
  );
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /selected → some-model \(own\)/);
  assert.match(ran.stdout, /^Hello\.$/m);
});

test(
  `Gemini CLI asks for no login, offers the models by name, and occ sums up at the end${why}`,
  { skip: skip || (!hasTmux && 'tmux is not installed') },
  async () => {
    await using box = sandbox();
    configureUser(box);
    await using upstream = await startUpstream('chat', { script: () => [say('Hello from the model.')] });
    await using terminal = await openOther(gemini, program, box, upstream.config, '--skip-trust');
    await terminal.shows(/Type your message/);
    await enter(terminal, '/model');
    await terminal.shows(/Manual \(some-model \(automatic\)\)/);
    await terminal.press('Enter');
    const offered = await terminal.shows(/2\. some-model/);
    assert.match(offered, /1\. some-model \(automatic\)/);
    assert.doesNotMatch(offered, /\d\. gem/i);
    await terminal.press('Escape');
    await terminal.shows(/Manual \(some-model/);
    await terminal.press('Escape');
    await terminal.shows(/Type your message/);
    await enter(terminal, 'hi');
    await terminal.shows(/Hello from the model\./);
    await enter(terminal, '/quit');
    await terminal.shows(/\d requests?, .* tokens in/);
    assert.deepEqual(leftBehind(box), []);
  },
);

test(
  `SIGTERM to occ ends Gemini CLI in the middle of an answer, and reaches the upstream${why}`,
  { skip },
  async () => {
    await using box = sandbox();
    configureUser(box);
    await using upstream = await startUpstream('chat', { faults: { headersAfterMs: hangMs } });
    const occ = spawnOther(gemini, program, box, upstream.config, '--skip-trust', '-p', 'hi');
    const request = await upstream.emulator.received(1, hangMs);
    occ.kill('SIGTERM');
    const [, signal] = (await once(occ, 'exit')) as [number | null, string | null];
    assert.equal(signal, null, 'the client ended by itself, and occ with it');
    await waitUntil(() => request.ending !== undefined, 'the request of the upstream to end');
    assert.deepEqual(leftBehind(box), []);
  },
);
