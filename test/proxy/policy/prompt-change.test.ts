/** The change between two prompts is found and named by its part, whatever the format, and the shared beginning is measured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest, RequestMessage, TextBlock, Tool } from '../../../lib/anthropic/request.ts';
import { describeCause } from '../../../lib/proxy/policy/cache-causes.ts';
import { compare, type Comparison } from '../../../lib/proxy/policy/prompt-change.ts';
import { printPrompt, type PromptPrint } from '../../../lib/proxy/policy/prompt-print.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { assistant, requestOf, routeOf, text, user } from '../../support/requests.ts';
import { formats, type Format } from '../../support/turns.ts';

const tool = (name: string, more: object = {}): Tool => ({
  name,
  description: `does ${name}`,
  input_schema: { type: 'object', properties: { path: { type: 'string' }, depth: { type: 'number' } } },
  ...more,
});
const tools = [tool('Agent'), tool('Bash'), tool('Read'), tool('Write')];
const sentence = (at: number): string => `Rule ${at} says that the answer is to be short and kind. `;
const system = Array.from({ length: 60 }, (_, at) => sentence(at)).join('');
const talk: RequestMessage[] = [user('hello'), assistant('hi'), user(`do ${'it '.repeat(200)}`)];

function printOf(
  format: Format,
  more: Omit<Partial<MessagesRequest>, 'messages'> = {},
  messages = talk,
): PromptPrint {
  const route = routeOf({ format });
  const request = requestOf(messages, { system, tools, ...more });
  return printPrompt(
    codecs[route.format].prompt(codecs[route.format].encodeRequest(request, route, 's'), route),
  );
}

for (const format of formats) {
  const change = (
    more: Omit<Partial<MessagesRequest>, 'messages'>,
    messages = talk,
    before = printOf(format),
  ): Comparison => compare(before, printOf(format, more, messages));
  const said = (...args: Parameters<typeof change>): string => {
    const { change: found } = change(...args);
    return found ? describeCause(found) : 'none';
  };

  test(`${format}: a conversation that goes on, is repeated or gets shorter at its end has no change`, () => {
    const before = printOf(format);
    assert.deepEqual(change({}), { shared: before.length, cached: before.length });
    assert.deepEqual(change({}, [...talk, assistant('done'), user('and now?')]), {
      shared: before.length,
      cached: before.length,
    });
    const shorter = printOf(format, {}, talk.slice(0, 1));
    assert.deepEqual(compare(before, shorter), { shared: shorter.length, cached: shorter.length });
    // A mark for the cache moves with every turn.
    const mark = { cache_control: { type: 'ephemeral' as const } };
    const marked = [...talk.slice(0, 2), user({ ...text(`do ${'it '.repeat(200)}`), ...mark })];
    assert.equal(said({}, marked), 'none');
  });

  test(`${format}: tools`, () => {
    const [agent, bash, read, write] = tools as [Tool, Tool, Tool, Tool];
    assert.equal(said({ tools: [...tools, tool('WebFetch')] }), 'tools changed: +1 at the end (WebFetch)');
    const three = [tool('Cron'), tool('Kill'), tool('Monitor')];
    assert.equal(
      said({ tools: [agent, bash, read, ...three, write] }),
      'tools changed: +3 at place 4 (Cron, Kill, Monitor)',
    );
    assert.equal(said({ tools: [agent, read, write] }), 'tools changed: −1 (Bash)');
    assert.equal(said({ tools: [agent, read, bash, write] }), 'tools in another order from place 2 on');
    const properties = { depth: { type: 'number' }, path: { type: 'string' } };
    const reordered = { ...bash, input_schema: { type: 'object', properties } };
    assert.equal(said({ tools: [agent, reordered, read, write] }), 'tool Bash: schema changed');
    const described = { ...bash, description: 'does it today' };
    assert.equal(said({ tools: [agent, described, read, write] }), 'tool Bash: description changed');
    assert.equal(
      said({ tools: [agent, described, read, { ...write, description: 'x' }] }),
      'tools changed: Bash, Write',
    );
    // The tools before the change are shared, and nothing after it.
    const { shared } = change({ tools: [agent, bash, ...three, read, write] });
    const alone = printOf(format, { tools: [agent, bash] });
    const toolsAlone = alone.parts.filter(({ kind }) => kind === 'tool');
    assert.equal(
      shared,
      toolsAlone.reduce((sum, { length }) => sum + length, 0),
    );
  });

  test(`${format}: the place in the system text is found to 64 characters`, () => {
    const at = 812;
    const changed = `${system.slice(0, at)}!${system.slice(at + 1)}`;
    assert.equal(said({ system: changed }), 'system text changed between characters 768 and 832');
    const before = printOf(format);
    const { shared } = change({ system: changed });
    const inTools = before.parts
      .filter(({ kind }) => kind === 'tool')
      .reduce((sum, { length }) => sum + length, 0);
    assert.equal(shared, inTools + 768);
    assert.equal(
      said({ system: `${system} More.` }),
      `system text changed after character ${Math.floor(system.length / 64) * 64}`,
    );
  });

  test(`${format}: messages`, () => {
    const [first, second, third] = talk as [RequestMessage, RequestMessage, RequestMessage];
    assert.equal(said({}, [first, assistant('hi!'), third]), 'message 2 rewritten');
    assert.equal(said({}, [user('Hello'), second, third, assistant('x'), user('y')]), 'message 1 rewritten');
    const long = [...talk, assistant('a'), user('b'), assistant('c'), user('d')];
    assert.equal(
      said({}, [user('a summary'), assistant('ok'), user('go on')], printOf(format, {}, long)),
      'messages from 1 on replaced, 7 became 3 (the client compacted or went back)',
    );
    // A client may add to the last message.
    const grown = [...talk.slice(0, 2), user(`do ${'it '.repeat(200)}and more`)];
    const { shared, change: none } = change({}, grown);
    assert.equal(none, undefined);
    assert.ok(shared > printOf(format).length - 130);
  });
}

test('a change of the thinking setting is named for Anthropic, whose cache it empties from the messages on', () => {
  const before = printOf('messages', { thinking: { type: 'disabled' } });
  const route = { format: 'messages', quirks: { thinking: 'claude' } } as const;
  const printed = (thinking: MessagesRequest['thinking']): PromptPrint => {
    const full = routeOf(route);
    const request = requestOf(talk, { system, tools, ...(thinking && { thinking }) });
    return printPrompt(codecs.messages.prompt(codecs.messages.encodeRequest(request, full), full));
  };
  const found = compare(printed({ type: 'adaptive' }), printed({ type: 'disabled' }));
  assert.deepEqual(found.change, { kind: 'settings' });
  assert.ok(found.shared > 0 && found.shared < before.length);
});

test('the size of a print is bounded, and it holds no text but the names of tools', () => {
  const many = Array.from({ length: 5000 }, (_, at) => (at % 2 ? assistant(`a${at}`) : user(`u${at}`)));
  const print = printOf('chat', { system: 'x'.repeat(1_000_000), tools: [tool('N'.repeat(1000))] }, many);
  assert.ok(print.parts.length <= 3001);
  assert.ok(print.system.length <= 1000);
  assert.ok(JSON.stringify(print).length < 400_000);
  const secret = printOf('chat', { system: 'my secret rule' }, [user('my secret question')]);
  assert.doesNotMatch(JSON.stringify(secret), /secret|does Bash|path/);
  // Beyond the bound a change is still noticed.
  const other = printOf('chat', { system: 'x'.repeat(1_000_000), tools: [tool('N'.repeat(1000))] }, [
    ...many.slice(0, 4999),
    user('?'),
  ]);
  assert.notEqual(compare(print, other).change, undefined);
});

test('where the earlier prompt has marks, only what stands before one of them can be cached', () => {
  const route = routeOf({
    format: 'messages',
    quirks: { genuineSignatures: true, betas: true, thinking: 'claude' },
  });
  const mark = { cache_control: { type: 'ephemeral' as const } };
  const printed = (system: TextBlock[], messages: RequestMessage[]): PromptPrint => {
    const request = requestOf(messages, { system, tools });
    return printPrompt(codecs.messages.prompt(codecs.messages.encodeRequest(request, route), route));
  };
  const rules: TextBlock = { type: 'text', text: system, ...mark };
  const [first, second] = talk as [RequestMessage, RequestMessage];
  const before = printed([rules], [first, second, user({ ...text('go'), ...mark })]);
  const grown = compare(before, printed([rules], [first, second, user('go'), assistant('x'), user('y')]));
  assert.deepEqual([grown.change, grown.cached], [undefined, before.length]);
  const rewritten = compare(before, printed([rules], [first, assistant('no'), user('go')]));
  const head = before.parts.slice(0, tools.length + 1).reduce((sum, { length }) => sum + length, 0);
  assert.equal(rewritten.cached, head);
  assert.ok(rewritten.shared > head);
  const other = compare(before, printed([{ ...rules, text: `!${system}` }], [first]));
  assert.equal(other.cached, 0, 'the tools have no mark');
});
