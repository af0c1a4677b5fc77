/** The real Claude Code on a model in the Responses format, and the requests that the upstream receives. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { failing, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, type Script } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { toArray, toObject, toText, type JsonObject } from '../../lib/json.ts';
import { occ, realClaude, run, sandbox, type Ran, type Sandbox } from './client.ts';
import { key, posts } from './upstream.ts';

const claude = await realClaude();
const model = 'gpt-6-luna';

/** A provider that supports only Responses, as strict about keys and models as a gateway. */
function startUpstream(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ strict: true, models: { [model]: ['responses'] }, flavour: 'plain', ...options });
}

function configFor(url: string): unknown {
  const entry = { provider: 'own', model_id: model, reasoning_effort: 'high', vision: true };
  return {
    providers: {
      own: {
        wire_format: 'responses',
        base_url: `${url}/v1`,
        api_key: key,
        headers: { 'x-opencode-session': 'one' },
      },
    },
    models: { default: entry },
  };
}

async function launch(box: Sandbox, url: string, args: readonly string[]): Promise<Ran> {
  const env = { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
  const all = [occ, 'launch', '--config', box.configure(configFor(url)), ...args];
  return run(process.execPath, all, { cwd: box.work, env });
}

test('Write, Read and Edit change the file on disk', async () => {
  await using box = sandbox();
  await using upstream = await startUpstream();
  const prompt = 'Write a file notes.txt that says first, then edit it. [emulator: edit-loop]';
  const ran = await launch(box, upstream.url, ['-p', prompt, '--permission-mode', 'acceptEdits']);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const requests = posts(upstream);
  const calls = requests.at(-1)?.conversation.done ?? [];
  assert.deepEqual(
    calls.map((call) => call.name),
    ['Write', 'Read', 'Edit', 'Read'],
  );
  assert.ok(
    calls.every(({ result }) => result && !result.failed),
    JSON.stringify(calls),
  );
  const [write, , edit] = calls;
  const text = readFileSync(toText(write?.input['file_path']), 'utf8');
  const before = toText(write?.input['content']);
  assert.equal(text, before.replace(toText(edit?.input['old_string']), toText(edit?.input['new_string'])));
  assertPaired(requests);
  assertPrefixes(requests);
});

test('requests have OpenAI’s format', async () => {
  await using box = sandbox();
  await using upstream = await startUpstream();
  const ran = await launch(box, upstream.url, ['-p', 'hi']);
  assert.equal(ran.code, 0, ran.stderr);
  const [request] = posts(upstream);
  assert.ok(request);
  const { body } = request;
  assert.equal(request.path, '/v1/responses');
  assert.equal(request.headers['authorization'], `Bearer ${key}`);
  assert.equal(body['store'], false);
  assert.equal(body['stream'], true);
  assert.deepEqual(body['reasoning'], { effort: 'high', summary: 'auto' });
  assert.deepEqual(body['include'], ['reasoning.encrypted_content']);
  assert.match(toText(body['prompt_cache_key']), /^ses_[0-9a-f]{32}$/);
  assert.equal(body['temperature'], undefined);
  assert.ok(toText(body['instructions']).length > 1000);
  assert.equal(toText(body['instructions']).includes('x-anthropic-billing-header'), false);
  assert.ok(toArray(body['tools']).length > 5);
  for (const tool of toArray(body['tools']).map(toObject)) {
    assert.equal(tool['strict'], false);
    assert.equal(toObject(tool['parameters'])['type'], 'object');
  }
});

test('two tools called in parallel both run', async () => {
  await using box = sandbox();
  await using upstream = await startUpstream();
  const args = ['-p', 'Please. [emulator: parallel-tools 2]', '--allowedTools', 'Bash(echo:*)'];
  const ran = await launch(box, upstream.url, args);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /Bash answered: number 1\s+Bash answered: number 2/);
  assert.equal(posts(upstream).at(-1)?.conversation.done.length, 2);
  assertPaired(posts(upstream));
});

test('thinking is sent back with its encrypted content, before its tool call', async () => {
  await using box = sandbox();
  await using upstream = await startUpstream();
  const args = ['-p', 'Please. [emulator: thinking-tool]', '--allowedTools', 'Bash(echo:*)'];
  const ran = await launch(box, upstream.url, args);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /Earlier thinking came back: 1\./);
  const items = inputOf(posts(upstream).at(-1));
  const at = items.findIndex(({ type }) => type === 'reasoning');
  assert.deepEqual(items[at]?.['summary'], [{ type: 'summary_text', text: 'A tool will tell.' }]);
  assert.match(toText(items[at]?.['encrypted_content']), /^enc_/);
  assert.equal(items[at]?.['id'], undefined);
  assert.equal(items[at + 1]?.['type'], 'function_call');
});

test('an image in a tool result is sent inside the result', async () => {
  await using box = sandbox();
  const file = join(box.work, 'dot.png');
  writeFileSync(file, Buffer.from(png, 'base64'));
  const script = ({ conversation }: ReceivedRequest): Script =>
    conversation.done.length === 0 ? [call('Read', { file_path: file })] : [say('A dot.')];
  await using upstream = await startUpstream({ script });
  const ran = await launch(box, upstream.url, ['-p', 'What is in dot.png?']);
  assert.equal(ran.stdout.trim(), 'A dot.', ran.stderr);
  const result = inputOf(posts(upstream).at(-1)).find(({ type }) => type === 'function_call_output');
  const image = toArray(result?.['output'])
    .map(toObject)
    .find(({ type }) => type === 'input_image');
  assert.match(toText(image?.['image_url']), /^data:image\/\w+;base64,\w/);
});

test('when a stream is cut in mid-answer, the client retries with stream: false', async () => {
  await using box = sandbox();
  let received = 0;
  const script = (): Answer => {
    const answer = { script: [say('All of this sentence must arrive, once and whole.')] };
    return received++ === 0 ? failing(answer, { breaks: { at: { deltas: 3 }, how: 'cut' } }) : answer;
  };
  await using upstream = await startUpstream({ script });
  const ran = await launch(box, upstream.url, ['-p', 'hi']);
  assert.equal(ran.stdout.trim(), 'All of this sentence must arrive, once and whole.', ran.stderr);
  assert.equal(ran.code, 0);
});

/** One red pixel. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

function inputOf(request: ReceivedRequest | undefined): JsonObject[] {
  return toArray(request?.body['input']).map(toObject);
}

/** Every call is followed by its result before any other item. */
function assertPaired(requests: readonly ReceivedRequest[]): void {
  let pairs = 0;
  for (const request of requests) {
    const items = inputOf(request);
    for (const [i, item] of items.entries()) {
      if (item['type'] !== 'function_call') continue;
      const rest = items.slice(i + 1).filter(({ type }) => type !== 'function_call');
      const results = rest.slice(0, items.filter(({ type }) => type === 'function_call').length);
      assert.ok(
        results.some(({ type, call_id: id }) => type === 'function_call_output' && id === item['call_id']),
      );
      pairs++;
    }
  }
  assert.ok(pairs > 0, 'no tool call came back in any history');
}

/** Each request of a tool loop begins with the items of the previous one, so that the upstream's cache applies. */
function assertPrefixes(requests: readonly ReceivedRequest[]): void {
  const loop = requests.map(inputOf).filter((items) => items.length > 1);
  for (const [i, items] of loop.entries()) {
    const before = loop[i - 1];
    if (before) assert.deepEqual(items.slice(0, before.length), before);
  }
}
