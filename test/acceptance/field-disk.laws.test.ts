/**
 * Text on disk: a real host with its real state directory, upstreams that repeat the request in every place of an answer,
 * and every file that is there afterwards.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/sampled-test.ts';
import { openHost } from '../../lib/host/host.ts';
import type { Settings } from '../../lib/config/settings.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { modelOf, requestBody } from '../support/proxy.ts';
import { readTool } from '../support/reported.ts';
import { answerIn, events, json, scripted, type Responder } from '../support/scripted-upstream.ts';

/** What the request says, and what the model says. No word of either may be on disk. */
const plan = 'my secret plan zanzibar';
const answer = 'the hidden answer quixotry';
const words = /zanzibar|quixotry/i;

const chunk = (delta: object, finish: string | null = null): object => ({
  id: 'c',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const said = (message: string): object => ({ error: { message, type: 'invalid_request_error' } });

const formats: readonly WireFormat[] = ['chat', 'messages', 'responses', 'gemini'];
const everywhere: [string, Responder][] = [
  [
    'pydantic’s input_value, as reported',
    json(
      400,
      said(
        `1 validation error for ChatRequest\nmessages.0.content\n  Input should be a valid string [type=string_type, input_value='${plan}', input_type=str]`,
      ),
    ),
  ],
  [
    'FastAPI’s input',
    json(422, {
      detail: [
        {
          type: 'string_type',
          loc: ['body', 'messages', 0, 'content'],
          msg: 'Input should be a valid string',
          input: plan,
        },
      ],
    }),
  ],
  ['a quotation in the sentence', json(400, said(`Invalid content: "${plan}" is not allowed`))],
  ['without quotation marks', json(400, said(`could not parse ${plan} at line 1`))],
  ['as the name of a field', json(400, said(`Unknown parameter: '${plan.replaceAll(' ', '_')}'`))],
  ['as the param', json(400, { error: { message: 'bad', param: plan, code: plan, type: plan } })],
  [
    'as the path of a validator',
    json(422, { detail: [{ loc: ['body', 'tools', 0, plan], msg: 'Field required' }] }),
  ],
  ['as keys of an object', json(400, { error: { message: 'bad', details: { [plan]: { [answer]: 1 } } } })],
  [
    'in metadata.raw',
    json(400, {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: JSON.stringify(said(plan)), provider_name: plan },
      },
    }),
  ],
  [
    'in JSON inside a sentence',
    json(400, said(`litellm.BadRequestError: X - ${JSON.stringify(said(plan))}`)),
  ],
  [
    'in an allowance',
    json(
      429,
      { error: { type: 'GoUsageLimitError', message: plan }, metadata: { limitName: plan } },
      { 'retry-after': '90' },
    ),
  ],
  ['in a rate limit', json(429, { error: { type: plan, message: plan, code: plan } })],
  ['in a refused key', json(401, { error: { message: plan, code: 'invalid_api_key' } })],
  ['in a missing payment', json(402, { error: { message: `no credits for ${plan}` } })],
  [
    'in a missing model',
    json(404, { error: { message: `The model ${plan} does not exist`, code: 'model_not_found' } }),
  ],
  [
    'in a filter',
    json(400, {
      error: {
        message: plan,
        code: 'content_filter',
        innererror: { content_filter_result: { [plan]: true } },
      },
    }),
  ],
  [
    'in a model’s mistake',
    json(400, {
      error: { message: 'Failed to call a function.', code: 'tool_use_failed', failed_generation: answer },
    }),
  ],
  [
    'in an overflow',
    json(
      400,
      said(
        `This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens: ${plan}`,
      ),
    ),
  ],
  ['in a server error', json(500, said(plan))],
  [
    'in a page',
    (response) =>
      void response
        .writeHead(502, { 'content-type': 'text/html' })
        .end(`<html><head><title>${plan}</title></head><body>${answer}</body></html>`),
  ],
  ['in plain text', (response) => void response.writeHead(400, { 'content-type': 'text/plain' }).end(plan)],
  ['in headers', json(400, said('bad'), { 'x-request-id': plan, 'retry-after': plan, 'x-error': plan })],
  ['in an error inside a 200', json(200, said(plan))],
  ['in an event: error', events(`event: error\ndata: ${JSON.stringify(said(plan))}\n\n`)],
  ['in an event that is no JSON', events(`data: {"choices": ${plan}\n\n`)],
  [
    'in an event’s name and comments',
    events(`: ${plan}\nevent: ${plan}\nid: ${plan}\ndata: {"${plan}":1}\n\n`),
  ],
  ['in an error after content', events(chunk({ content: answer }), said(plan))],
  ['in an answer that breaks off', events(chunk({ content: answer }))],
  ['in a finish reason', events(chunk({ content: answer }), chunk({}, plan))],
  ['in a refusal of the model', events(chunk({ refusal: answer }), chunk({}, 'content_filter'))],
  [
    'in names and ids of calls',
    events(
      chunk({
        tool_calls: [
          { index: 0, id: plan, type: plan, function: { name: plan, arguments: `{"a":"${answer}"}` } },
        ],
      }),
      chunk({}, 'tool_calls'),
    ),
  ],
  [
    'in broken arguments',
    events(
      chunk({
        tool_calls: [{ index: 0, id: 'a', function: { name: 'Read', arguments: `{"a":"${answer}` } }],
      }),
      chunk({}, 'tool_calls'),
    ),
  ],
  [
    'in fields that nobody knows',
    events(
      chunk({ [plan]: answer, content: 'x', extra_content: { google: answer } }),
      chunk({}, 'stop'),
      'data: [DONE]\n\n',
    ),
  ],
  [
    'in usage',
    events(
      chunk({ content: 'x' }, 'stop'),
      { choices: [], usage: { prompt_tokens: plan, [plan]: 1, cost: answer } },
      'data: [DONE]\n\n',
    ),
  ],
  [
    'in model and id',
    events(
      {
        ...chunk({ content: 'x' }, 'stop'),
        model: plan,
        id: plan,
        system_fingerprint: answer,
        provider: plan,
      },
      'data: [DONE]\n\n',
    ),
  ],
  [
    'in a redirect',
    (response) =>
      void response
        .writeHead(302, { location: `https://example.com/${encodeURIComponent(plan)}/zanzibar` })
        .end(),
  ],
  [
    'in an encoding',
    (response) =>
      void response
        .writeHead(200, { 'content-encoding': 'zanzibar', 'content-type': 'text/event-stream' })
        .end(answer),
  ],
  [
    'in a content type',
    (response) => void response.writeHead(200, { 'content-type': 'zanzibar/plan' }).end(answer),
  ],
  ['in an answer that is good', events(chunk({ content: answer }), chunk({}, 'stop'), 'data: [DONE]\n\n')],
];

/** The request: the plan in the system prompt, in a turn, a thought, a call, a result, and the names of a tool. */
const body = (stream: boolean): Record<string, unknown> =>
  requestBody({
    stream,
    system: [{ type: 'text', text: plan }],
    metadata: { user_id: 'zanzibar' },
    tools: [
      readTool,
      {
        name: 'mcp__zanzibar',
        description: plan,
        input_schema: { type: 'object', properties: { zanzibar: { type: 'string', description: plan } } },
      },
    ],
    messages: [
      { role: 'user', content: plan },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: plan, signature: 'c2ln' },
          { type: 'text', text: plan },
          { type: 'tool_use', id: 'toolu_01', name: 'Read', input: { file_path: '/zanzibar' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_01', content: plan },
          { type: 'text', text: plan },
        ],
      },
    ],
  });

/** The settings with another name for the provider `emulator`, for which a host would start the emulator. */
function atLab(settings: Settings, level: 'info' | 'debug'): Settings {
  const { emulator, ...others } = settings.providers;
  const first = settings.models['default'];
  assert(emulator && first);
  return {
    ...settings,
    logging: { ...settings.logging, level },
    models: { default: { ...first, provider: 'lab' } },
    providers: { ...others, lab: { ...emulator, name: 'lab' } },
  };
}

/** Every file below a directory, with its text. */
async function filesIn(dir: string): Promise<[string, string][]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'utf8')]),
  );
}

for (const level of ['info', 'debug'] as const)
  for (const [name, respond] of everywhere)
    test(`text on disk: ${name}, level ${level}`, async (t) => {
      for (const format of formats) {
        await using over = await scripted({
          format,
          script: [respond, respond, respond, answerIn(format)],
          models: [
            modelOf('first', { wire_format: format }),
            modelOf('second', { wire_format: format, provider: 'other' }),
          ],
        });
        const stateDir = await mkdtemp(join(tmpdir(), 'occ-field-'));
        t.after(() => rm(stateDir, { recursive: true, force: true }));
        const host = await openHost({
          settings: atLab(over.settings, level),
          trial: false,
          host: '127.0.0.1',
          port: 0,
          token: 'a-token',
          stateDir,
          listenFailure: 1,
          onLogFailure: (reason) => assert.fail(reason),
        });
        try {
          for (const stream of [true, false]) {
            const response = await fetch(`${host.proxy.url}/v1/messages`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', 'x-api-key': 'a-token' },
              body: JSON.stringify(body(stream)),
            });
            await response.text();
          }
        } finally {
          await host.close(1000);
        }
        assert.ok(over.received.length > 0, 'the upstream was asked');
        const files = await filesIn(stateDir);
        assert.ok(
          files.some(([, text]) => text.includes('"attempt"')),
          'the log was written',
        );
        for (const [file, text] of files)
          assert.deepEqual(
            text.split('\n').filter((line) => words.test(line)),
            [],
            `${format}: ${file}`,
          );
      }
    });
