/** Chat requests: thinking, sampling and the output limit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagSignature, originOf } from '../../../lib/anthropic/provenance.ts';
import type { RequestMessage } from '../../../lib/anthropic/request.ts';
import type { WireRoute } from '../../../lib/wire/formats.ts';

import {
  assistant,
  call,
  chatRoutes,
  image,
  result,
  routeOf,
  thought,
  user,
} from '../../support/requests.ts';
import { assistants, encode, sent, thinking, tool, type Fields } from '../../support/chat/encode.ts';

const { deepseek, kimi } = chatRoutes;
assert.ok(deepseek && kimi);

test('DeepSeek gets reasoning or a placeholder on every assistant message once one has reasoning', () => {
  const talk = [
    user('a'),
    assistant('one'),
    user('b'),
    assistant(thought('hm', 'sig'), call('x')),
    user(result('x', 'r')),
  ];
  const reasoning = (messages: RequestMessage[], fields: Fields, route: WireRoute): unknown[] =>
    assistants(sent(messages, fields, route)).map((message) => message.reasoning_content);
  assert.deepEqual(reasoning(talk, {}, deepseek), [' ', 'hm']);
  assert.deepEqual(reasoning(talk.slice(0, 3), { thinking }, deepseek), [' ']);
  assert.deepEqual(reasoning(talk.slice(0, 3), { thinking: { type: 'disabled' } }, deepseek), [undefined]);
  assert.deepEqual(reasoning(talk, { thinking }, kimi), [undefined, 'hm']);
  assert.deepEqual(reasoning([user('a'), assistant(call('x')), user(result('x', 'r'))], { thinking }, kimi), [
    ' ',
  ]);
  assert.deepEqual(reasoning(talk, { thinking }, routeOf()), [undefined, undefined]);
  assert.doesNotMatch(JSON.stringify(sent(talk, { thinking }, deepseek)), /sig/);
});

test('reasoning details are sent only to the upstream that created them (P10, P11)', () => {
  const details = [{ type: 'reasoning.encrypted', data: 'abc', index: 0 }];
  const here = routeOf();
  const talk = (origin: WireRoute): RequestMessage[] => [
    user('a'),
    assistant(
      thought('hm', tagSignature(origin, JSON.stringify(details))),
      { type: 'redacted_thinking', data: 'zzz' },
      'yes',
    ),
    user('b'),
  ];
  assert.deepEqual(assistants(sent(talk(here), {}, here))[0]?.reasoning_details, details);
  const elsewhere = routeOf({ modelId: 'other' });
  assert.notEqual(originOf(here), originOf(elsewhere));
  const message = assistants(sent(talk(elsewhere), {}, here))[0];
  assert.deepEqual(message, { role: 'assistant', content: 'yes' });
});

test('thinking and effort in each dialect', () => {
  const thinkingFields = (route: WireRoute, fields: Fields): unknown[] => {
    const body = encode([user('a')], fields, route);
    return [body.thinking?.type, body.reasoning_effort];
  };
  const medium = { thinking, output_config: { effort: 'medium' } };
  const off = { thinking: { type: 'disabled' as const } };
  const type = routeOf({ quirks: { thinking: 'type' } });
  const hy = routeOf({ efforts: ['none', 'low', 'high'], quirks: { thinking: 'effort' } });
  assert.deepEqual(thinkingFields(routeOf({ efforts: ['low'] }), medium), [undefined, undefined]);
  assert.deepEqual(thinkingFields(deepseek, medium), ['enabled', 'high']);
  assert.deepEqual(thinkingFields(deepseek, { thinking, output_config: { effort: 'xhigh' } }), [
    'enabled',
    'max',
  ]);
  assert.deepEqual(thinkingFields(deepseek, { ...off, output_config: { effort: 'max' } }), [
    'disabled',
    undefined,
  ]);
  assert.deepEqual(
    thinkingFields(deepseek, { output_config: { effort: 'max' } }),
    ['disabled', undefined],
    'no field means no thinking',
  );
  assert.deepEqual(thinkingFields(deepseek, { thinking: { type: 'enabled', budget_tokens: 40_000 } }), [
    'enabled',
    'max',
  ]);
  assert.deepEqual(thinkingFields(kimi, medium), [undefined, 'high']);
  assert.deepEqual(thinkingFields(kimi, off), [undefined, 'low'], 'thinking cannot be disabled');
  assert.deepEqual(thinkingFields(hy, off), [undefined, 'none']);
  assert.deepEqual(thinkingFields(hy, { thinking }), [undefined, undefined], 'its own default');
  assert.deepEqual(thinkingFields(type, medium), ['enabled', undefined]);
  assert.deepEqual(thinkingFields(type, off), ['disabled', undefined]);
  const always = routeOf({ quirks: { thinking: 'type', thinkingAlwaysOn: true } });
  assert.deepEqual(thinkingFields(always, off), [undefined, undefined]);
});

test('the configuration overrides the client', () => {
  const route = routeOf({
    temperature: 0.2,
    maxTokens: 4096,
    reasoningEffort: 'max',
    thinking: { type: 'enabled' },
    efforts: ['high', 'max'],
    quirks: { thinking: 'type_and_effort' },
  });
  const body = encode(
    [user('a')],
    { temperature: 1, thinking: { type: 'disabled' }, output_config: { effort: 'low' } },
    route,
  );
  assert.deepEqual(
    [body.temperature, body.max_tokens, body.thinking, body.reasoning_effort],
    [0.2, 4096, { type: 'enabled' }, 'max'],
  );
  const own = routeOf({ reasoningEffort: 'ultra', quirks: { thinking: 'effort' } });
  assert.equal(encode([user('a')], {}, own).reasoning_effort, 'ultra');
  const disabled = routeOf({ thinking: { type: 'disabled' }, quirks: { thinking: 'type' } });
  assert.deepEqual(encode([user('a')], { thinking }, disabled).thinking, { type: 'disabled' });
});

test('sampling and stop sequences follow the restrictions of the model', () => {
  const requested = { temperature: 0.5, top_p: 0.9, top_k: 4, stop_sequences: ['a', '', 'b', 'c', 'd', 'e'] };
  const body = encode([user('a')], requested);
  assert.deepEqual(
    [body.temperature, body.top_p, body.top_k, body.stop],
    [0.5, 0.9, undefined, ['a', 'b', 'c', 'd']],
  );
  const fixed = encode([user('a')], requested, kimi);
  assert.deepEqual([fixed.temperature, fixed.top_p], [1, 0.95]);
  const none = encode(
    [user('a')],
    requested,
    routeOf({ quirks: { temperature: 'omit', topP: 'omit', topK: 'free' } }),
  );
  assert.deepEqual([none.temperature, none.top_p, none.top_k], [undefined, undefined, 4]);
});

test('the output limit is the lowest of all limits', () => {
  const bound = (route: WireRoute, fields: Fields): unknown => encode([user('a')], fields, route).max_tokens;
  assert.equal(bound(routeOf({ maxOutputTokens: 8192 }), { max_tokens: 128_000 }), 8192);
  assert.equal(bound(routeOf({ maxTokens: 4096 }), { max_tokens: 128_000 }), 4096);
  assert.equal(bound(routeOf({ maxTokens: 4096 }), { max_tokens: 64 }), 64);
  const other = routeOf({ quirks: { maxTokensField: 'max_completion_tokens' } });
  assert.equal(encode([user('a')], { max_tokens: 9 }, other).max_completion_tokens, 9);
  const small = routeOf({ contextWindow: 40_000, maxOutputTokens: 40_000 });
  const long = encode([user('word '.repeat(12_000))], { max_tokens: 32_000 }, small).max_tokens ?? 0;
  assert.ok(long > 10_000 && long < 25_000, String(long));
  assert.equal(encode([user('word '.repeat(60_000))], { max_tokens: 32_000 }, small).max_tokens, 1024);
  assert.ok(
    (encode([user(image('A'.repeat(9_000_000)))], { max_tokens: 32_000 }, small).max_tokens ?? 0) > 30_000,
  );
});

test('the effort with tools: as usual, left out, or none (litellm#34569)', () => {
  const effort = (effortWithTools: 'free' | 'omit' | 'none', fields: Fields): unknown =>
    encode(
      [user('a')],
      { thinking, output_config: { effort: 'high' }, ...fields },
      routeOf({ efforts: ['low', 'high'], quirks: { thinking: 'effort', effortWithTools } }),
    ).reasoning_effort;
  assert.deepEqual(
    (['free', 'omit', 'none'] as const).map((rule) => effort(rule, { tools: [tool] })),
    ['high', undefined, 'none'],
  );
  assert.deepEqual(
    (['free', 'omit', 'none'] as const).map((rule) => effort(rule, {})),
    ['high', 'high', 'high'],
  );
  assert.equal(effort('none', { tools: [tool], thinking: { type: 'disabled' } }), 'none');
});
