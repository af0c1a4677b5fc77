/** The real Codex behind `occ launch codex`, on models in each format. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { codex } from '../../lib/clients/codex.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, type Script } from '../../lib/emulator/script.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { sandbox, type Sandbox } from './client.ts';
import { fetched } from './fetched.ts';
import { launchOther, leftBehind, openOther, prompt, startUpstream } from './other-client.ts';
import { enter, hasTmux } from './terminal.ts';
import { posts } from './upstream.ts';

const { program = '', why } = fetched(codex);
const skip = program === '';

/** The options with which it works without asking. */
const working = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];

/** Writes the file, reads it and quotes what was read. */
function work({ conversation }: ReceivedRequest): Script {
  const { done } = conversation;
  if (done.length === 0) return [call('exec_command', { cmd: "printf 'hello from occ\\n' > hello.txt" })];
  if (done.length === 1) return [call('exec_command', { cmd: 'cat hello.txt' })];
  return [say(`The file says: ${done.at(-1)?.result?.text ?? 'nothing'}`)];
}

/** Settings of the user that would send requests elsewhere. */
function configureUser(box: Sandbox): { file: string; text: string } {
  const file = join(box.home, '.codex', 'config.toml');
  const text =
    'model = "gpt-mine"\nmodel_provider = "elsewhere"\n\n[model_providers.elsewhere]\nname = "x"\nbase_url = "http://127.0.0.1:9/v1"\n';
  mkdirSync(join(box.home, '.codex'));
  writeFileSync(file, text);
  return { file, text };
}

test(
  `Codex works with the tools and instructions of its catalogue, beside other settings of the user${why}`,
  { skip },
  async () => {
    await using box = sandbox();
    const user = configureUser(box);
    await using upstream = await startUpstream('chat', { script: work });
    const ran = await launchOther(codex, program, box, upstream.config, ...working, prompt);
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    assert.equal(box.read('hello.txt'), 'hello from occ\n');
    assert.match(ran.stdout, /The file says: [^]*hello from occ/);
    assert.doesNotMatch(ran.stderr, /Model metadata for .* not found/);
    const requests = posts(upstream.emulator);
    assert.ok(
      requests.every(({ conversation }) => /coding agent in the Codex CLI/.test(conversation.system)),
    );
    assert.equal(readFileSync(user.file, 'utf8'), user.text);
    assert.deepEqual(leftBehind(box), []);
  },
);

/** Its input is free text, which a function of an upstream takes as one string. */
const patch = `*** Begin Patch
*** Add File: new.txt
+a "quoted" line with a \\ and an ä
*** Update File: old.txt
@@
-one
+two
*** End Patch`;

for (const format of wireFormats) {
  test(
    `Codex changes files with its own tool for patches, on a model in ${format}${why}`,
    { skip },
    async () => {
      await using box = sandbox();
      writeFileSync(join(box.work, 'old.txt'), 'one\n');
      await using upstream = await startUpstream(format, {
        script: ({ conversation: { done, tools } }) => {
          if (!tools.some(({ name }) => name === 'apply_patch')) return [say('There is no such tool.')];
          return done.length === 0 ? [call('apply_patch', { input: patch })] : [say('Done.')];
        },
      });
      const ran = await launchOther(codex, program, box, upstream.config, ...working, prompt);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stdout, /^Done\.$/m);
      assert.equal(box.read('new.txt'), 'a "quoted" line with a \\ and an ä\n');
      assert.equal(box.read('old.txt'), 'two\n');
      const [patched, ...others] = posts(upstream.emulator).at(-1)?.conversation.done ?? [];
      assert.deepEqual(others, []);
      assert.deepEqual([patched?.name, patched?.input], ['apply_patch', { input: patch }]);
      assert.match(patched?.result?.text ?? '', /Success\. Updated the following files:/);
    },
  );
}

test(`Codex uses the model of -m, and no other${why}`, { skip }, async () => {
  await using box = sandbox();
  await using upstream = await startUpstream('responses', { script: () => [say('Hello.')] });
  const ran = await launchOther(
    codex,
    program,
    box,
    upstream.config,
    '-m',
    'own/some-model',
    'exec',
    '--skip-git-repo-check',
    'hi',
  );
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /selected → some-model \(own\)/);
  assert.match(ran.stderr, /^model: own\/some-model$/m);
});

test(
  `Codex asks for no login, offers the models by name, and occ sums up at the end${why}`,
  { skip: skip || (!hasTmux && 'tmux is not installed') },
  async () => {
    await using box = sandbox();
    await using upstream = await startUpstream('chat', { script: () => [say('Hello from the model.')] });
    await using terminal = await openOther(codex, program, box, upstream.config);
    await terminal.shows(/some-model \(automatic\)/);
    await enter(terminal, '/model', /choose what model/i);
    const offered = await terminal.shows(/Select Model/);
    assert.match(offered, /1\. some-model \(automatic\) \(current\)/);
    assert.match(offered, /2\. some-model +always some-model from own/);
    assert.doesNotMatch(offered, /gpt/i);
    await terminal.press('Escape');
    await terminal.shows(/Ask Codex to do anything/);
    await enter(terminal, 'hi');
    await terminal.shows(/Hello from the model\./);
    await enter(terminal, '/quit');
    const last = await terminal.shows(/\d requests?, .* tokens in/);
    assert.match(last, /resume: occ launch codex --config \S+ -- resume [\w-]+/);
    assert.deepEqual(leftBehind(box), []);
  },
);
