/** The emulator's agent with the tools of each client: it writes a file, reads it back, edits it and quotes what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../lib/emulator/agent.ts';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { CompletedCall, Conversation } from '../../lib/emulator/conversation.ts';
import { fileTools } from '../../lib/emulator/file-tools.ts';
import { readChatRequest } from '../../lib/emulator/formats/chat-request.ts';
import { readGeminiRequest } from '../../lib/emulator/formats/gemini-request.ts';
import { readMessagesRequest } from '../../lib/emulator/formats/messages-request.ts';
import { readResponsesRequest } from '../../lib/emulator/formats/responses-request.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Format } from '../support/turns.ts';
import type { ToolCall } from '../../lib/emulator/script.ts';
import { clientRequest, clientRequests } from '../support/client-requests.ts';

const file = '/home/user/project/notes.txt';

/** The calls that write and read it, and what each client says of the result. */
const expected: Record<string, { write: object; read: object; result: string; edits: boolean }> = {
  codex: {
    write: { name: 'exec_command', input: { cmd: `printf %s 'it'\\''s Jo'\\''s\n' > '${file}'` } },
    read: { name: 'exec_command', input: { cmd: `cat '${file}'` } },
    result:
      "Chunk ID: 9e4c31\nWall time: 0.0000 seconds\nProcess exited with code 0\nOriginal token count: 2\nOutput:\nit's Jo's\n",
    edits: false,
  },
  copilot: {
    write: { name: 'create', input: { path: file, file_text: "it's Jo's\n" } },
    read: { name: 'view', input: { path: file } },
    result: "it's Jo's\n",
    edits: true,
  },
  gemini: {
    write: { name: 'write_file', input: { file_path: file, content: "it's Jo's\n" } },
    read: { name: 'read_file', input: { file_path: file } },
    result: "it's Jo's\n",
    edits: true,
  },
  opencode: {
    write: { name: 'write', input: { filePath: file, content: "it's Jo's\n" } },
    read: { name: 'read', input: { filePath: file } },
    result: `<path>${file}</path>\n<type>file</type>\n<content>\n1: it's Jo's\n\n(End of file - total 1 lines)\n</content>`,
    edits: true,
  },
  pi: {
    write: { name: 'write', input: { path: file, content: "it's Jo's\n" } },
    read: { name: 'read', input: { path: file } },
    result: "it's Jo's\n",
    edits: true,
  },
  qwen: {
    write: { name: 'write_file', input: { file_path: file, content: "it's Jo's\n" } },
    read: { name: 'read_file', input: { file_path: file } },
    result: "it's Jo's\n",
    edits: true,
  },
};

const readers: Record<Format, (body: JsonObject, path: string) => Conversation> = {
  chat: readChatRequest,
  gemini: readGeminiRequest,
  messages: readMessagesRequest,
  responses: readResponsesRequest,
};

function conversationOf(client: string): Conversation {
  const captured = clientRequest(client, 'first-turn');
  return readers[captured.format](captured.body, captured.path);
}

function callOf(answer: Answer): ToolCall | undefined {
  const step = 'script' in answer ? answer.script[0] : undefined;
  return step?.type === 'tools' ? step.calls[0] : undefined;
}

const done = (call: object, text: string): CompletedCall =>
  ({ id: 'call_1', ...call, result: { text, failed: false } }) as CompletedCall;

test('every client is tested', () => {
  const clients = new Set(clientRequests().map(({ client }) => client));
  assert.deepEqual(Object.keys(expected), [...clients].toSorted());
});

for (const [client, { write, read, result, edits }] of Object.entries(expected)) {
  test(`${client}: writes, reads and reports`, () => {
    const prompt = 'Write a file notes.txt that says "it\'s Jo\'s", then read it back.';
    const conversation = { ...conversationOf(client), prompt };
    assert.deepEqual(callOf(decide(conversation)), write);
    const second = { ...conversation, done: [done(write, 'Wrote it.')] };
    assert.deepEqual(callOf(decide(second)), read);
    const answer = decide({ ...second, done: [...second.done, done(read, result)] });
    assert.match(
      JSON.stringify(answer),
      /I wrote and read \/home\/user\/project\/notes\.txt\. It says:\\n\\n> it's Jo's\\n\\n/,
    );
  });

  test(`${client}: ${edits ? 'edits' : 'has no tool to edit'}`, () => {
    const { edit } = fileTools(conversationOf(client).tools);
    assert.equal(edit !== undefined, edits);
    if (!edit) return;
    const { name, input } = edit(file, 'before', 'after');
    const schema = conversationOf(client).tools.find((tool) => tool.name === name)?.schema ?? {};
    const { required } = schema as { required: string[] };
    for (const parameter of required) assert.ok(parameter in Object(input), `${name} needs ${parameter}`);
    assert.match(JSON.stringify(input), /before.*after/);
  });
}

test('Qwen Code: its permission check is answered in its tool, and blocks nothing', () => {
  const { body } = clientRequest('qwen', 'permission-check');
  const answer = callOf(decide(readMessagesRequest(body)));
  assert.deepEqual(answer, { name: 'respond_in_schema', input: { shouldBlock: false } });
});
