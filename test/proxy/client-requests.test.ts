/** The captured requests of other coding agents: each is read without a loss, belongs to its conversation, and finds its scenario. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estimateTokens } from '../../lib/anthropic/estimate.ts';
import { toBlocks, type MessagesRequest } from '../../lib/anthropic/request.ts';
import { isObject, toText } from '../../lib/json.ts';
import { hintsFrom } from '../../lib/proxy/policy/client-hints.ts';
import { readScenario, type Scenario } from '../../lib/proxy/policy/scenario.ts';
import { sessionOf, type Session } from '../../lib/proxy/session.ts';
import { loadServed } from '../../lib/wire/served-formats.ts';
import type { ReadRequest, ServedFormat } from '../../lib/wire/served.ts';
import {
  asksForAnswer,
  clientRequest,
  clientRequests,
  givenBy,
  type ClientRequest,
} from '../support/client-requests.ts';

const clients = ['codex', 'copilot', 'gemini', 'opencode', 'pi', 'qwen'];
const all = clientRequests();
const answered = all.filter(asksForAnswer);

/** The scenario of every captured request that is no ordinary turn. */
const scenarios: Readonly<Record<string, Scenario>> = {
  'codex picture': 'vision',
  'codex title': 'background',
  'copilot picture': 'vision',
  'copilot chat-picture': 'vision',
  'copilot responses-picture': 'vision',
  'gemini picture': 'vision',
  // Its ids name the size of the model. "gemini-2.5-pro" was asked for with -m, or chosen for difficult turns.
  'gemini model-router': 'background',
  'gemini routed-turn': 'default',
  'gemini web-search': 'default',
  'opencode picture': 'vision',
  'opencode chat-picture': 'vision',
  'pi picture': 'vision',
  'pi chat-picture': 'vision',
  'qwen permission-check': 'background',
  'qwen web-page-summary': 'background',
  'qwen picture': 'vision',
  'qwen chat-picture': 'vision',
};

const readers = new Map<string, ServedFormat>();
for (const { format } of all) readers.set(format, await loadServed(format));

function readOf(captured: ClientRequest): ReadRequest {
  const served = readers.get(captured.format);
  assert(served);
  return served.read(givenBy(captured));
}

const hintsOf = ({ headers }: Pick<ClientRequest, 'headers'>) => hintsFrom((name) => headers[name] ?? '');

function scenarioOf(captured: ClientRequest, change: Partial<MessagesRequest> = {}): Scenario {
  const { request } = readOf(captured);
  const asked = { ...request, ...change };
  const facts = { inputTokens: estimateTokens(asked), longContextThreshold: 100_000, ...hintsOf(captured) };
  return readScenario(asked, facts).scenario;
}

function sessionIn(captured: ClientRequest): Session {
  const { request, conversation } = readOf(captured);
  return sessionOf(hintsOf(captured), request, conversation);
}

/** The texts that were said to the model or by it, in any format. */
function textsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return said.has(key) && value.trim() !== '' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, key));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => (unsaid.has(name) ? [] : textsIn(item, name)));
}
const said = new Set(['text', 'content', 'output', 'instructions']);
/** What the model does not read as text, and the texts of thinking, which another model cannot be given. */
const unsaid = new Set(['tools', 'client_metadata', 'thinking', 'reasoning_content', 'summary']);

/** The names of the functions that a body offers, in any format. */
function functionsIn({ tools }: Record<string, unknown>): string[] {
  const names = (value: unknown): string[] => {
    if (!isObject(value)) return [];
    if (Array.isArray(value['functionDeclarations'])) return value['functionDeclarations'].flatMap(names);
    if (Array.isArray(value['tools'])) return value['tools'].flatMap(names);
    if (isObject(value['function'])) return names(value['function']);
    return toText(value['name']) === '' ? [] : [toText(value['name'])];
  };
  return Array.isArray(tools) ? tools.flatMap(names) : [];
}

/** A PNG or a JPEG in base64. */
const picture = /(?:iVBORw0KGgo|\/9j\/)[A-Za-z0-9+/]+/g;

describe('reading', () => {
  test('there are at least five shapes of each client', () => {
    for (const client of clients) {
      const count = answered.filter((one) => one.client === client).length;
      assert(count >= 5, `${client}: ${count}`);
    }
  });

  for (const captured of answered) {
    test(`${captured.client} ${captured.kind}`, () => {
      const { request } = readOf(captured);
      const told = JSON.stringify(request);
      for (const text of textsIn(captured.body)) {
        const written = JSON.stringify(text).slice(1, -1);
        assert(told.includes(written) || told.includes(JSON.stringify(written).slice(1, -1)), text);
      }
      const offered = (request.tools ?? []).map(({ name }) => name);
      for (const name of functionsIn(captured.body))
        assert(
          offered.some((one) => one === name || one.endsWith(name)),
          `the tool ${name} is gone`,
        );
      const pictures = JSON.stringify(captured.body).match(picture) ?? [];
      assert.deepEqual(told.match(picture) ?? [], [...pictures]);
      assert.equal(
        pictures.length > 0,
        /(?:^|-)picture$/.test(captured.kind) && captured.kind !== 'viewed-picture',
      );
      const results = request.messages.flatMap(({ content }) => toBlocks(content));
      const calls = results.filter(({ type }) => type === 'tool_use').length;
      assert.equal(
        results.filter(({ type }) => type === 'tool_result').length,
        calls,
        'each call has its result',
      );
    });
  }
});

describe('routing', () => {
  for (const captured of answered) {
    const { client, kind } = captured;
    const wanted = scenarios[`${client} ${kind}`] ?? (client === 'gemini' ? 'complex' : 'default');
    test(`${client} ${kind}: ${wanted}`, () => {
      assert.equal(scenarioOf(captured), wanted);
    });
  }

  test('the title of opencode asks the small model, which a launch sets to the tier haiku', () => {
    assert.equal(scenarioOf(clientRequest('opencode', 'title'), { model: 'occ-haiku' }), 'background');
  });

  test('the budget of 32,000 is ordinary only from Qwen Code', () => {
    const turn = clientRequest('qwen', 'first-turn');
    assert.deepEqual(turn.body['thinking'], { type: 'enabled', budget_tokens: 32_000 });
    const claude = {
      ...turn,
      headers: { ...turn.headers, 'user-agent': 'claude-cli/2.1.330 (external, cli)' },
    };
    assert.equal(scenarioOf(claude), 'think');
    const own = { ...turn, headers: { ...turn.headers, 'user-agent': 'QwenCode/0.24.4 (linux; x64)' } };
    assert.equal(scenarioOf(own), 'default');
  });

  test('a forced tool alone is no permission check of another client', () => {
    const check = clientRequest('qwen', 'permission-check');
    assert.equal(scenarioOf({ ...check, headers: { 'user-agent': 'my-program/1.0' } }), 'default');
    const { tools = [] } = readOf(check).request;
    assert.equal(scenarioOf(check, { tools: [...tools, ...tools] }), 'default');
    assert.equal(scenarioOf(check, { tool_choice: { type: 'auto' } }), 'default');
  });

  test('an effort that was chosen in Qwen Code reaches think', () => {
    const turn = clientRequest('qwen', 'first-turn');
    const high = { thinking: { type: 'enabled', budget_tokens: 64_000 } } as const;
    assert.equal(scenarioOf(turn, high), 'think');
  });

  test('Codex names its titles, whose sessions cannot be continued', () => {
    const title = hintsOf(clientRequest('codex', 'title'));
    assert.deepEqual([title.requestClass, title.session], ['title', '']);
    for (const kind of ['first-turn', 'subagent-first', 'compaction'])
      assert.equal(hintsOf(clientRequest('codex', kind)).requestClass, '');
  });

  const ofCodex: [name: string, changed: Record<string, string>, wanted: Scenario][] = [
    ['keeps memories in the background', { 'x-openai-subagent': 'memory_consolidation' }, 'background'],
    ['reviews as in an ordinary turn', { 'x-openai-subagent': 'review' }, 'default'],
    ['with metadata that is no JSON', { 'x-codex-turn-metadata': '{' }, 'default'],
  ];
  for (const [name, changed, wanted] of ofCodex) {
    test(`Codex ${name}`, () => {
      const { headers } = clientRequest('codex', 'first-turn');
      const { requestClass } = hintsFrom((header) => ({ ...headers, ...changed })[header] ?? '');
      const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };
      const facts = { inputTokens: 1, longContextThreshold: 100, requestClass };
      assert.equal(readScenario(request, facts).scenario, wanted);
    });
  }
});

describe('conversations', () => {
  /** Requests of one conversation, in which the client moved its cache breakpoints and added turns. */
  const together = ['first-turn', 'tool-result', 'parallel-results'];
  for (const client of clients) {
    const turns = together.map((kind) => clientRequest(client, kind));
    test(`${client}: the turns of a conversation share an id`, () => {
      const ids = turns.map((turn) => sessionIn(turn).id);
      assert.equal(new Set(ids).size, 1);
    });
  }

  const apart: [client: string, one: string, other: string][] = [
    ['codex', 'subagent-first', 'parent-after-subagent'],
    ['codex', 'first-turn', 'interactive-first-turn'],
    ['copilot', 'subagent-first', 'parent-after-subagent'],
    ['copilot', 'responses-subagent-first', 'responses-parent-after-subagent'],
    ['gemini', 'subagent-first', 'parent-after-subagent'],
    ['opencode', 'subagent-first', 'parent-after-subagent'],
    ['qwen', 'subagent-first', 'parent-after-subagent'],
    ['qwen', 'chat-subagent-first', 'chat-parallel-results'],
    ['pi', 'first-turn', 'picture'],
  ];
  for (const [client, one, other] of apart) {
    const both = [clientRequest(client, one), clientRequest(client, other)];
    test(`${client}: ${one} and ${other} do not`, () => {
      const [first, second] = both.map(sessionIn);
      assert.notEqual(first?.id, second?.id);
    });
  }

  const sameAgent: [client: string, one: string, other: string][] = [
    ['copilot', 'subagent-first', 'subagent-result'],
    ['gemini', 'subagent-first', 'subagent-result'],
    ['opencode', 'subagent-first', 'subagent-result'],
    ['qwen', 'subagent-first', 'subagent-result'],
    ['codex', 'parent-waits', 'parent-after-subagent'],
    // The suggestion of Qwen Code continues its conversation, whose prompt is cached.
    ['qwen', 'suggestion', 'after-interrupt'],
  ];
  for (const [client, one, other] of sameAgent) {
    const both = [clientRequest(client, one), clientRequest(client, other)];
    test(`${client}: ${one} and ${other} share an id`, () => {
      const [first, second] = both.map(sessionIn);
      assert.equal(first?.id, second?.id);
    });
  }

  test('a field of the body names a conversation, in which each system prompt is an agent', () => {
    const asked = (system: string, content: string) =>
      sessionOf(
        hintsOf({ headers: {} }),
        { model: 'm', system, messages: [{ role: 'user', content }] },
        'key',
      );
    assert.equal(asked('You help.', 'one').name, 'key');
    assert.equal(asked('You help.', 'one').id, asked('You help.', 'two').id);
    assert.notEqual(asked('You help.', 'one').id, asked('You look around.', 'one').id);
    const header = hintsOf({ headers: { 'session-id': 'other' } });
    const turn: MessagesRequest = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
    assert.equal(sessionOf(header, turn, 'key').name, 'other');
  });

  test('Qwen Code keeps memories in a conversation of its own', () => {
    const memory = clientRequest('qwen', 'memory');
    const { request } = readOf(memory);
    const main = { ...request, system: 'You are Qwen Code' };
    assert.notEqual(sessionOf(hintsOf(memory), request).id, sessionOf(hintsOf(memory), main).id);
  });

  test('opencode and Codex name a sub-agent and its conversation', () => {
    for (const client of ['opencode', 'codex']) {
      const agent = hintsOf(clientRequest(client, 'subagent-first'));
      const parent = hintsOf(clientRequest(client, 'parent-after-subagent'));
      assert.notEqual(agent.agent, '');
      assert.equal(parent.agent, '');
      assert.equal(agent.session, parent.session);
    }
  });
});
