/** Tests where the breakpoints of the prompt cache are set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withBreakpoints } from '../../lib/anthropic/breakpoints.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';

const marker = { type: 'ephemeral' };
const text = (words: string, marks = {}) => ({ type: 'text', text: words, ...marks });

const request: MessagesRequest = {
  model: 'm',
  system: 'be brief',
  tools: [{ name: 'a' }, { name: 'b' }],
  messages: [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'first' },
    { role: 'user', content: [text('two'), text('and three')] },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'a', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'done' }] },
  ],
};

test('the tools, the system prompt and the last two messages of the user end with one', () => {
  assert.deepEqual(withBreakpoints(request), {
    ...request,
    system: [text('be brief', { cache_control: marker })],
    tools: [{ name: 'a' }, { name: 'b', cache_control: marker }],
    messages: [
      request.messages[0],
      request.messages[1],
      { role: 'user', content: [text('two'), text('and three', { cache_control: marker })] },
      request.messages[3],
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'c', content: 'done', cache_control: marker }],
      },
    ],
  });
});

test('a request with one of its own stays as it is', () => {
  const own = { ...request, system: [text('be brief', { cache_control: marker })] } as MessagesRequest;
  assert.equal(withBreakpoints(own), own);
  const inResult = {
    ...request,
    messages: [{ role: 'user' as const, content: [text('x', { cache_control: marker })] }],
  };
  assert.equal(withBreakpoints(inResult), inResult);
});

test('more than Anthropic’s API accepts give way to those that occ sets', () => {
  const marked = (count: number): MessagesRequest => ({
    ...request,
    messages: request.messages.with(2, {
      role: 'user',
      content: Array.from({ length: count }, () => text('x', { cache_control: marker })),
    }),
  });
  const four = marked(4);
  assert.equal(withBreakpoints(four), four);
  const content = Array.from({ length: 5 }, () => text('x'));
  const plain = { ...request, messages: request.messages.with(2, { role: 'user', content }) };
  assert.deepEqual(withBreakpoints(marked(5)), withBreakpoints(plain));
});

test('thinking is never marked, and empty content stays empty', () => {
  const messages = [{ role: 'user' as const, content: [text('x'), { type: 'thinking', thinking: 't' }] }];
  assert.deepEqual(withBreakpoints({ model: 'm', messages }).messages, [
    { role: 'user', content: [text('x', { cache_control: marker }), { type: 'thinking', thinking: 't' }] },
  ]);
  const empty = { model: 'm', messages: [{ role: 'user' as const, content: '' }] };
  assert.deepEqual(withBreakpoints(empty).messages, [{ role: 'user', content: [] }]);
});
