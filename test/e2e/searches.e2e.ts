/** Web searches of the real Claude Code in every format: the upstream's request and the client's result. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, type Script } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import type { JsonObject } from '../../lib/json.ts';
import { sandbox, type Sandbox } from './client.ts';
import { inTurn, launch, logOf } from './launched.ts';
import { key, openCode, sse } from './upstream.ts';

interface Searched {
  /** The search request that the upstream received. */
  search: ReceivedRequest;
  /** The search result, as printed by the client. */
  result: string;
}

/** Lets the model search the web. The search request is answered with `found`. */
async function searching(
  box: Sandbox,
  found: Answer | Script,
  config: (emulator: Emulator) => object,
): Promise<Searched> {
  let search: ReceivedRequest | undefined;
  const script = inTurn(
    [
      [call('ToolSearch', { query: 'select:WebSearch', max_results: 1 })],
      [call('WebSearch', { query: 'what is occ' })],
    ],
    (request) => {
      const { done, prompt } = request.conversation;
      if (prompt.startsWith('Perform a web search')) {
        search = request;
        return found;
      }
      return done.length < 2 ? undefined : [say(`It says: ${done.at(-1)?.result?.text}`)];
    },
  );
  await using emulator = await startEmulator({ script });
  const ran = await launch(box, config(emulator), '-p', 'Look it up.', '--allowedTools', 'WebSearch');
  assert.equal(ran.code, 0, ran.stderr);
  assert.ok(search, ran.stdout);
  return { search, result: ran.stdout };
}

function transcript(name: string): Answer {
  return sse(readFileSync(new URL(`../fixtures/transcripts/${name}.sse`, import.meta.url), 'utf8'));
}

test('messages: Claude’s own search is used, and its results reach the client', async () => {
  await using box = sandbox();
  const page = {
    type: 'web_search_result',
    title: 'occ',
    url: 'https://occ.example/',
    encrypted_content: 'x',
  };
  const blocks: JsonObject[] = [
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'occ' } },
    { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [page] },
  ];
  const { search, result } = await searching(box, sse(answerOf(blocks, 'A proxy.')), (emulator) =>
    openCode(emulator, 'opencode-zen', 'claude-sonnet-5'),
  );
  assert.deepEqual(search.body['tools'], [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }]);
  assert.match(result, /https:\/\/occ\.example\//);
  assert.match(result, /A proxy\./);
});

test('chat: the system prompt says that there is no search, the answer reaches the client, and the log names the tool', async () => {
  await using box = sandbox();
  const answer = 'A web search is not available with this model.';
  const { search, result } = await searching(box, [say(answer)], (emulator) =>
    openCode(emulator, 'opencode-zen', 'glm-5.3-flash'),
  );
  assert.equal(search.body['tools'], undefined);
  assert.match(search.conversation.system, /Not available in this conversation: web_search\./);
  assert.ok(result.includes(answer), result);
  const logged = logOf(box).filter(({ serverTools }) => serverTools !== undefined);
  assert.deepEqual(
    logged.map(({ serverTools }) => serverTools),
    [['web_search']],
  );
});

test('responses: OpenAI’s own search is used, and its results reach the client', async () => {
  await using box = sandbox();
  const { search, result } = await searching(box, transcript('responses/web-search-cited'), ({ url }) => ({
    providers: { openai: { wire_format: 'responses', base_url: `${url}/v1`, api_key: key } },
    models: { default: { provider: 'openai', model_id: 'gpt-6-luna' } },
  }));
  assert.deepEqual(search.body['tools'], [{ type: 'web_search' }]);
  assert.match(result, /https:\/\/c\.example/);
  assert.match(result, /Found\./);
});

test('gemini: with the webSearch quirk Google’s search is used, and its results reach the client', async () => {
  await using box = sandbox();
  const quirks = { webSearch: true };
  const { search, result } = await searching(box, transcript('gemini/search-asked-for'), ({ url }) => ({
    providers: { google: { wire_format: 'gemini', base_url: `${url}/v1beta`, api_key: key } },
    models: {
      default: { provider: 'google', model_id: 'gemini-3.1-pro', context_window: 1_000_000, quirks },
    },
  }));
  assert.deepEqual(search.body['tools'], [{ googleSearch: {} }]);
  assert.match(result, /https:\/\/nodejs\.org\/en/);
  assert.match(result, /Node 24 is the LTS\./);
});

/** An Anthropic stream of an answer with these blocks and then a text. */
function answerOf(blocks: readonly JsonObject[], text: string): string {
  const event = (type: string, data: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
  const usage = { input_tokens: 10, output_tokens: 1 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], usage };
  const all = [...blocks, { type: 'text', text: '' }];
  return [
    event('message_start', { message: { ...message, stop_reason: null, stop_sequence: null } }),
    ...all.map((block, index) => {
      const textDelta = { index, delta: { type: 'text_delta', text } };
      const delta = block['type'] === 'text' ? event('content_block_delta', textDelta) : '';
      const start = event('content_block_start', { index, content_block: block });
      return start + delta + event('content_block_stop', { index });
    }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
    event('message_stop', {}),
  ].join('');
}
