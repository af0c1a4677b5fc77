/** The real Claude Code through `occ launch` and `occ start`, and the requests that the upstream receives. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { failing, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { say } from '../../lib/emulator/script.ts';
import { claudeOptions, takesValue } from '../../lib/clients/client-options.ts';
import { isOptionOf } from '../../lib/clients/option-table.ts';
import { claudePackage } from '../../lib/clients/claude-package.ts';
import { isObject, toArray, toObject, toText, type Json } from '../../lib/json.ts';
import { version } from '../../lib/version.ts';
import { occ, realClaude, run, sandbox, startForeground, type Ran, type Sandbox } from './client.ts';
import { logOf } from './launched.ts';
import { key, posts, configFor, startGo } from './upstream.ts';

const claude = await realClaude();

type RunClient = (box: Sandbox, config: string, args: readonly string[], input?: string) => Promise<Ran>;

/** `occ launch`, with the client on PATH. */
const launched: RunClient = async (box, config, args, input = '') => {
  const env = { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}`, OC_GO_CC_API_KEY: key };
  return run(process.execPath, [occ, 'launch', '--config', config, ...args], { cwd: box.work, env, input });
};

/** `occ start --foreground`, then the client with the variables that it prints. */
const started: RunClient = async (box, config, args, input = '') => {
  const options = { cwd: box.work, env: { ...box.env, OC_GO_CC_API_KEY: key } };
  await using proxy = await startForeground(['--config', config], options);
  return await run(claude, [...args, '--model', 'sonnet'], {
    cwd: box.work,
    env: { ...box.env, ...proxy.variables },
    input,
  });
};

const methods = { 'occ launch': launched, 'occ start --foreground': started };

test(`the client is ${claudePackage.versions} or newer`, async () => {
  await using box = sandbox();
  const { stdout } = await run(claude, ['--version'], { cwd: box.work, env: box.env });
  const [, minor = 0, patch = 0] = /^2\.(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
  assert.ok(minor > 1 || patch >= 330, stdout);
});

test('occ launch knows every option that the help of the client lists', async () => {
  await using box = sandbox();
  const { stdout } = await run(claude, ['--help'], { cwd: box.work, env: box.env });
  const listed = [...stdout.matchAll(/^ {2}(-.+?)(?: {2}|$)/gm)].flatMap(([, flags = '']) =>
    [...flags.matchAll(/--[a-zA-Z-]+/g)].map(([name]) => ({ name, valued: / <[^>]+>$/.test(flags) })),
  );
  assert.ok(listed.length > 50, stdout);
  for (const { name, valued } of listed.filter(({ name }) => !['--model', '--help'].includes(name))) {
    assert.ok(isOptionOf(claudeOptions, name), name);
    assert.equal(takesValue(name), valued, name);
  }
});

test('the aliases of --model reach the model of their tier, through -m and after --', async () => {
  await using box = sandbox();
  const config = box.configure({ models: { default: { provider: 'emulator', model_id: 'emulator-chat' } } });
  const tier = {
    opusplan: 'sonnet',
    'sonnet[1m]': 'sonnet',
    'opus[1m]': 'opus',
    best: 'opus',
    haiku: 'haiku',
  };
  for (const [alias, wanted] of Object.entries(tier)) {
    for (const args of [
      ['-m', alias, '-p', 'hi'],
      ['-p', 'hi', '--', '--model', alias],
    ]) {
      const ran = await launched(box, config, args);
      assert.equal(ran.code, 0, ran.stderr);
      const asked = logOf(box).filter(({ event }) => event === 'request');
      assert.equal(asked.at(-1)?.['model'], `occ-${wanted}`, args.join(' '));
    }
  }
});

test("a variable of --settings wins over the user's settings file, as without occ", async () => {
  await using box = sandbox();
  await using go = await startGo();
  const config = box.configure(configFor(go.url));
  mkdirSync(box.env['CLAUDE_CONFIG_DIR'] ?? '');
  const write = (name: string, env: object): string => {
    writeFileSync(name, JSON.stringify({ env }));
    return name;
  };
  write(join(box.env['CLAUDE_CONFIG_DIR'] ?? '', 'settings.json'), {
    MINE: 'from-file',
    NO_PROXY: 'file.example',
  });
  const flag = write(join(box.home, 'flag.json'), { MINE: 'from-flag', NO_PROXY: 'flag.example' });
  const tool = ['-p', 'Please. [emulator: tool-first]', '--allowedTools', 'Bash(echo:*)', '--settings', flag];
  const hooks = {
    SessionStart: [{ hooks: [{ type: 'command', command: 'echo "$MINE $NO_PROXY" > seen.txt' }] }],
  };
  writeFileSync(flag, JSON.stringify({ ...(JSON.parse(readFileSync(flag, 'utf8')) as object), hooks }));
  const ran = await launched(box, config, tool);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(box.read('seen.txt')?.trim(), 'from-flag flag.example,127.0.0.1,localhost,::1');
  await run(claude, [...tool.slice(0, 2), '--settings', flag], {
    cwd: box.work,
    env: {
      ...box.env,
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
      ANTHROPIC_AUTH_TOKEN: 'x',
      CLAUDE_CODE_MAX_RETRIES: '0',
    },
  });
  assert.equal(box.read('seen.txt')?.trim(), 'from-flag flag.example', 'without occ');
});

for (const [name, runClient] of Object.entries(methods)) {
  test(`${name}: a plain answer, requested in the format of OpenCode Go`, async () => {
    await using box = sandbox();
    await using go = await startGo({ script: () => toAnswerText('A plain answer.') });
    const ran = await runClient(box, box.configure(configFor(go.url)), ['-p', 'hi']);
    assert.equal(ran.stdout.trim(), 'A plain answer.', ran.stderr);
    assert.equal(ran.code, 0);
    const [request, ...more] = posts(go);
    assert.ok(request && more.length === 0);
    assert.equal(request.path, '/zen/go/v1/chat/completions');
    // The configuration switches scenario routing off for streams, so `fast` answers.
    assert.equal(request.body['model'], 'deepseek-v4-flash');
    assert.equal(request.headers['authorization'], `Bearer ${key}`);
    assert.deepEqual(request.keyHeaders, ['authorization']);
    assert.equal(request.headers['user-agent'], `occ/${version}`);
    assert.match(toText(request.headers['x-opencode-session']), /^ses_[0-9a-f]{32}$/);
    assert.equal(request.body['stream'], true);
    assert.equal(request.body['max_tokens'], 4096, 'the configured limit replaces the client’s 128000');
    assert.ok(messagesOf(request).some((message) => contentOf(message).includes('hi')));
    assert.equal(contentOf(messagesOf(request)[0]).includes('x-anthropic-billing-header'), false);
  });

  test(`${name}: Write, Read and Edit change the file on disk`, async () => {
    await using box = sandbox();
    await using go = await startGo();
    const prompt = 'Write a file notes.txt that says first, then edit it. [emulator: edit-loop]';
    const ran = await runClient(box, box.configure(configFor(go.url)), [
      '-p',
      prompt,
      '--permission-mode',
      'acceptEdits',
    ]);
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    const calls = posts(go).at(-1)?.conversation.done ?? [];
    assert.deepEqual(
      calls.map((call) => call.name),
      ['Write', 'Read', 'Edit', 'Read'],
    );
    assert.ok(
      calls.every(({ result }) => result && !result.failed),
      JSON.stringify(calls),
    );
    const [write, , edit] = calls;
    const file = toText(write?.input['file_path']);
    const text = readFileSync(file, 'utf8');
    assert.equal(file.startsWith(box.work), true, file);
    const before = toText(write?.input['content']);
    assert.equal(text, before.replace(toText(edit?.input['old_string']), toText(edit?.input['new_string'])));
    assert.notEqual(text, before);
    assertPaired(posts(go));
  });

  test(`${name}: an answer whose first output is a tool call`, async () => {
    await using box = sandbox();
    await using go = await startGo();
    const args = ['-p', 'Please. [emulator: tool-first]', '--allowedTools', 'Bash(echo:*)'];
    const ran = await runClient(box, box.configure(configFor(go.url)), args);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /Bash answered: one/);
    assert.equal(posts(go).length, 2);
    assertPaired(posts(go));
  });

  test(`${name}: two tools called in parallel both run`, async () => {
    await using box = sandbox();
    await using go = await startGo();
    const args = ['-p', 'Please. [emulator: parallel-tools 2]', '--allowedTools', 'Bash(echo:*)'];
    const ran = await runClient(box, box.configure(configFor(go.url)), args);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /Bash answered: number 1\s+Bash answered: number 2/);
    assert.equal(posts(go).at(-1)?.conversation.done.length, 2);
    assertPaired(posts(go));
  });

  test(`${name}: when a stream is cut in mid-answer, the client retries with stream: false`, async () => {
    await using box = sandbox();
    let received = 0;
    const script = (): Answer => {
      received++;
      const answer = toAnswerText('All of this sentence must arrive, once and whole.');
      return received === 1 ? failing(answer, { breaks: { at: { deltas: 3 }, how: 'cut' } }) : answer;
    };
    await using go = await startGo({ script });
    const ran = await runClient(box, box.configure(configFor(go.url)), ['-p', 'hi']);
    assert.equal(ran.stdout.trim(), 'All of this sentence must arrive, once and whole.', ran.stderr);
    assert.equal(ran.code, 0);
    // No other model continued the answer. The retry is not a stream, but the conversation keeps the model that streams
    // have (`fast`).
    const requestedModels = posts(go).map(({ body }) => body['model']);
    assert.deepEqual(requestedModels, ['deepseek-v4-flash', 'deepseek-v4-flash']);
    assert.equal(ran.stdout.includes('all models failed'), false);
  });

  test(`${name}: with more than 29 tools a long conversation goes to minimax-m3 on the messages format`, async () => {
    await using box = sandbox();
    await using go = await startGo({ script: () => toAnswerText('Read it all.') });
    const server = join(fileURLToPath(import.meta.url), '..', 'many-tools.mjs');
    const mcp = JSON.stringify({ mcpServers: { many: { command: process.execPath, args: [server] } } });
    box.env['ENABLE_TOOL_SEARCH'] = 'false';
    const long = `${'The quick brown fox jumps over the lazy dog. '.repeat(9000)}\nWhat was it about?`;
    const ran = await runClient(
      box,
      box.configure(configFor(go.url)),
      ['-p', '--mcp-config', mcp, '--strict-mcp-config'],
      long,
    );
    assert.equal(ran.stdout.trim(), 'Read it all.', ran.stderr);
    const request = posts(go).at(-1);
    assert.ok(request);
    assert.equal(request.path, '/zen/go/v1/messages');
    assert.equal(request.body['model'], 'minimax-m3');
    assert.equal(request.headers['x-api-key'], key);
    assert.equal(request.headers['authorization'], undefined);
    assert.ok(toArray(request.body['tools']).length > 29, `${toArray(request.body['tools']).length} tools`);
    for (const tool of toArray(request.body['tools'])) {
      assert.equal(toObject(toObject(tool)['input_schema'])['type'], 'object');
    }
  });
}

function toAnswerText(text: string): Answer {
  return { script: [say(text)] };
}

function messagesOf(request: ReceivedRequest): Json[] {
  return toArray(request.body['messages']);
}

function contentOf(message: Json | undefined): string {
  const content = toObject(message)['content'];
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** Every message with tool calls is followed by exactly their results, as chat providers require. */
function assertPaired(requests: readonly ReceivedRequest[]): void {
  let pairs = 0;
  for (const request of requests) {
    const messages = messagesOf(request).map(toObject);
    for (const [i, message] of messages.entries()) {
      const ids = toArray(message['tool_calls'])
        .filter(isObject)
        .map((call) => call['id']);
      const answered = messages.slice(i + 1, i + 1 + ids.length).map((result) => result['tool_call_id']);
      assert.deepEqual(answered, ids);
      pairs += ids.length;
    }
  }
  assert.ok(pairs > 0, 'no history contains a tool call');
}
