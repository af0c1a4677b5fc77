/** The emulator's agent works with the file tools of other clients than Claude Code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../lib/emulator/agent.ts';
import { readGeminiRequest } from '../../lib/emulator/formats/gemini-request.ts';
import { join } from '../../lib/emulator/script.ts';
import { toObject } from '../../lib/json.ts';

interface Client {
  name: string;
  /** The instructions in which the client names its directory. */
  says: string;
  tools: Record<string, readonly string[]>;
  calls: string[];
}

const clients: readonly Client[] = [
  {
    name: 'Gemini CLI',
    says: '<session_context>\nToday is a day.\n- **Workspace Directories:**\n  - /home/user/project\n</session_context>',
    tools: { write_file: ['file_path', 'content'], read_file: ['file_path', 'start_line'] },
    calls: [
      'write_file {"file_path":"/home/user/project/hello.txt","content":"hello\\n"}',
      'read_file {"file_path":"/home/user/project/hello.txt"}',
    ],
  },
  {
    name: 'opencode',
    says: '<system-reminder>Working directory: /home/user/project</system-reminder>',
    tools: { write: ['filePath', 'content'], read: ['filePath', 'offset'], edit: ['filePath', 'oldString'] },
    calls: [
      'write {"filePath":"/home/user/project/hello.txt","content":"hello\\n"}',
      'read {"filePath":"/home/user/project/hello.txt"}',
    ],
  },
  {
    name: 'a client with other tools',
    says: '<environment_context><cwd>/home/user/project</cwd></environment_context>',
    tools: { write_file: ['where', 'content'], shell: ['command'] },
    calls: [],
  },
];

for (const { name, says, tools, calls } of clients)
  test(name, () => {
    const contents: object[] = [
      {
        role: 'user',
        parts: [{ text: says }, { text: 'Write a file hello.txt that says hello, then read it back' }],
      },
    ];
    const body = {
      contents,
      tools: [
        {
          functionDeclarations: Object.entries(tools).map(([tool, fields]) => ({
            name: tool,
            parametersJsonSchema: {
              type: 'object',
              properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])),
            },
          })),
        },
      ],
    };
    const made: string[] = [];
    for (;;) {
      const answer = decide(readGeminiRequest(toObject(body), '/v1beta/models/m:streamGenerateContent'));
      const [step] = 'script' in answer ? (answer.script ?? []) : [];
      if (step?.type !== 'tools') {
        const said = step?.type === 'text' ? join(step.text) : '';
        assert.match(said, calls.length > 0 ? /wrote and read .*hello\.txt\. It says/ : /emulator/);
        break;
      }
      for (const call of step.calls) {
        made.push(`${call.name} ${JSON.stringify(call.input)}`);
        const id = `call_${made.length}`;
        contents.push(
          { role: 'model', parts: [{ functionCall: { id, name: call.name, args: call.input } }] },
          {
            role: 'user',
            parts: [{ functionResponse: { id, name: call.name, response: { output: 'hello' } } }],
          },
        );
      }
    }
    assert.deepEqual(made, calls);
  });
