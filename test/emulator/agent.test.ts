/** Tests the agent's answers. Each conversation is read in Messages, and in the other formats through occ's encoders. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tagSignature } from '../../lib/anthropic/provenance.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { toRoute } from '../../lib/catalog/routes.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { decide } from '../../lib/emulator/agent.ts';
import type { Conversation } from '../../lib/emulator/conversation.ts';
import { readChatRequest } from '../../lib/emulator/formats/chat-request.ts';
import { readGeminiRequest } from '../../lib/emulator/formats/gemini-request.ts';
import { readMessagesRequest } from '../../lib/emulator/formats/messages-request.ts';
import { readResponsesRequest } from '../../lib/emulator/formats/responses-request.ts';
import { join, type Step } from '../../lib/emulator/script.ts';
import { emulatorSettings } from '../../lib/emulator/settings.ts';
import { toObject, type JsonObject } from '../../lib/json.ts';
import { chat } from '../../lib/wire/chat/index.ts';
import { gemini } from '../../lib/wire/gemini/index.ts';
import { responses } from '../../lib/wire/responses/index.ts';

const { settings } = await loadSettings({ env: {}, home: '/nowhere' });
const trial = emulatorSettings(settings, 'http://127.0.0.1:1');
const provider = trial.providers['emulator'];
const entry = trial.models['default'];
assert.ok(provider && entry);
const route = toRoute(entry, provider);
const geminiRoute = toRoute({ ...entry, wire_format: 'gemini' }, provider);
const responsesRoute = toRoute({ ...entry, wire_format: 'responses' }, provider);

const schema = (...required: string[]): object => ({
  type: 'object',
  properties: Object.fromEntries(required.map((name) => [name, { type: 'string' }])),
  required,
});
const write = { name: 'Write', input_schema: schema('file_path', 'content') };
const read = { name: 'Read', input_schema: schema('file_path') };
const edit = { name: 'Edit', input_schema: schema('file_path', 'old_string', 'new_string') };
const bash = { name: 'Bash', input_schema: schema('command') };
const tools = [write, read, edit, bash];

/** As in Claude Code 2.1.330. */
const environment = '# Environment\n - Primary working directory: /home/user/project\n - Platform: linux';
const file = '/home/user/project/hello.txt';

type Message = MessagesRequest['messages'][number];
const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
let calls = 0;
/** A call and its result, as the client sends them back. */
function did(name: string, input: object, content: string, failed = false): Message[] {
  const id = `toolu_${++calls}`;
  return [
    { role: 'assistant', content: [{ type: 'tool_use', id, name, input }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content, is_error: failed }] },
  ];
}

function request(messages: Message[], more: Partial<MessagesRequest> = {}): MessagesRequest {
  return {
    model: 'm',
    max_tokens: 1000,
    system: [{ type: 'text', text: 'You are an agent.' }],
    messages: [...messages.slice(0, 1), { role: 'system', content: environment }, ...messages.slice(1)],
    tools,
    stream: true,
    ...more,
  };
}

/** A step as one line: `say …`, `call Name {…}`, `think …`. */
function describe(step: Step): string {
  switch (step.type) {
    case 'text':
      return `say ${join(step.text)}`;
    case 'thinking':
      return `think ${join(step.text)}`;
    case 'tools':
      return step.calls.map(({ name, input }) => `call ${name} ${JSON.stringify(input)}`).join(' + ');
    case 'wait':
      return `wait ${step.ms}`;
    case 'finish':
      return `finish ${step.reason} ${step.stopSequence ?? ''}`;
    case 'usage':
      return 'usage';
  }
}

function views(body: MessagesRequest): Record<string, Conversation> {
  const json = (value: unknown): JsonObject => toObject(JSON.parse(JSON.stringify(value)));
  return {
    messages: readMessagesRequest(json(body)),
    chat: readChatRequest(json(chat.encodeRequest(body, route))),
    responses: readResponsesRequest(json(responses.encodeRequest(body, responsesRoute))),
    gemini: readGeminiRequest(
      json(gemini.encodeRequest(body, geminiRoute)),
      new URL(gemini.url(geminiRoute)).pathname,
    ),
  };
}

const task = 'Write a file hello.txt that says hello, then read it back and tell me what it says';
const wrote = did('Write', { file_path: file, content: 'hello\n' }, `File created successfully at: ${file}`);
const readBack = did('Read', { file_path: file }, '1\thello\n2\t');
const notRead = did(
  'Write',
  { file_path: file, content: 'hello\n' },
  '<tool_use_error>File has not been read yet. Read it first before writing to it.</tool_use_error>',
  true,
);
const writes = `call Write {"file_path":"${file}","content":"hello\\n"}`;
const reads = `call Read {"file_path":"${file}"}`;

const seen = did('Read', { file_path: '/home/user/project/dot.png' }, '').map((message) =>
  message.role === 'assistant' ? message : withImage(message),
);

/** Replaces the only result of a message with an image. */
function withImage({ role, content }: Message): Message {
  const source = { type: 'base64', media_type: 'image/png', data: 'aGVsbG8=' };
  const [result] = typeof content === 'string' ? [] : content;
  assert.ok(result);
  return { role, content: [{ ...result, content: [{ type: 'image', source }] }] };
}

const cases: [string, MessagesRequest, RegExp | string][] = [
  [
    'an image that was read is a result, also if occ moved it to another message',
    request([user('Read dot.png and tell me what it says'), ...seen]),
    /^say I read .*dot\.png\. It says:/,
  ],
  ['a file is written first', request([user(task)]), writes],
  ['then read', request([user(task), ...wrote]), reads],
  [
    'then reported with its content',
    request([user(task), ...wrote, ...readBack]),
    /^say I wrote and read .*hello\.txt\. It says:\n\n> hello\n\n/,
  ],
  [
    'the report quotes the result, not what was written',
    request([user(task), ...wrote, ...did('Read', { file_path: file }, '1\tsomething else')]),
    /> something else\n/,
  ],
  ['an existing file is read before it is overwritten', request([user(task), ...notRead]), reads],
  ['and then written', request([user(task), ...notRead, ...readBack]), writes],
  ['and read again', request([user(task), ...notRead, ...readBack, ...wrote]), reads],
  [
    'gives up on a client that never allows the write',
    request([user(task), ...Array.from({ length: 5 }, () => notRead).flat()]),
    /gave up after 5 tool calls/,
  ],
  [
    'a refused call is reported',
    request([user(task), ...did('Write', { file_path: file }, 'You may not write there.', true)]),
    /^say Write did not work; the client said:\n\n> You may not write there\./,
  ],
  ['a new prompt starts a new task', request([user(task), ...wrote, ...readBack, user(task)]), writes],
  [
    'reminders are not prompts',
    request([user(task), ...wrote, user('<system-reminder>write a file other.txt</system-reminder>')]),
    reads,
  ],
  [
    'quoted text is the content of the file',
    request([user('Create notes.md with the text "one, two. three"')]),
    /notes\.md","content":"one, two\. three\\n"/,
  ],
  [
    'a file name after "called"',
    request([user('please make a file called Makefile containing all: build')]),
    /project\/Makefile","content":"all: build\\n"/,
  ],
  ['a file without a name or text', request([user('write a file')]), writes],
  [
    'a path below the directory is kept',
    request([user('save src/a.ts saying x')]),
    /\/home\/user\/project\/src\/a\.ts"/,
  ],
  [
    'a path outside the directory is reduced to its last part',
    request([user('write /etc/cron.txt that says x')]),
    /"\/home\/user\/project\/cron\.txt"/,
  ],
  [
    'so is a path to a parent directory',
    request([user('write ../../cron.txt that says x')]),
    /"\/home\/user\/project\/cron\.txt"/,
  ],
  ['only reading a file', request([user('What does hello.txt say?')]), reads],
  [
    'without a working directory no file is touched',
    { ...request([]), messages: [user(task)] },
    /did not say what its working directory is/,
  ],
  [
    'without tools it introduces itself',
    request([user(task)], { tools: [] }),
    /^say This is occ's built-in emulator, not a model/,
  ],
  [
    'so does it for other prompts',
    request([user('hi')]),
    /^say This is occ's built-in emulator, not a model[\s\S]*Try: /,
  ],
  [
    'the text of a result is not a prompt',
    request([user('hi'), ...did('Read', {}, task)]),
    /built-in emulator/,
  ],
  ['the edit loop starts', request([user('[emulator: edit-loop]')]), /^call Write .*emulator-edit\.txt/],
  [
    'the edit loop continues after its results',
    request([user('[emulator: edit-loop]'), ...wrote, ...readBack]),
    /^call Edit .*"old_string":"line two","new_string":"line two, edited"/,
  ],
  [
    'only the last prompt counts',
    request([user('[emulator: tool-first]'), ...did('Bash', {}, 'one'), user('hi')]),
    /built-in emulator/,
  ],
  [
    'a title',
    request([user('Write a file')], {
      tools: [],
      output_config: { format: { type: 'json_schema', schema: schema('title') } },
    }),
    'say {"title":"Emulator: Write a file"}',
  ],
  [
    'a title takes precedence over a situation',
    request([user('<session>[emulator: cut]</session>')], {
      tools: [],
      output_config: { format: { type: 'json_schema', schema: schema('title') } },
    }),
    'say {"title":"Emulator: emulator cut"}',
  ],
  [
    'classification of a call by severity',
    request([user('<transcript>\n')], { tools: [], stop_sequences: ['</severity>'] }),
    'say <severity>0; finish stop </severity>',
  ],
  [
    'classification of a call by blocking',
    request([user('<transcript>\n')], { tools: [], stop_sequences: ['</block>'] }),
    'say <block>no; finish stop </block>',
  ],
  [
    'the second stage of the classifier',
    request([user('<transcript>\n')], { tools: [], system: 'You are a security monitor for agents.' }),
    /<thinking>.*<block>no<\/block>/,
  ],
  [
    'a compaction',
    request([
      user(task),
      ...wrote,
      user('CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.\n<analysis> <summary>'),
    ]),
    /^say <summary>[\s\S]*<\/summary>$/,
  ],
  [
    'a compaction behind a prompt that was not answered',
    request([user(`${task}\nCRITICAL: Respond with TEXT ONLY. Do NOT call any tools.\n<summary>`)]),
    /^say <summary>[\s\S]*<\/summary>$/,
  ],
  [
    'structured output',
    request([user('give name')], { tools: [{ name: 'StructuredOutput', input_schema: schema('name') }] }),
    'call StructuredOutput {"name":"emulator"}',
  ],
];

for (const [name, body, expected] of cases) {
  for (const [format, conversation] of Object.entries(views(body))) {
    // Responses has no stop sequences, so the classifier's first stage cannot be recognised.
    if (format === 'responses' && body.stop_sequences) continue;
    test(`${name} (${format})`, () => {
      const { script = [] } = decide(conversation);
      const steps = script.map(describe).join('; ');
      if (typeof expected === 'string') assert.equal(steps, expected);
      else assert.match(steps, expected);
    });
  }
}

test('returned thinking is read in every format', () => {
  // Responses and Gemini receive only thinking of the same provider and format.
  for (const origin of [responsesRoute, geminiRoute]) {
    const thinking = { type: 'thinking', thinking: 'hm', signature: tagSignature(origin, 'sealed') };
    const messages: Message[] = [
      user('[emulator: thinking]'),
      { role: 'assistant', content: [thinking, { type: 'text', text: 'so' }] },
      user('[emulator: thinking]'),
    ];
    const seen = views(request(messages));
    // Chat receives thinking of any origin as reasoning, because the emulator's model has `replayReasoning`.
    for (const format of ['chat', 'messages', origin.format])
      assert.deepEqual(seen[format]?.thoughts, ['hm'], format);
  }
});

test('recorded requests of Claude Code are read correctly', () => {
  const fixture = (name: string): Conversation => {
    const text = readFileSync(new URL(`../fixtures/claude-requests/${name}.json`, import.meta.url), 'utf8');
    return readMessagesRequest(toObject(toObject(JSON.parse(text))['body']));
  };
  const loop = fixture('11-tool-loop-write-read-edit');
  assert.equal(loop.done.length, 3);
  assert.deepEqual(
    loop.done.map(({ name, result }) => [name, result?.failed]),
    [
      ['Write', false],
      ['Read', false],
      ['Edit', false],
    ],
  );
  assert.ok(loop.tools.some(({ name }) => name === 'Write'));
  assert.match(loop.prompt, /Do scenario multi$/);
  assert.deepEqual(fixture('37-automode-classifier-stage1-block').stops, ['</block>']);
  assert.ok(fixture('31-title-generation').schema);
  assert.equal(fixture('24-nonstreaming-fallback').stream, false);
});
