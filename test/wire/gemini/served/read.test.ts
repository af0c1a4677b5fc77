/** Reads requests of clients of generateContent as Messages requests. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ContentBlock, MessagesRequest } from '../../../../lib/anthropic/request.ts';
import { read, refusedFor, say } from '../../../support/gemini/served.ts';

const requestOf = (body: object): MessagesRequest => read({ ...say('go'), ...body }).request;
const contents = (...list: object[]): MessagesRequest['messages'] =>
  read({ contents: list }).request.messages;
const blocksOf = (...parts: object[]): ContentBlock[] => contentOf(contents({ parts })[0]?.content);
const contentOf = (content: unknown): ContentBlock[] => content as ContentBlock[];
const config = (generationConfig: object): MessagesRequest => requestOf({ generationConfig });
const leftOf = (body: object): readonly string[] => read({ ...say('go'), ...body }).left;

describe('the path', () => {
  test('names the model, with slashes and colons, and says whether to stream', () => {
    for (const [id, model] of [
      ['gemini-x', 'gemini-x'],
      ['opencode-go/kimi-k3', 'opencode-go/kimi-k3'],
      ['opencode-go%2Fkimi-k3', 'opencode-go/kimi-k3'],
      ['ollama/qwen3:8b', 'ollama/qwen3:8b'],
      ['models%2Fgemini-x', 'gemini-x'],
    ] as const)
      assert.equal(read(say('go'), { model: id }).request.model, model);
    assert.equal(read(say('go')).request.stream, true);
    assert.equal(read(say('go'), { method: 'generateContent' }).request.stream, false);
  });

  test('a count may hold the whole request that it is about', () => {
    const inner = { model: 'models/x', ...say('count me'), systemInstruction: { parts: [{ text: 's' }] } };
    const counted = read({ generateContentRequest: inner }, { method: 'countTokens' });
    assert.deepEqual(counted.request.messages, [
      { role: 'user', content: [{ type: 'text', text: 'count me' }] },
    ]);
    assert.deepEqual(counted.request.system, [{ type: 'text', text: 's' }]);
    assert.equal(read(say('go'), { method: 'countTokens' }).request.messages.length, 1);
  });
});

describe('contents', () => {
  test('roles: user, model, function and none', () => {
    const messages = contents(
      { parts: [{ text: 'a' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: { n: 1 } } }] },
      { role: 'function', parts: [{ functionResponse: { name: 'f', response: { output: 'r' } } }] },
    );
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.equal(
      refusedFor({ contents: [{ role: 'assistant', parts: [{ text: 'a' }] }] }),
      'contents[0].role',
    );
  });

  test('the chunks of one answer are one text, and the parts of a question several', () => {
    const messages = contents(
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
      { role: 'model', parts: [{ text: 'Hel' }] },
      { role: 'model', parts: [{ text: 'lo' }, { text: '.' }] },
    );
    assert.deepEqual(
      messages.map(({ content }) => contentOf(content).map(({ text }) => text)),
      [['a', 'b'], ['Hello.']],
    );
  });

  test('a call and its response pair by id', () => {
    const messages = contents(
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'one', name: 'f', args: {} } },
          { functionCall: { id: 'two', name: 'f', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'two', name: 'f', response: { output: '2' } } },
          { functionResponse: { id: 'one', name: 'f', response: { error: 'broken' } } },
        ],
      },
    );
    assert.deepEqual(messages[1]?.content, [
      { type: 'tool_result', tool_use_id: 'two', content: [{ type: 'text', text: '2' }] },
      {
        type: 'tool_result',
        tool_use_id: 'one',
        content: [{ type: 'text', text: 'broken' }],
        is_error: true,
      },
    ]);
  });

  test('without ids, calls and responses pair by name and order, and longer conversations derive the same ids', () => {
    const talk = [
      { role: 'user', parts: [{ text: 'go' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'f', args: { n: 1 } } },
          { functionCall: { name: 'g', args: {} } },
          { functionCall: { name: 'f', args: { n: 2 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'g', response: { output: 'g' } } },
          { functionResponse: { name: 'f', response: { output: 'f1' } } },
          { functionResponse: { name: 'f', response: { output: 'f2' } } },
        ],
      },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: { n: 3 } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'f3' } } }] },
    ];
    const messages = contents(...talk);
    const ids = contentOf(messages[1]?.content).map(({ id }) => id);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(
      contentOf(messages[2]?.content).map(({ tool_use_id: id }) => id),
      [ids[1], ids[0], ids[2]],
    );
    const last = contentOf(messages[3]?.content)[0]?.['id'];
    assert.ok(!ids.includes(last));
    assert.equal(contentOf(messages[4]?.content)[0]?.['tool_use_id'], last);
    assert.deepEqual(contents(...talk.slice(0, 3)), messages.slice(0, 3));
  });

  test('a response that names an id belongs to a call without one', () => {
    const messages = contents(
      { role: 'model', parts: [{ functionCall: { name: 'f' } }] },
      { role: 'user', parts: [{ functionResponse: { id: 'x', name: 'f', response: {} } }] },
    );
    const [call] = contentOf(messages[0]?.content);
    const [result] = contentOf(messages[1]?.content);
    assert.equal(result?.['tool_use_id'], call?.['id']);
  });

  test('responses: text, an error, an object, media, and text beside them', () => {
    const blocks = blocksOf(
      { text: 'look' },
      {
        functionResponse: {
          id: 'a',
          name: 'f',
          response: { output: 'ok' },
          parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
        },
      },
      { functionResponse: { id: 'b', name: 'g', response: { result: [1, 2], n: null } } },
    );
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };
    assert.deepEqual(blocks, [
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'ok' }, image] },
      {
        type: 'tool_result',
        tool_use_id: 'b',
        content: [{ type: 'text', text: '{"result":[1,2],"n":null}' }],
      },
      { type: 'text', text: 'look' },
    ]);
  });

  test('media: images, documents, text files, URLs, and a note for the rest', () => {
    const blocks = blocksOf(
      { inlineData: { mimeType: 'image/jpg', data: 'a-_k' } },
      { inline_data: { mime_type: 'application/pdf', data: 'JVBERi0=', display_name: 'a.pdf' } },
      { inlineData: { mimeType: 'text/csv; charset=utf-8', data: btoa('a,b') } },
      { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' } },
      { inlineData: { mimeType: 'audio/mpeg', data: 'AAAA' } },
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
    );
    assert.deepEqual(
      blocks.map(({ type, source, text }) => (type === 'text' ? String(text).trim() : source)),
      [
        { type: 'base64', media_type: 'image/jpeg', data: 'a+/k' },
        { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
        { type: 'text', media_type: 'text/plain', data: 'a,b' },
        { type: 'url', url: 'https://example.com/a.png' },
        '[gs://bucket/a.pdf: application/pdf, not shown: this model cannot read it]',
        '[a file: audio/mpeg, not shown: this model cannot read it]',
        '```python\nprint(1)\n```',
      ],
    );
    assert.equal(blocks[1]?.['title'], 'a.pdf');
    assert.deepEqual(
      leftOf({
        contents: [
          {
            parts: [
              { inlineData: { mimeType: 'audio/mpeg', data: 'AA' }, videoMetadata: { fps: 1 } },
              { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x' } },
            ],
          },
        ],
      }),
      ['contents.parts.videoMetadata', 'contents.parts.inlineData', 'contents.parts.fileData'],
    );
  });

  test('thoughts without a signature are unsigned thinking', () => {
    const messages = contents({
      role: 'model',
      parts: [{ text: 'H', thought: true }, { text: 'm.', thought: true }, { text: 'Yes.' }],
    });
    assert.deepEqual(messages[0]?.content, [
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'text', text: 'Yes.' },
    ]);
  });
});

describe('system, tools and choice', () => {
  test('systemInstruction: a string, a content, a part, in snake case', () => {
    for (const body of [
      { systemInstruction: 'be brief' },
      { systemInstruction: { role: 'user', parts: [{ text: 'be brief' }] } },
      { system_instruction: { parts: { text: 'be brief' } } },
      { systemInstruction: { text: 'be brief' } },
    ])
      assert.deepEqual(requestOf(body).system, [{ type: 'text', text: 'be brief' }]);
  });

  test('both kinds of schema become the same JSON Schema', () => {
    const google = {
      type: 'OBJECT',
      properties: {
        list: { type: 'ARRAY', items: { type: 'STRING' }, minItems: '1' },
        kind: { type: 'STRING', format: 'enum', enum: ['a'], nullable: true },
        type: { anyOf: [{ type: 'INTEGER' }, { type: 'BOOLEAN' }] },
      },
      required: ['list'],
      propertyOrdering: ['list'],
    };
    const json = {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'string' }, minItems: 1 },
        kind: { type: ['string', 'null'], enum: ['a', null] },
        type: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
      },
      required: ['list'],
    };
    const schemas = (declared: object): unknown =>
      requestOf({ tools: [{ functionDeclarations: [{ name: 'f', ...declared }] }] }).tools?.[0]?.[
        'input_schema'
      ];
    assert.deepEqual(schemas({ parameters: google }), json);
    assert.deepEqual(schemas({ parametersJsonSchema: json }), json);
    assert.deepEqual(schemas({ parameters_json_schema: google }), json);
    assert.deepEqual(schemas({}), { type: 'object', properties: {} });
    assert.deepEqual(schemas({ parameters: { properties: { a: {} } } }), {
      type: 'object',
      properties: { a: {} },
    });
  });

  test('a search becomes the web search, and tools of Google’s servers are left out by name', () => {
    const body = { tools: [{ googleSearch: {} }, { urlContext: {} }, { code_execution: {} }] };
    assert.deepEqual(requestOf(body).tools, [{ type: 'web_search_20250305', name: 'web_search' }]);
    assert.deepEqual(leftOf(body), ['tools.urlContext', 'tools.codeExecution']);
  });

  test('the choice: modes and allowed functions', () => {
    const tools = [{ functionDeclarations: ['a', 'b', 'c'].map((name) => ({ name })) }];
    const chosen = (functionCallingConfig: object): unknown => {
      const request = requestOf({ tools, toolConfig: { functionCallingConfig } });
      return [request.tool_choice, request.tools?.map(({ name }) => name).join('')];
    };
    assert.deepEqual(chosen({ mode: 'AUTO' }), [{ type: 'auto' }, 'abc']);
    assert.deepEqual(chosen({ mode: 'VALIDATED' }), [{ type: 'auto' }, 'abc']);
    assert.deepEqual(chosen({ mode: 'none' }), [{ type: 'none' }, 'abc']);
    assert.deepEqual(chosen({ mode: 'ANY' }), [{ type: 'any' }, 'abc']);
    assert.deepEqual(chosen({ mode: 'ANY', allowedFunctionNames: ['b'] }), [
      { type: 'tool', name: 'b' },
      'abc',
    ]);
    assert.deepEqual(chosen({ mode: 'ANY', allowed_function_names: ['b', 'c'] }), [{ type: 'any' }, 'bc']);
    assert.deepEqual(chosen({}), [undefined, 'abc']);
    assert.equal(
      refusedFor({
        ...say('go'),
        tools,
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a', 'x'] } },
      }),
      'toolConfig.functionCallingConfig.allowedFunctionNames[1]',
    );
  });
});

describe('generationConfig', () => {
  test('sampling, limits and stop sequences, also in snake case and as strings', () => {
    const request = config({
      temperature: 0.5,
      top_p: '0.9',
      topK: 40,
      maxOutputTokens: 100,
      stopSequences: ['x', ''],
    });
    assert.equal(request.temperature, 0.5);
    assert.equal(request.top_p, 0.9);
    assert.equal(request.top_k, 40);
    assert.equal(request.max_tokens, 100);
    assert.deepEqual(request.stop_sequences, ['x']);
    assert.equal(config({ maxOutputTokens: 0 }).max_tokens, undefined);
  });

  test('thinking: levels are efforts, budgets stay budgets, and 0 turns it off', () => {
    const thinking = (thinkingConfig: object): unknown => {
      const request = config({ thinkingConfig });
      return [request.thinking, request.output_config?.effort];
    };
    assert.deepEqual(thinking({ thinkingBudget: 0 }), [{ type: 'disabled' }, undefined]);
    assert.deepEqual(thinking({ thinkingBudget: -1 }), [{ type: 'adaptive' }, undefined]);
    assert.deepEqual(thinking({ thinkingBudget: 8192 }), [
      { type: 'enabled', budget_tokens: 8192 },
      undefined,
    ]);
    assert.deepEqual(thinking({ thinkingBudget: 512 }), [
      { type: 'enabled', budget_tokens: 1024 },
      undefined,
    ]);
    assert.deepEqual(thinking({ thinkingLevel: 'low' }), [{ type: 'adaptive' }, 'low']);
    assert.deepEqual(thinking({ includeThoughts: true }), [{ type: 'adaptive' }, undefined]);
    assert.deepEqual(thinking({}), [undefined, undefined]);
  });

  test('what Gemini CLI sends with an ordinary turn is no request for the most thinking', () => {
    for (const thinkingConfig of [
      { includeThoughts: true, thinkingLevel: 'HIGH' },
      { includeThoughts: true, thinkingBudget: 8192 },
    ]) {
      const { thinking, output_config: output } = config({
        temperature: 1,
        topP: 0.95,
        topK: 64,
        thinkingConfig,
      });
      assert.ok(!['xhigh', 'max'].includes(output?.effort ?? ''));
      assert.ok(Number(thinking?.['budget_tokens'] ?? 0) < 32_000);
    }
  });

  test('the format of the answer: a schema of either kind, JSON of any shape, one of several values', () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } } };
    for (const fields of [
      { responseMimeType: 'application/json', responseJsonSchema: schema },
      {
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'OBJECT', properties: { a: { type: 'INTEGER' } } },
      },
      {
        response_mime_type: 'application/json',
        response_schema: { type: 'OBJECT', properties: { a: { type: 'INTEGER' } } },
      },
    ])
      assert.deepEqual(config(fields).output_config, { format: { type: 'json_schema', schema } });
    assert.match(
      JSON.stringify(config({ responseMimeType: 'application/json' }).system),
      /single JSON value/,
    );
    const values = { type: 'STRING', enum: ['yes', 'no'] };
    assert.match(
      JSON.stringify(config({ responseMimeType: 'text/x.enum', responseSchema: values }).system),
      /yes\\nno/,
    );
    assert.equal(config({ responseMimeType: 'text/plain' }).output_config, undefined);
  });

  test('fields without a place are named, without their values', () => {
    assert.deepEqual(
      leftOf({
        generationConfig: { seed: 5, presencePenalty: 1, speech_config: {} },
        safetySettings: [{ category: 'secret words' }],
        labels: { a: 'b' },
        'not a name': 1,
      }),
      [
        'safetySettings',
        'labels',
        'unknown',
        'generationConfig.seed',
        'generationConfig.presencePenalty',
        'generationConfig.speechConfig',
      ],
    );
  });
});

test('what no upstream can serve is refused, and so are wrong shapes, each with its path', () => {
  const go = say('go');
  for (const [body, param] of [
    [{}, 'contents'],
    [{ contents: [] }, 'contents'],
    [{ contents: 'hi' }, 'contents'],
    [{ contents: [5] }, 'contents[0]'],
    [{ contents: [{ parts: [] }] }, 'contents'],
    [{ contents: [{ parts: ['x'] }] }, 'contents[0].parts[0]'],
    [{ contents: [{ parts: [{ text: 5 }] }] }, 'contents[0].parts[0].text'],
    [{ contents: [{ parts: [{ functionCall: { name: 'f' } }] }] }, 'contents[0].parts[0].functionCall'],
    [
      { contents: [{ role: 'model', parts: [{ functionCall: {} }] }] },
      'contents[0].parts[0].functionCall.name',
    ],
    [
      { contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: [1] } }] }] },
      'contents[0].parts[0].functionCall.args',
    ],
    [{ contents: [{ parts: [{ inlineData: { data: 'x' } }] }] }, 'contents[0].parts[0].inlineData.mimeType'],
    [{ ...go, cachedContent: 'cachedContents/1' }, 'cachedContent'],
    [{ ...go, tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
    [{ ...go, tools: 5 }, 'tools'],
    [{ ...go, systemInstruction: 5 }, 'systemInstruction'],
    [{ ...go, generationConfig: { candidateCount: 2 } }, 'generationConfig.candidateCount'],
    [
      { ...go, generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } },
      'generationConfig.responseModalities',
    ],
    [{ ...go, generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
    [{ ...go, generationConfig: { maxOutputTokens: -1 } }, 'generationConfig.maxOutputTokens'],
    [
      { ...go, generationConfig: { thinkingConfig: { thinkingLevel: 'ULTRA' } } },
      'generationConfig.thinkingConfig.thinkingLevel',
    ],
  ] as const)
    assert.equal(refusedFor(body), param, JSON.stringify(body));
});
