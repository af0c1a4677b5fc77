/** Ten real clients at the same time, each with its own proxy. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { occ, realClaude, run, sandbox } from './client.ts';

const claude = await realClaude();

test('ten launches at the same time do not affect each other', async () => {
  const launches = Array.from({ length: 10 }, async (_, i) => {
    await using box = sandbox();
    const prompt = `Write a file number.txt that says this is ${i}, then read it back and tell me what it says.`;
    const args = [occ, 'launch', '--emulator', '-p', prompt, '--permission-mode', 'acceptEdits'];
    const env = { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
    const ran = await run(process.execPath, args, { cwd: box.work, env });
    return { ...ran, text: box.read('number.txt')?.trim() };
  });
  for (const [i, { code, stdout, stderr, text }] of (await Promise.all(launches)).entries()) {
    assert.equal(code, 0, stderr);
    assert.equal(text, `this is ${i}`);
    assert.match(stdout, new RegExp(`this is ${i}`));
  }
});
