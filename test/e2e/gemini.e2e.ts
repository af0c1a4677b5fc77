/** The real Claude Code on a model in Google's format, and the requests that the upstream receives. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, callTogether, say, think, type Script } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import { toText } from '../../lib/json.ts';
import type { GeminiPart, GeminiRequest } from '../../lib/wire/gemini/types.ts';
import { brokenRules } from '../support/gemini/rules.ts';
import { occ, realClaude, run, sandbox, type Ran, type Sandbox } from './client.ts';
import { key, posts } from './upstream.ts';

const claude = await realClaude();
const model = 'gemini-3.1-pro';

function configFor({ url }: Emulator): object {
  const google = { wire_format: 'gemini', base_url: `${url}/v1beta`, api_key: key };
  return {
    providers: { google },
    models: { default: { provider: 'google', model_id: model, context_window: 1_048_576, vision: true } },
  };
}

async function launch(box: Sandbox, emulator: Emulator, ...args: string[]): Promise<Ran> {
  const env = { ...box.env, PATH: `${join(claude, '..')}:${box.env['PATH']}` };
  const config = box.configure(configFor(emulator));
  return run(process.execPath, [occ, 'launch', '--config', config, ...args], { cwd: box.work, env });
}

/** Answers with the scripts in order, instead of the emulator's own agent. */
function scripted(...scripts: Script[]): () => Script {
  let n = 0;
  return () => scripts[n++] ?? [say('(no more)')];
}

function bodyOf({ body }: ReceivedRequest): GeminiRequest {
  return body as unknown as GeminiRequest;
}

const modelParts = (request: ReceivedRequest): GeminiPart[] =>
  bodyOf(request).contents.flatMap(({ role, parts }) => (role === 'model' ? parts : []));

function assertLawful(requests: readonly ReceivedRequest[]): void {
  for (const request of requests) assert.deepEqual(brokenRules(bodyOf(request)), []);
}

test('a plain answer, requested in Google’s format', async () => {
  await using box = sandbox();
  await using google = await startEmulator({ script: scripted([think('Hm.'), say('A plain answer.')]) });
  const ran = await launch(box, google, '-p', 'hi');
  // The signature after the last text must not become the last block, because the client prints the last block.
  assert.equal(ran.stdout.trim(), 'A plain answer.', ran.stderr);
  assert.equal(ran.code, 0);
  const [request, ...more] = posts(google);
  assert.ok(request && more.length === 0);
  assert.equal(request.path, `/v1beta/models/${model}:streamGenerateContent`);
  assert.equal(request.query, 'alt=sse');
  assert.equal(request.headers['x-goog-api-key'], key);
  assert.deepEqual(request.keyHeaders, ['x-goog-api-key']);
  const { systemInstruction, generationConfig, tools } = bodyOf(request);
  assert.ok(!JSON.stringify(systemInstruction).includes('x-anthropic-billing-header'));
  assert.deepEqual(generationConfig?.thinkingConfig, { includeThoughts: true, thinkingLevel: 'HIGH' });
  assert.ok(tools?.some((tool) => 'functionDeclarations' in tool && tool.functionDeclarations.length > 5));
  assertLawful([request]);
});

test('Write, Read and Edit change the file on disk', async () => {
  await using box = sandbox();
  await using google = await startEmulator();
  const prompt = 'Write a file notes.txt that says first, then edit it. [emulator: edit-loop]';
  const ran = await launch(box, google, '-p', prompt, '--permission-mode', 'acceptEdits');
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  const calls = posts(google).at(-1)?.conversation.done ?? [];
  assert.deepEqual(
    calls.map(({ name }) => name),
    ['Write', 'Read', 'Edit', 'Read'],
  );
  assert.ok(
    calls.every(({ result }) => result && !result.failed),
    JSON.stringify(calls),
  );
  const [write, , edit] = calls;
  const before = toText(write?.input['content']);
  const after = before.replace(toText(edit?.input['old_string']), toText(edit?.input['new_string']));
  assert.equal(readFileSync(toText(write?.input['file_path']), 'utf8'), after);
  assert.notEqual(after, before);
  assertLawful(posts(google));
});

test('two tools called in parallel both run, and only the first call is signed', async () => {
  await using box = sandbox();
  await using google = await startEmulator();
  const ran = await launch(
    box,
    google,
    '-p',
    'Please. [emulator: parallel-tools 2]',
    '--allowedTools',
    'Bash(echo:*)',
  );
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /Bash answered: number 1\s+Bash answered: number 2/);
  const last = posts(google).at(-1);
  assert.ok(last);
  const calls = modelParts(last).filter(({ functionCall }) => functionCall);
  assert.deepEqual(
    calls.map(({ thoughtSignature }) => thoughtSignature !== undefined),
    [true, false],
  );
  assertLawful(posts(google));
});

test('thoughts and signatures are sent back on the same parts', async () => {
  await using box = sandbox();
  await using google = await startEmulator({
    script: scripted(
      [think('I should look.', 'U0lHLUE='), call('Bash', { command: 'echo one' }, 'call_1')],
      [
        say('And now two at once.'),
        callTogether(
          { name: 'Bash', input: { command: 'echo two' }, id: 'call_2' },
          { name: 'Bash', input: { command: 'echo three' }, id: 'call_3' },
        ),
      ],
      [think('Done.'), say('All seen.')],
      [say('As before.')],
    ),
  });
  const first = await launch(box, google, '-p', 'hi', '--allowedTools', 'Bash(echo:*)');
  assert.equal(first.stdout.trim(), 'All seen.', first.stderr);
  const second = await launch(box, google, '-c', '-p', 'again');
  assert.equal(second.stdout.trim(), 'As before.', second.stderr);
  const requests = posts(google);
  assert.equal(requests.length, 4);
  const [, afterOne, afterTwo, later] = requests;
  assert.ok(afterOne && afterTwo && later);
  const turnOne = [
    'thought I should look.',
    'thought  signed U0lHLUE=',
    'call_1 echo one signed by answer 1',
  ];
  const turnTwo = ['And now two at once.', 'call_2 echo two signed by answer 2', 'call_3 echo three'];
  assert.deepEqual(modelParts(afterOne).map(describePart), turnOne);
  assert.deepEqual(modelParts(afterTwo).map(describePart), [...turnOne, ...turnTwo]);
  // The signature of a final text is lost, because the client has no place for it.
  assert.deepEqual(modelParts(later).map(describePart), [
    ...turnOne,
    ...turnTwo,
    'thought Done.',
    'All seen.',
  ]);
  assertLawful(requests);
});

/** Describes a part; a signature is described by the emulator's answer it belongs to. */
function describePart({ text, thought, functionCall, thoughtSignature }: GeminiPart): string {
  const content = functionCall ? `${functionCall.id} ${toText(functionCall.args['command'])}` : text;
  if (thoughtSignature === undefined) return `${thought ? 'thought ' : ''}${content}`;
  const [, answer] = /^emulator \w+(\d{4})$/.exec(atob(thoughtSignature)) ?? [];
  return `${thought ? 'thought ' : ''}${content} signed ${answer ? `by answer ${Number(answer)}` : thoughtSignature}`;
}
