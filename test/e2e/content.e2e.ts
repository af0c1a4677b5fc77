/** Images, documents and sub-agents with the real Claude Code, over chat and messages. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import { toArray, toObject, toText, type JsonObject } from '../../lib/json.ts';
import { sandbox } from './client.ts';
import { pdf, png } from './files.ts';
import { inTurn, launch } from './launched.ts';
import { messagesOf, openCode, posts } from './upstream.ts';

const zen = (emulator: Emulator, model: string): object => openCode(emulator, 'opencode-zen', model);

/** One model for each format that accepts images and documents. */
const visionModels = { chat: 'glm-5.3-flash', messages: 'claude-sonnet-5' } as const;

/** The model reads a file in the working folder, then answers "Seen." Resolves to the messages of the last request. */
async function reading(
  name: string,
  data: string,
  config: (emulator: Emulator) => object,
): Promise<JsonObject[]> {
  await using box = sandbox();
  const file = join(box.work, name);
  writeFileSync(file, Buffer.from(data, 'base64'));
  const script = inTurn([[call('Read', { file_path: file })], [say('Seen.')]]);
  await using emulator = await startEmulator({ script });
  const ran = await launch(box, config(emulator), '-p', `What is in ${name}?`);
  assert.equal(ran.stdout.trim(), 'Seen.', ran.stderr);
  assert.equal(ran.code, 0);
  assert.equal(posts(emulator).length, 2);
  return messagesOf(posts(emulator).at(-1));
}

test('chat: an image in a tool result is sent unchanged after the result', async () => {
  const messages = await reading('dot.png', png, (emulator) => zen(emulator, visionModels.chat));
  const [result, shown] = messages.slice(-2);
  assert.equal(result?.['role'], 'tool');
  assert.equal(result['content'], '[1 image or file follows in the next user message]');
  assert.equal(shown?.['role'], 'user');
  const [label, image] = toArray(shown['content']).map(toObject);
  assert.match(toText(label?.['text']), /^\[from the result of Read, call call_\w+\]$/);
  assert.deepEqual(image, { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } });
});

test('messages: an image in a tool result is sent unchanged inside the result', async () => {
  const messages = await reading('dot.png', png, (emulator) => zen(emulator, visionModels.messages));
  assert.deepEqual(resultIn(messages), [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
  ]);
});

test('chat: a model without vision gets a description instead of an image', async () => {
  const messages = await reading('dot.png', png, (emulator) => zen(emulator, 'glm-5.3'));
  assert.match(
    toText(messages.at(-1)?.['content']),
    /^\[image: image\/png, \d+ bytes, not shown: this model reads text only\]$/,
  );
});

test('chat: a PDF follows its result as a file, if the model accepts PDFs', async () => {
  const messages = await reading('page.pdf', pdf, (emulator) => zen(emulator, visionModels.chat));
  const file = toArray(messages.at(-1)?.['content']).map(toObject).at(-1);
  const data = `data:application/pdf;base64,${pdf}`;
  assert.deepEqual(file, { type: 'file', file: { filename: 'document.pdf', file_data: data } });
});

test('messages: a PDF is sent inside its result', async () => {
  const messages = await reading('page.pdf', pdf, (emulator) => zen(emulator, visionModels.messages));
  const document = resultIn(messages).at(-1);
  assert.deepEqual(document, {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: pdf },
  });
});

for (const [format, provider, model] of [
  ['chat', 'opencode-zen', 'kimi-k3'],
  ['messages', 'opencode-go', 'minimax-m3'],
] as const) {
  test(`${format}: a model without PDF support gets a description instead of the PDF`, async () => {
    const messages = await reading('page.pdf', pdf, (emulator) => openCode(emulator, provider, model));
    const content = JSON.stringify(messages.at(-1)?.['content']);
    assert.match(content, /\[document: application\/pdf, \d+ bytes, not shown: this model cannot read it\]/);
    assert.ok(!content.includes(pdf));
  });
}

for (const [format, model] of Object.entries(visionModels)) {
  test(`${format}: a sub-agent has its own session, and its report reaches the main agent`, async () => {
    await using box = sandbox();
    const task = { description: 'Count', prompt: 'How many sheep?', subagent_type: 'general-purpose' };
    const isFromAgent = ({ conversation }: ReceivedRequest): boolean => conversation.prompt === task.prompt;
    const bashInput = { command: 'echo seven', description: 'Count them' };
    const agent = inTurn([[call('Bash', bashInput)], [say('There are seven sheep.')]]);
    const script = inTurn(
      [[call('Agent', { ...task, run_in_background: false })], [say('Seven, says the agent.')]],
      (request) => (isFromAgent(request) ? agent(request) : undefined),
    );
    await using emulator = await startEmulator({ script });
    const tools = 'Agent,Bash(echo:*)';
    const ran = await launch(box, zen(emulator, model), '-p', 'Count the sheep.', '--allowedTools', tools);
    assert.equal(ran.stdout.trim(), 'Seven, says the agent.', ran.stderr);
    const requests = posts(emulator);
    assert.deepEqual(requests.map(isFromAgent), [false, true, true, false]);
    assert.equal(requests[2]?.conversation.done[0]?.result?.text.trim(), 'seven');
    const [report] = requests[3]?.conversation.done ?? [];
    assert.match(report?.result?.text ?? '', /There are seven sheep\./);
    assert.equal(report?.result?.failed, false);
    const sessions = requests.map(({ headers }) => headers['x-opencode-session']);
    assert.notEqual(sessions[1], sessions[0], 'the agent has its own session');
    assert.deepEqual([sessions[2], sessions[3]], [sessions[1], sessions[0]]);
  });
}

/** The content blocks of the tool result in the last message. */
function resultIn(messages: readonly JsonObject[]): JsonObject[] {
  const [result] = toArray(messages.at(-1)?.['content']).map(toObject);
  assert.equal(result?.['type'], 'tool_result');
  return toArray(result['content']).map(toObject);
}
