/** The reader over damaged and generated requests: it never fails in another way than with `Unservable`, and loses nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import type { MessagesRequest, RequestMessage } from '../../../../lib/anthropic/request.ts';
import type { JsonObject } from '../../../../lib/json.ts';
import { codecs } from '../../../../lib/wire/codecs.ts';
import { toRequest } from '../../../../lib/wire/messages/served/read.ts';
import { encodeResponsesRequest } from '../../../../lib/wire/responses/request.ts';
import { same } from '../../../../lib/wire/responses/served/same.ts';
import { responsesDecoder } from '../../../../lib/wire/responses/stream.ts';
import { Unservable } from '../../../../lib/wire/served.ts';
import { nastyText, runs } from '../../../support/arbitraries.ts';
import { clientContent } from '../../../support/client-content.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { routesOf } from '../../../support/fuzzed-requests.ts';
import { jsonDamage } from '../../../support/json-damage.ts';
import { assertSameContent } from '../../../support/same-content.ts';
import { lawful, printed, printerFor, readBody, saidIn } from '../../../support/responses/served.ts';
import { assistant, call, image, requestOf, result, system, user } from '../../../support/requests.ts';
import { responsesRoutes } from '../../../support/responses/encode.ts';
import { decoder, messageId, route, turn } from '../../../support/turns.ts';

/** What Codex 0.171 sends in the second turn, shortened, and one of everything else that a client may send. */
const bodies: JsonObject[] = [
  {
    model: 'gpt-x',
    stream: true,
    input: [
      {
        type: 'message',
        id: 'msg_1',
        role: 'developer',
        content: [{ type: 'input_text', text: 'You code.' }],
      },
      { type: 'message', id: 'msg_2', role: 'user', content: [{ type: 'input_text', text: 'say hi' }] },
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: 'occ1.Y2hhdC9wL20.x',
      },
      { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'c1' },
      {
        type: 'custom_tool_call',
        name: 'apply_patch',
        input: '*** Begin Patch',
        call_id: 'c2',
        status: 'completed',
      },
      { type: 'function_call_output', call_id: 'c1', output: 'a.txt' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'ok' }] },
    ],
    tools: [
      {
        type: 'function',
        name: 'exec_command',
        description: 'Runs.',
        strict: false,
        parameters: { type: 'object' },
      },
      {
        type: 'custom',
        name: 'apply_patch',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: x' },
      },
      { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'close', parameters: {} }] },
      { type: 'web_search', external_web_access: false },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { summary: 'auto' },
    store: false,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'k',
    client_metadata: { session_id: 's' },
  },
  {
    model: 'm',
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,iVBO' }] },
      {
        role: 'user',
        content: [{ type: 'input_file', filename: 'a', file_data: 'data:text/plain;base64,w6k=' }],
      },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      { type: 'web_search_call', id: 'ws', action: { query: 'q', sources: [{ url: 'https://a.test' }] } },
      { type: 'local_shell_call', call_id: 'c', action: { command: ['ls'] } },
      { type: 'local_shell_call_output', id: 'c', output: 'x' },
      { type: 'additional_tools', tools: [{ type: 'function', name: 'late' }] },
      { type: 'tool_search_output', call_id: 'd', tools: [{ type: 'function', name: 'later' }] },
      { type: 'compaction', encrypted_content: 'occ1.cmVzcG9uc2VzL3AvbQ.x' },
    ],
    tools: [
      { type: 'web_search', filters: { allowed_domains: ['a.test'] } },
      { type: 'mcp' },
      { type: 'local_shell' },
    ],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
    max_output_tokens: 99,
    temperature: 0.5,
    top_p: 0.5,
    text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' } } },
    reasoning: { effort: 'high' },
  },
];

/** The proxy refuses a body that is nested too deeply. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

const damaged = fc
  .tuple(
    fc.constantFrom(...bodies.map((body) => JSON.stringify(body))),
    fc.array(jsonDamage, { maxLength: 5 }),
  )
  .map(([body, damages]) => damages.reduce((so, damage) => damage(so), body));

test('a damaged request is refused in words, or can be encoded for every upstream', () => {
  let served = 0;
  fc.assert(
    fc.property(damaged, (text) => {
      const body = JSON.parse(text) as JsonObject;
      if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
      let request: MessagesRequest;
      try {
        const read = readBody(body);
        ({ request } = read);
        assert.ok(read.left.every((name) => name.length < 200));
      } catch (error) {
        if (isTooDeep(error)) return;
        assert(error instanceof Unservable, error instanceof Error ? error.stack : String(error));
        assert.ok(error.message.length < 600 && error.message.endsWith('.'), error.message);
        return;
      }
      served++;
      const error = { status: 500, type: 'api_error', message: 'x', requestId: 'r' } as const;
      lawful(printerFor(body).error(error));
      toRequest(request as unknown as JsonObject);
      for (const [format, routes] of Object.entries(routesOf))
        for (const to of routes) {
          const own = { ...turn(), request, given: { format: 'responses', body } };
          try {
            codecs[format as keyof typeof routesOf].encodeRequest(request, to, 's');
            if (format === 'responses') same.encodeRequest(body, own, to);
          } catch (thrown) {
            if (!isTooDeep(thrown)) throw thrown;
          }
        }
    }),
    runs,
  );
  assert.ok(served > 0);
});

const words = nastyText.filter((text) => text.trim() !== '' && !/\p{Surrogate}/u.test(text));
const input = fc.constantFrom({}, { n: [1, { é: null }] }, { file_path: '/a b', text: 'x\n🙂' });

/** Conversations of what both formats can say. */
const conversation = fc
  .array(
    fc.tuple(
      words,
      words,
      fc.array(fc.tuple(input, words, fc.boolean()), { maxLength: 3 }),
      fc.boolean(),
      words,
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((turns) =>
    turns.flatMap(([asked, said, calls, shows, noted], n): RequestMessage[] => [
      user(asked, ...(shows ? [image()] : [])),
      assistant(said, ...calls.map(([given], at) => call(`call_${n}_${at}`, given))),
      ...(calls.length > 0
        ? [user(...calls.map(([, output, failed], at) => result(`call_${n}_${at}`, output, failed)))]
        : []),
      ...(n > 0 && shows ? [system(noted)] : []),
    ]),
  );

test('round trip: what the codec asks of an upstream is read as the same conversation', () => {
  fc.assert(
    fc.property(conversation, words, (messages, prompt) => {
      const tools = ['Bash', 'Read'].map((name) => ({
        name,
        input_schema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      }));
      const request = requestOf(messages, { system: prompt, tools, tool_choice: { type: 'any' } });
      const { gpt } = responsesRoutes;
      const body = encodeResponsesRequest(request, gpt, 's') as unknown as JsonObject;
      const { request: back, left, conversation: named } = readBody(body);
      assert.deepEqual(left, []);
      assert.equal(named, 's');
      assert.deepEqual([back.tool_choice, back.max_tokens], [request.tool_choice, request.max_tokens]);
      // The format has no mark for a failed result, so that the words of the codec for it stay.
      const failed = (content: ReturnType<typeof clientContent>) => ({
        ...content,
        entries: content.entries.map((one) => (one.who === 'result' ? { ...one, failed: false } : one)),
      });
      assertSameContent('messages', failed(clientContent(request)), failed(clientContent(back)), true);
      const again = encodeResponsesRequest({ ...back, stream: true }, gpt, 's');
      assert.deepEqual(again.input, body['input'], 'and asked for again in the same words');
    }),
    runs,
  );
});

const piece = fc.oneof(
  nastyText.filter((text) => text !== '').map((text) => ({ type: 'text', text })),
  fc
    .tuple(
      nastyText.filter((text) => text !== ''),
      fc.constantFrom('sealed==', 'other=='),
    )
    .map(([thinking, signature]) => ({ type: 'thinking', thinking, signature })),
  fc
    .tuple(input, fc.nat(1e6))
    .map(([given, id]) => ({ type: 'tool_use', id: `call_${id}`, name: 'Bash', input: given })),
);

test('events, printed, and decoded by the codec, say the same', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(piece, { maxLength: 6, selector: (one) => ('id' in one ? one.id : one) }),
      (blocks) => {
        const message = { id: messageId, type: 'message', role: 'assistant', model: 'm', content: blocks };
        const whole = {
          ...message,
          stop_reason: blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn',
          usage: { input_tokens: 3, output_tokens: 4 },
        };
        const { events } = run(decoder('messages'), [utf8(JSON.stringify(whole))]);
        const text = printed(events);
        lawful(text);
        const origin = { ...route('responses'), provider: 'occ' };
        const back = run(responsesDecoder(origin, turn()), [utf8(text)]).events;
        const [sent, received] = [saidIn(events), saidIn(back)];
        assert.deepEqual({ ...received, signatures: [] }, { ...sent, signatures: [] });
        // The codec puts its own origin around each.
        const inner = received.signatures.map((one) => one.slice(one.indexOf('.', 'occ1.'.length) + 1));
        assert.deepEqual(inner, sent.signatures);
        assert.equal(foldMessage(back)?.usage.output_tokens, 4);
      },
    ),
    runs,
  );
});
